"""Only l(k, k + N) is added, not l(k + N, k).

Caught by: test_naive_value
Hint: Each pair gives two terms, one for each of its views.
"""

numerator = torch.exp(sim(z_k, z_k_N) / tau)
denominator = sum(torch.exp(sim(z_k, out[j]) / tau) for j in range(2 * N) if j != k)
total_loss = total_loss - torch.log(numerator / denominator)
