"""The lengths are sums of magnitudes (L1) instead of L2 norms.

Caught by: test_sim_value
Hint: ||z|| is the L2 norm, the root of the sum of squares.
"""

norm_dot_product = torch.dot(z_i, z_j) / (z_i.abs().sum() * z_j.abs().sum())
