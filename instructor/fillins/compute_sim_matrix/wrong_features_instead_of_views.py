"""The similarity of the columns instead of the rows.

Caught by: test_sim_matrix_value
Hint: The matrix is (2N, 2N): unit @ unit.T, not unit.T @ unit.
"""

unit = F.normalize(out, dim=1)
sim_matrix = unit.T @ unit
