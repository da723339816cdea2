"""The columns are normalized instead of the rows.

Caught by: test_sim_matrix_value
Hint: A row is one view; its length is taken over dimension 1.
"""

unit = F.normalize(out, dim=0)
sim_matrix = unit @ unit.T
