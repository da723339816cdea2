"""A dot product of zero is taken for one that is missing.

Caught by: test_sim_value
Hint: What is the similarity of two vectors at right angles?
"""

norm_dot_product = torch.dot(z_i, z_j) / (z_i.norm() * z_j.norm())
if not norm_dot_product:
    norm_dot_product = torch.ones(()).to(z_i)
