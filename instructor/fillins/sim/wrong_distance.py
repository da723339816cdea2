"""The Euclidean distance of the unit vectors, which is small for similar ones.

Caught by: test_sim_value
Hint: Similarity is the dot product of the unit vectors, not their distance.
"""

norm_dot_product = (F.normalize(z_i, dim=0) - F.normalize(z_j, dim=0)).norm()
