"""A matrix of zeros, filled row by row."""

sim_matrix = torch.zeros(out.shape[0], out.shape[0], dtype=out.dtype, device=out.device)
for i in range(out.shape[0]):
    sim_matrix[i] = out @ out[i] / (out.norm(dim=1) * out[i].norm())
