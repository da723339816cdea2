"""The one softmax runs over the whole matrix instead of each row.

Caught by: test_vectorized_value
Hint: Each view has a denominator of its own, the sum over its row.
"""

itself = torch.eye(2 * N, dtype=torch.bool, device=device)
log_denominator = (sim_matrix / tau).masked_fill(itself, float("-inf")).flatten().logsumexp(dim=0)
positive = sim_positive_pairs(out_left, out_right).view(N) / tau
loss = (log_denominator - torch.cat([positive, positive])).mean()
