"""The denominators are means instead of sums.

Caught by: test_vectorized_value
Hint: The denominator is a sum over the other views.
"""

itself = torch.eye(2 * N, dtype=torch.bool, device=device)
log_denominator = (sim_matrix / tau).masked_fill(itself, float("-inf")).logsumexp(dim=1)
positive = sim_positive_pairs(out_left, out_right).view(N) / tau
loss = (log_denominator - np.log(2 * N - 1) - torch.cat([positive, positive])).mean()
