"""Each dot product is divided by the norm of the whole batch.

Caught by: test_positive_pairs_value
Hint: The norm is taken for each row: torch.linalg.norm needs dim=1.
"""

pos_pairs = (out_left * out_right).sum(dim=1, keepdim=True) / (out_left.norm() * out_right.norm())
