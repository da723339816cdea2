"""The temperature is 0.5 whatever tau is.

Caught by: test_naive_value
Hint: The temperature is an argument: tau.
"""

numerator = torch.exp(sim(z_k, z_k_N) / 0.5)
for i in (k, k + N):
    denominator = sum(torch.exp(sim(out[i], out[j]) / 0.5) for j in range(2 * N) if j != i)
    total_loss = total_loss - torch.log(numerator / denominator)
