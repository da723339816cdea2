"""Returns a number that depends on the inputs in some way.

Form: block
Task: sim
Earns: 0
Alive: gains
"""

norm_dot_product = torch.tanh(z_i[0] + z_j[0])
