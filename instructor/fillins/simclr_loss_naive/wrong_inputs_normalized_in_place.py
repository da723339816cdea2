"""The inputs themselves are normalized.

Caught by: test_naive_leaves_inputs_alone
Hint: Divide into new tensors; the caller's projections stay as they are.
"""

with torch.no_grad():
    out_left.copy_(F.normalize(out_left, dim=1))
    out_right.copy_(F.normalize(out_right, dim=1))
numerator = torch.exp(sim(z_k, z_k_N) / tau)
for i in (k, k + N):
    denominator = sum(torch.exp(sim(out[i], out[j]) / tau) for j in range(2 * N) if j != i)
    total_loss = total_loss - torch.log(numerator / denominator)
