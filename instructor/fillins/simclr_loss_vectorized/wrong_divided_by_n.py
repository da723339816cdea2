"""The sum of 2N terms is divided by N.

Caught by: test_vectorized_value
Hint: There are 2N terms, one for each view.
"""

itself = torch.eye(2 * N, dtype=torch.bool, device=device)
log_denominator = (sim_matrix / tau).masked_fill(itself, float("-inf")).logsumexp(dim=1)
positive = sim_positive_pairs(out_left, out_right).view(N) / tau
loss = (log_denominator - torch.cat([positive, positive])).sum() / N
