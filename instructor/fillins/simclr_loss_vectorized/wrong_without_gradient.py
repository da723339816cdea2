"""No gradient flows from the loss: it is detached, or made anew from a number.

Caught by: test_vectorized_gradient
Hint: detach() and torch.tensor(value) leave the graph; keep the tensor that was computed.
"""

itself = torch.eye(2 * N, dtype=torch.bool, device=device)
log_denominator = (sim_matrix / tau).masked_fill(itself, float("-inf")).logsumexp(dim=1)
positive = sim_positive_pairs(out_left, out_right).view(N) / tau
value = (log_denominator - torch.cat([positive, positive])).mean().item()
loss = torch.tensor(value, dtype=sim_matrix.dtype, device=device, requires_grad=True)
