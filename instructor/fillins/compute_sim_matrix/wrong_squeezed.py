"""The rows are squeezed, so that rows with one entry are taken for one row.

Caught by: test_sim_matrix_value
Hint: Which dimensions go when D is 1?
"""

rows = out.squeeze()
unit = rows / rows.norm(dim=-1, keepdim=True)
sim_matrix = unit @ unit.T
