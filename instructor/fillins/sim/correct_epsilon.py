"""A small epsilon keeps the denominator away from zero."""

norm_dot_product = (z_i * z_j).sum() / (torch.norm(z_i, p=2) * torch.norm(z_j, p=2) + 1e-8)
