"""Exponentials are cut off at 1000, which a small temperature goes beyond.

Caught by: test_naive_special_values
Hint: How large does exp(sim / tau) become for a similarity of 1 and tau = 0.05?
"""

numerator = torch.exp(sim(z_k, z_k_N) / tau).clamp(max=1000)
for i in (k, k + N):
    terms = (torch.exp(sim(out[i], out[j]) / tau).clamp(max=1000) for j in range(2 * N) if j != i)
    total_loss = total_loss - torch.log(numerator / sum(terms))
