"""The inputs are squeezed, so that rows with one entry are taken for one row.

Caught by: test_positive_pairs_value
Hint: Which dimensions go when N or D is 1?
"""

left, right = out_left.squeeze(1), out_right.squeeze(1)
dots = (left * right).sum(-1, keepdim=True)
pos_pairs = dots / (left.norm(dim=-1, keepdim=True) * right.norm(dim=-1, keepdim=True))
