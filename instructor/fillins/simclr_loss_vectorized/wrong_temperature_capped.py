"""Temperatures above 2 are taken for 2.

Caught by: test_vectorized_special_values
Hint: Any temperature above 0 is admitted; which one is used?
"""

t = min(tau, 2.0)
itself = torch.eye(2 * N, dtype=torch.bool, device=device)
log_denominator = (sim_matrix / t).masked_fill(itself, float("-inf")).logsumexp(dim=1)
positive = sim_positive_pairs(out_left, out_right).view(N) / t
loss = (log_denominator - torch.cat([positive, positive])).mean()
