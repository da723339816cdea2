"""Only the entries above the diagonal are filled.

Caught by: test_sim_matrix_value
Hint: The matrix is symmetric: similarity (i, j) stands at (j, i) as well.
"""

unit = F.normalize(out, dim=1)
sim_matrix = torch.triu(unit @ unit.T)
