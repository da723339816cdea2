"""The dot product over the product of the norms."""

norm_dot_product = torch.dot(z_i, z_j) / (z_i.norm() * z_j.norm())
