"""The Gram matrix, divided by the roots of its own diagonal."""

gram = out @ out.transpose(0, 1)
scale = torch.diagonal(gram).rsqrt()
sim_matrix = gram * scale[:, None] * scale[None, :]
