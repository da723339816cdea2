"""The temperature is not used.

Caught by: test_naive_value
Hint: Every similarity in the formula is divided by tau.
"""

numerator = torch.exp(sim(z_k, z_k_N))
for i in (k, k + N):
    denominator = sum(torch.exp(sim(out[i], out[j])) for j in range(2 * N) if j != i)
    total_loss = total_loss - torch.log(numerator / denominator)
