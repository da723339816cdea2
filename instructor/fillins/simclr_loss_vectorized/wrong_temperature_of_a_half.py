"""The temperature is 0.5 whatever tau is.

Caught by: test_vectorized_value
Hint: The temperature is an argument: tau.
"""

itself = torch.eye(2 * N, dtype=torch.bool, device=device)
log_denominator = (sim_matrix / 0.5).masked_fill(itself, float("-inf")).logsumexp(dim=1)
positive = sim_positive_pairs(out_left, out_right).view(N) / 0.5
loss = (log_denominator - torch.cat([positive, positive])).mean()
