"""The right views are treated as constants, as in another method.

Caught by: test_positive_pairs_gradient
Hint: In SimCLR the gradient flows to both views.
"""

pos_pairs = F.cosine_similarity(out_left, out_right.detach(), dim=1)[:, None]
