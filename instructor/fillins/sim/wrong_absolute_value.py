"""The sign is dropped, so that opposite vectors count as alike.

Caught by: test_sim_value
Hint: A similarity lies between -1 and 1; keep its sign.
"""

norm_dot_product = torch.dot(z_i, z_j).abs() / (z_i.norm() * z_j.norm())
