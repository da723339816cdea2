"""The logarithm is taken to base 2.

Caught by: test_naive_value
Hint: The log of the formula is the natural one.
"""

numerator = torch.exp(sim(z_k, z_k_N) / tau)
for i in (k, k + N):
    denominator = sum(torch.exp(sim(out[i], out[j]) / tau) for j in range(2 * N) if j != i)
    total_loss = total_loss - torch.log2(numerator / denominator)
