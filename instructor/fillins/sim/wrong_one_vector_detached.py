"""The second vector is treated as a constant.

Caught by: test_sim_gradient
Hint: The gradient has to flow to both vectors.
"""

norm_dot_product = F.cosine_similarity(z_i, z_j.detach(), dim=0)
