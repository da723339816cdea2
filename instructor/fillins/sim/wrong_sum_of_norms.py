"""The lengths are added instead of multiplied.

Caught by: test_sim_value
Hint: The denominator is the product of the two lengths.
"""

norm_dot_product = torch.dot(z_i, z_j) / (z_i.norm() + z_j.norm())
