"""The denominators run over the views of the other side only, as in CLIP.

Caught by: test_vectorized_value
Hint: All 2N views but i itself stand in the denominator, those of its own side too.
"""

logits = sim_matrix[:N, N:] / tau
targets = torch.arange(N, device=device)
loss = (F.cross_entropy(logits, targets) + F.cross_entropy(logits.T, targets)) / 2
