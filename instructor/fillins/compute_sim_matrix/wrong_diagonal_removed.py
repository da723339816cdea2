"""The diagonal is set to zero here already.

Caught by: test_sim_matrix_value
Hint: The matrix holds all similarities, 1 on the diagonal; the loss leaves the diagonal out.
"""

unit = F.normalize(out, dim=1)
sim_matrix = unit @ unit.T
sim_matrix = sim_matrix * (1 - torch.eye(len(out), device=out.device))
