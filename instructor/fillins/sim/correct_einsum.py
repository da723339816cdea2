"""einsum for the dot product and for the squared lengths."""

dot = torch.einsum("d,d->", z_i, z_j)
lengths = torch.einsum("d,d->", z_i, z_i) * torch.einsum("d,d->", z_j, z_j)
norm_dot_product = dot * lengths.rsqrt()
