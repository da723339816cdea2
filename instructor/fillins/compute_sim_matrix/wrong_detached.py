"""The result carries no gradient.

Caught by: test_sim_matrix_gradient
Hint: The loss is trained through this matrix: no detach(), .data or no_grad().
"""

unit = F.normalize(out.detach(), dim=1)
sim_matrix = unit @ unit.T
