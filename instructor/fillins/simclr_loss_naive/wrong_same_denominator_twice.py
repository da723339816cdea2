"""The denominator of the left view serves for the right one too.

Caught by: test_naive_value
Hint: l(k + N, k) compares view k + N with all other views: it has a denominator of its own.
"""

numerator = torch.exp(sim(z_k, z_k_N) / tau)
denominator = sum(torch.exp(sim(z_k, out[j]) / tau) for j in range(2 * N) if j != k)
total_loss = total_loss - 2 * torch.log(numerator / denominator)
