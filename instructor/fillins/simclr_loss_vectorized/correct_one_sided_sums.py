"""Numerators once, both halves of the denominators; the result has shape (1, 1)."""

e = torch.exp(sim_matrix / tau) * (1 - torch.eye(2 * N, device=device))
rows = e.sum(1, keepdim=True)
positive = sim_positive_pairs(out_left, out_right)
loss = (rows[:N].log() + rows[N:].log() - 2 * positive / tau).sum(0, keepdim=True) / (2 * N)
