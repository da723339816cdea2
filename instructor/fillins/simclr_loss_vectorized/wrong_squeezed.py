"""squeeze() drops the only pair's dimension, and a single pair cannot be handled.

Caught by: test_vectorized_batch_sizes
Hint: squeeze() without a dimension drops every dimension of length 1; name the dimension.
"""

itself = torch.eye(2 * N, dtype=torch.bool, device=device)
log_denominator = (sim_matrix / tau).masked_fill(itself, float("-inf")).logsumexp(dim=1)
positive = sim_positive_pairs(out_left, out_right).squeeze() / tau
loss = (log_denominator - torch.cat([positive, positive])).mean()
