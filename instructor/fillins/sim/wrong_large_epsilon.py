"""The denominator gets 0.1 added, which shows in the result.

Caught by: test_sim_value
Hint: An epsilon that guards the division has to be too small to notice, such as 1e-8.
"""

norm_dot_product = torch.dot(z_i, z_j) / (z_i.norm() * z_j.norm() + 0.1)
