"""The angle itself, not its cosine.

Caught by: test_sim_value
Hint: The similarity is the cosine: leave out the arccosine.
"""

norm_dot_product = torch.acos((torch.dot(z_i, z_j) / (z_i.norm() * z_j.norm())).clamp(-0.999999, 0.999999))
