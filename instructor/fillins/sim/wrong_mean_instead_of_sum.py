"""The products are averaged instead of added.

Caught by: test_sim_value
Hint: A dot product is a sum over the entries.
"""

norm_dot_product = (z_i * z_j).mean() / (z_i.norm() * z_j.norm())
