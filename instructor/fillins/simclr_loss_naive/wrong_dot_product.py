"""Plain dot products stand in for the similarity.

Caught by: test_naive_value
Hint: Use sim(): the projections come in any length.
"""

numerator = torch.exp(z_k @ z_k_N / tau)
for i in (k, k + N):
    denominator = sum(torch.exp(out[i] @ out[j] / tau) for j in range(2 * N) if j != i)
    total_loss = total_loss - torch.log(numerator / denominator)
