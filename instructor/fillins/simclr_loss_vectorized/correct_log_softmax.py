"""log_softmax over rows whose diagonal is minus infinity."""

logits = (sim_matrix / tau).clone()
logits.fill_diagonal_(-float("inf"))
log_probability = F.log_softmax(logits, dim=1)
pairs = torch.roll(torch.arange(2 * N, device=device), -N)
loss = -log_probability.gather(1, pairs.unsqueeze(1)).mean()
