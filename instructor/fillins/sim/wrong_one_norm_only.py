"""Only one of the two lengths is divided by.

Caught by: test_sim_value
Hint: Divide by the product of both lengths.
"""

norm_dot_product = torch.dot(z_i, z_j) / z_i.norm()
