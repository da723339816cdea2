"""The exponential is taken here already.

Caught by: test_positive_pairs_value
Hint: This function gives similarities; the loss takes their exponentials.
"""

left, right = F.normalize(out_left, dim=1), F.normalize(out_right, dim=1)
pos_pairs = torch.exp((left * right).sum(dim=1, keepdim=True))
