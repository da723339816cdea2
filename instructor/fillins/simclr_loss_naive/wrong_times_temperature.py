"""The similarities are multiplied by tau instead of divided.

Caught by: test_naive_value
Hint: A small tau makes the differences larger: divide.
"""

numerator = torch.exp(sim(z_k, z_k_N) * tau)
for i in (k, k + N):
    denominator = sum(torch.exp(sim(out[i], out[j]) * tau) for j in range(2 * N) if j != i)
    total_loss = total_loss - torch.log(numerator / denominator)
