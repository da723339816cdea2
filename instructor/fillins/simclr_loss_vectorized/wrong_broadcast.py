"""A column divided by a row gives a matrix, and all of its entries are added up.

Caught by: test_vectorized_value
Hint: (2N, 1) and (2N,) broadcast to (2N, 2N); bring both to one shape first.
Same as: wrong_sum_instead_of_mean (the entries of the matrix add up to the same number)
"""

itself = torch.eye(2 * N, dtype=torch.bool, device=device)
log_denominator = (sim_matrix / tau).masked_fill(itself, float("-inf")).logsumexp(dim=1)
numerator = torch.exp(sim_positive_pairs(out_left, out_right) / tau)  # (N, 1)
numerator = torch.cat([numerator, numerator])  # (2N, 1)
loss = -torch.log(numerator / log_denominator.exp()).sum() / (2 * N)
