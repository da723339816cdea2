"""Temperatures below 0.1 are taken for 0.1.

Caught by: test_vectorized_special_values
Hint: Any temperature above 0 is admitted; which one is used?
"""

t = max(tau, 0.1)
itself = torch.eye(2 * N, dtype=torch.bool, device=device)
log_denominator = (sim_matrix / t).masked_fill(itself, float("-inf")).logsumexp(dim=1)
positive = sim_positive_pairs(out_left, out_right).view(N) / t
loss = (log_denominator - torch.cat([positive, positive])).mean()
