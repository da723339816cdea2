"""The squared lengths are divided by.

Caught by: test_sim_value
Hint: ||z|| is the root of the sum of squares.
"""

norm_dot_product = torch.dot(z_i, z_j) / ((z_i**2).sum() * (z_j**2).sum())
