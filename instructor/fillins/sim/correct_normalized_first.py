"""Both vectors are brought to length 1 first; the result has shape (1,)."""

a = F.normalize(z_i, dim=-1)
b = F.normalize(z_j, dim=-1)
norm_dot_product = torch.sum(a * b, dim=-1, keepdim=True)
