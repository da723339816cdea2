"""The inputs themselves are normalized.

Caught by: test_vectorized_leaves_inputs_alone
Hint: Divide into new tensors; the caller's projections stay as they are.
"""

with torch.no_grad():
    out_left /= out_left.norm(dim=1, keepdim=True)
    out_right /= out_right.norm(dim=1, keepdim=True)
itself = torch.eye(2 * N, dtype=torch.bool, device=device)
log_denominator = (sim_matrix / tau).masked_fill(itself, float("-inf")).logsumexp(dim=1)
positive = sim_positive_pairs(out_left, out_right).view(N) / tau
loss = (log_denominator - torch.cat([positive, positive])).mean()
