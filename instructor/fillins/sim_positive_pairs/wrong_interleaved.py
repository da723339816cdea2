"""Rows 2k and 2k + 1 of the stacked views are taken for a pair.

Caught by: test_positive_pairs_value
Hint: The left views come first, then the right ones: view k belongs with view k + N.
"""

out = F.normalize(torch.cat([out_left, out_right]), dim=1)
pos_pairs = (out[0::2] * out[1::2]).sum(dim=1, keepdim=True)
