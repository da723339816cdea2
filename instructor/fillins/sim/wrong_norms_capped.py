"""Lengths above 100 are taken for 100.

Caught by: test_sim_value
Hint: The similarity is the same however long the vectors are.
"""

norm_dot_product = torch.dot(z_i, z_j) / (z_i.norm().clamp(max=100) * z_j.norm().clamp(max=100))
