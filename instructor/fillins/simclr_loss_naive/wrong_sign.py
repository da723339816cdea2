"""The sign of the terms is wrong: the loss falls when the positives move apart.

Caught by: test_naive_value
Hint: l = -log(...): the loss is never negative.
"""

numerator = torch.exp(sim(z_k, z_k_N) / tau)
for i in (k, k + N):
    denominator = sum(torch.exp(sim(out[i], out[j]) / tau) for j in range(2 * N) if j != i)
    total_loss = total_loss + torch.log(numerator / denominator)
