"""The vectors as a row and a column; the result has shape (1, 1)."""

z_i = z_i.reshape(1, -1)
z_j = z_j.reshape(1, -1)
norm_dot_product = z_i @ z_j.T / (torch.linalg.norm(z_i) * torch.linalg.norm(z_j))
