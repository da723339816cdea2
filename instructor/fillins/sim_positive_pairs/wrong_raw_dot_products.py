"""einsum over the rows, without their lengths.

Caught by: test_positive_pairs_value
Hint: Each row is divided by its length first.
Same as: wrong_not_normalized (the same, as others write it)
"""

pos_pairs = torch.einsum("nd,nd->n", out_left, out_right).unsqueeze(1)
