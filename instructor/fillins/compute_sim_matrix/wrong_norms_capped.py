"""Lengths above 100 are taken for 100.

Caught by: test_sim_matrix_value
Hint: The similarity is the same however long the rows are.
"""

unit = out / out.norm(dim=1, keepdim=True).clamp(max=100)
sim_matrix = unit @ unit.T
