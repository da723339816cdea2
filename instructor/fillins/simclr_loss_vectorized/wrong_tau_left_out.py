"""The temperature is not used.

Caught by: test_vectorized_value
Hint: Every similarity in the formula is divided by tau.
"""

itself = torch.eye(2 * N, dtype=torch.bool, device=device)
log_denominator = sim_matrix.masked_fill(itself, float("-inf")).logsumexp(dim=1)
positive = sim_positive_pairs(out_left, out_right).view(N)
loss = (log_denominator - torch.cat([positive, positive])).mean()
