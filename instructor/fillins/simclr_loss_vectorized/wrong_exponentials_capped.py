"""Exponentials are cut off at 1000, which a small temperature goes beyond.

Caught by: test_vectorized_special_values
Hint: How large does exp(sim / tau) become for a similarity of 1 and tau = 0.05?
"""

e = torch.exp(sim_matrix / tau).clamp(max=1000) * (1 - torch.eye(2 * N, device=device))
positive = torch.exp(sim_positive_pairs(out_left, out_right) / tau).clamp(max=1000).view(N)
loss = (e.sum(dim=1).log() - torch.cat([positive, positive]).log()).mean()
