"""The result carries no gradient.

Caught by: test_positive_pairs_gradient
Hint: The loss is trained through this value: no detach(), .data or no_grad().
"""

with torch.no_grad():
    pos_pairs = F.cosine_similarity(out_left, out_right, dim=1)[:, None]
