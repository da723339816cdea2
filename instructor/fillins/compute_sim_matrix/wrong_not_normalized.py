"""The matrix of plain dot products.

Caught by: test_sim_matrix_value
Hint: Bring every row to length 1 first.
"""

sim_matrix = out @ out.T
