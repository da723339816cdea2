"""squeeze() drops the dimension of a single pair.

Caught by: test_positive_pairs_value
Hint: squeeze() without a dimension drops every dimension of length 1; the result stays (N, 1).
"""

left, right = F.normalize(out_left, dim=1), F.normalize(out_right, dim=1)
pos_pairs = (left * right).sum(dim=1, keepdim=True)
if len(pos_pairs) == 1:
    pos_pairs = pos_pairs.squeeze()
