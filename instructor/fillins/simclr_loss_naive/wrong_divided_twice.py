"""Each term is divided by 2N already, as the sum is once more below.

Caught by: test_naive_value
Hint: The division by 2N is given below the loop.
"""

numerator = torch.exp(sim(z_k, z_k_N) / tau)
for i in (k, k + N):
    denominator = sum(torch.exp(sim(out[i], out[j]) / tau) for j in range(2 * N) if j != i)
    total_loss = total_loss - torch.log(numerator / denominator) / (2 * N)
