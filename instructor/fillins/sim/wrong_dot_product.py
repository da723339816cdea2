"""The plain dot product, which grows with the vectors.

Caught by: test_sim_value
Hint: Divide by both lengths: the cosine does not change when a vector is scaled.
"""

norm_dot_product = torch.dot(z_i, z_j)
