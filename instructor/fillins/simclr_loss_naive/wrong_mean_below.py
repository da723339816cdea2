"""The denominator is the mean over the other views instead of their sum.

Caught by: test_naive_value
Hint: The denominator is a sum.
"""

numerator = torch.exp(sim(z_k, z_k_N) / tau)
for i in (k, k + N):
    others = [torch.exp(sim(out[i], out[j]) / tau) for j in range(2 * N) if j != i]
    total_loss = total_loss - torch.log(numerator / (sum(others) / len(others)))
