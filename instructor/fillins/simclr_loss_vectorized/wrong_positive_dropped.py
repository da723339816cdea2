"""The positives are missing from the denominators.

Caught by: test_vectorized_value
Hint: The sum in the denominator runs over all 2N views but i itself. The positive is one of them.
"""

exponential = torch.exp(sim_matrix / tau)
same = torch.eye(N, dtype=torch.bool, device=device).repeat(2, 2)
denominator = exponential.masked_fill(same, 0.0).sum(dim=1)
numerator = torch.exp(sim_positive_pairs(out_left, out_right).view(N) / tau)
loss = -torch.log(torch.cat([numerator, numerator]) / denominator).mean()
