"""The diagonal stays in the denominators.

Caught by: test_vectorized_value
Hint: The sum in the denominator runs over all 2N views but i itself.
"""

log_denominator = (sim_matrix / tau).logsumexp(dim=1)
positive = sim_positive_pairs(out_left, out_right).view(N) / tau
loss = (log_denominator - torch.cat([positive, positive])).mean()
