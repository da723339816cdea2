"""The cross-entropy of finding each view's positive among the others."""

logits = sim_matrix / tau
logits = logits.masked_fill(torch.eye(2 * N, device=device).bool(), -1e9)
targets = (torch.arange(2 * N, device=device) + N) % (2 * N)
loss = F.cross_entropy(logits, targets)
