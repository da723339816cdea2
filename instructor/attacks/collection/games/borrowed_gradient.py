"""Returns a made-up value with the gradient of another one.

Form: block
Task: sim
Earns: 0
Alive: gains
"""

product = torch.dot(z_i, z_j)
norm_dot_product = product - product.detach() + 0.5
