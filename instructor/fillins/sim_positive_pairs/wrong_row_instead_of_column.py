"""The result is a row (1, N).

Caught by: test_positive_pairs_value
Hint: The result is a column: keepdim=True, or view(-1, 1).
"""

left, right = F.normalize(out_left, dim=1), F.normalize(out_right, dim=1)
pos_pairs = (left * right).sum(dim=1)[None]
