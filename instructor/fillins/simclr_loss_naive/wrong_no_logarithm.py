"""The quotients are added without the logarithm.

Caught by: test_naive_value
Hint: The loss is the negative logarithm of the quotient.
"""

numerator = torch.exp(sim(z_k, z_k_N) / tau)
for i in (k, k + N):
    denominator = sum(torch.exp(sim(out[i], out[j]) / tau) for j in range(2 * N) if j != i)
    total_loss = total_loss + 1 - numerator / denominator
