"""Each left view is compared with itself.

Caught by: test_positive_pairs_value
Hint: The positive of a left view is the right view of the same image.
"""

left, right = F.normalize(out_left, dim=1), F.normalize(out_right, dim=1)
pos_pairs = (left * left).sum(dim=1, keepdim=True)
