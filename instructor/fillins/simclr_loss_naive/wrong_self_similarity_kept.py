"""The view itself stands in its denominator.

Caught by: test_naive_value
Hint: The sum in the denominator runs over all 2N views but i itself.
"""

numerator = torch.exp(sim(z_k, z_k_N) / tau)
for i in (k, k + N):
    denominator = sum(torch.exp(sim(out[i], out[j]) / tau) for j in range(2 * N))
    total_loss = total_loss - torch.log(numerator / denominator)
