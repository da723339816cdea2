"""One factor of the product carries no gradient: the right value, half of the gradient.

Caught by: test_sim_matrix_gradient
Hint: Both factors depend on the input.
"""

unit = F.normalize(out, dim=1)
sim_matrix = unit @ unit.detach().T
