"""Each entry is divided by the squared length of its row's view.

Caught by: test_sim_matrix_value
Hint: One length belongs to row i, the other to row j: the outer product of the lengths.
"""

sim_matrix = out @ out.T / out.norm(dim=1, keepdim=True) ** 2
