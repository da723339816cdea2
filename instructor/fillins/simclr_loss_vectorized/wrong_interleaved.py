"""View 2k is taken for the positive of view 2k + 1.

Caught by: test_vectorized_value
Hint: The left views come first, then the right ones: view k belongs with view k + N.
"""

logits = (sim_matrix / tau).masked_fill(torch.eye(2 * N, device=device).bool(), float("-inf"))
targets = torch.arange(2 * N, device=device) ^ 1
loss = F.cross_entropy(logits, targets)
