"""The sign of the loss is wrong.

Caught by: test_vectorized_value
Hint: The loss is the negative logarithm: it is never negative.
"""

itself = torch.eye(2 * N, dtype=torch.bool, device=device)
log_denominator = (sim_matrix / tau).masked_fill(itself, float("-inf")).logsumexp(dim=1)
positive = sim_positive_pairs(out_left, out_right).view(N) / tau
loss = (torch.cat([positive, positive]) - log_denominator).mean()
