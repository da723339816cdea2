"""View 2k is paired with view 2k + 1.

Caught by: test_naive_value
Hint: The left views come first, then the right ones: view k belongs with view k + N.
"""

for i, j in ((2 * k, 2 * k + 1), (2 * k + 1, 2 * k)):
    denominator = sum(torch.exp(sim(out[i], out[m]) / tau) for m in range(2 * N) if m != i)
    total_loss = total_loss - torch.log(torch.exp(sim(out[i], out[j]) / tau) / denominator)
