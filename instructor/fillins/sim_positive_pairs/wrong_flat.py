"""The result has shape (N,) instead of (N, 1).

Caught by: test_positive_pairs_value
Hint: keepdim=True, or a new last dimension, gives the column (N, 1).
"""

pos_pairs = (F.normalize(out_left, dim=1) * F.normalize(out_right, dim=1)).sum(dim=1)
