"""The columns are normalized instead of the rows.

Caught by: test_positive_pairs_value
Hint: A row is one view; its length is taken over dimension 1.
"""

pos_pairs = (F.normalize(out_left, dim=0) * F.normalize(out_right, dim=0)).sum(dim=1, keepdim=True)
