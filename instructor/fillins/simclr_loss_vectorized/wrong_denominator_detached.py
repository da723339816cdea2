"""The denominators carry no gradient: the right value, the wrong gradient.

Caught by: test_vectorized_gradient
Hint: The denominators push the other views away: the gradient has to flow through them.
"""

itself = torch.eye(2 * N, dtype=torch.bool, device=device)
log_denominator = (sim_matrix / tau).masked_fill(itself, float("-inf")).logsumexp(dim=1).detach()
positive = sim_positive_pairs(out_left, out_right).view(N) / tau
loss = (log_denominator - torch.cat([positive, positive])).mean()
