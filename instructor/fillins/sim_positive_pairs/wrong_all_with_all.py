"""Every left view is compared with every right one.

Caught by: test_positive_pairs_value
Hint: Only row k with row k: N numbers, not N times N.
"""

left, right = F.normalize(out_left, dim=1), F.normalize(out_right, dim=1)
pos_pairs = left @ right.T
