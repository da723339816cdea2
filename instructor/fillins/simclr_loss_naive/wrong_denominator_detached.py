"""The denominator carries no gradient: the right value, the wrong gradient.

Caught by: test_naive_gradient
Hint: The denominators push the other views away: the gradient has to flow through them.
"""

numerator = torch.exp(sim(z_k, z_k_N) / tau)
for i in (k, k + N):
    denominator = sum(torch.exp(sim(out[i], out[j]) / tau) for j in range(2 * N) if j != i)
    total_loss = total_loss - torch.log(numerator / denominator.detach())
