"""Negative similarities are set to zero.

Caught by: test_sim_value
Hint: Opposite vectors have similarity -1; keep the sign.
"""

norm_dot_product = (torch.dot(z_i, z_j) / (z_i.norm() * z_j.norm())).clamp(min=0)
