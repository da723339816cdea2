"""torch's own cosine similarity along the only dimension."""

norm_dot_product = F.cosine_similarity(z_i, z_j, dim=0)
