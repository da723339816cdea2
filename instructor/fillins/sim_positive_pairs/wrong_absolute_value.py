"""The sign is dropped.

Caught by: test_positive_pairs_value
Hint: A similarity lies between -1 and 1; keep its sign.
"""

left, right = F.normalize(out_left, dim=1), F.normalize(out_right, dim=1)
pos_pairs = (left * right).sum(dim=1, keepdim=True).abs()
