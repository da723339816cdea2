"""Only the left views have a term.

Caught by: test_vectorized_value
Hint: Each pair gives two terms, one for each of its views.
"""

itself = torch.eye(2 * N, dtype=torch.bool, device=device)
log_denominator = (sim_matrix / tau).masked_fill(itself, float("-inf")).logsumexp(dim=1)
positive = sim_positive_pairs(out_left, out_right).view(N) / tau
loss = (log_denominator[:N] - positive).mean()
