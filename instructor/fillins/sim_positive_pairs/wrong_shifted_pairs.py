"""Row k is paired with row k + 1.

Caught by: test_positive_pairs_value
Hint: Row k of the left and row k of the right are the two views of image k.
"""

left, right = F.normalize(out_left, dim=1), F.normalize(out_right, dim=1)
pos_pairs = (left * right.roll(1, dims=0)).sum(dim=1, keepdim=True)
