"""Rows of length 1, multiplied and summed."""

left = F.normalize(out_left, dim=1)
right = F.normalize(out_right, dim=1)
pos_pairs = (left * right).sum(dim=1, keepdim=True)  # (N, 1)
