"""A column (N, 1) is divided by a row (N,), which gives a square of N times N.

Caught by: test_positive_pairs_value
Hint: (N, 1) and (N,) broadcast to (N, N); bring both to one shape first.
"""

dots = (out_left * out_right).sum(dim=1, keepdim=True)
pos_pairs = dots / (out_left.norm(dim=1) * out_right.norm(dim=1))
