"""The products of the entries are returned without their sum.

Caught by: test_sim_value
Hint: A dot product is a sum over the entries.
"""

norm_dot_product = (z_i * z_j) / (z_i.norm() * z_j.norm())
