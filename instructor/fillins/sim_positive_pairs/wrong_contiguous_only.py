"""The rows are flattened with view, which only works for one layout in memory.

Caught by: test_positive_pairs_value
Hint: view() needs the usual order in memory; reshape() does not.
"""

N, D = out_left.shape
left = F.normalize(out_left.view(N * D).view(N, D), dim=1)
pos_pairs = (left * F.normalize(out_right, dim=1)).sum(dim=1, keepdim=True)
