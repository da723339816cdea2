"""Temperatures below 0.1 are taken for 0.1.

Caught by: test_naive_special_values
Hint: Any temperature above 0 is admitted; which one is used?
"""

t = max(tau, 0.1)
numerator = torch.exp(sim(z_k, z_k_N) / t)
for i in (k, k + N):
    denominator = sum(torch.exp(sim(out[i], out[j]) / t) for j in range(2 * N) if j != i)
    total_loss = total_loss - torch.log(numerator / denominator)
