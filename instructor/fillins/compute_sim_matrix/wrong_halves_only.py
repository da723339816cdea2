"""Only the left views are compared with the right ones.

Caught by: test_sim_matrix_value
Hint: Every view with every view: the matrix is (2N, 2N).
"""

unit = F.normalize(out, dim=1)
N = len(out) // 2
sim_matrix = unit[:N] @ unit[N:].T
