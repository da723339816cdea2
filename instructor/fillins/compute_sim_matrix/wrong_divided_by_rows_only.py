"""Each entry is divided by the length of its row's view only.

Caught by: test_sim_matrix_value
Hint: Entry (i, j) is divided by the lengths of both views, i and j.
"""

sim_matrix = out @ out.T / out.norm(dim=1, keepdim=True)
