"""torch.mm of the rows, without their lengths.

Caught by: test_sim_matrix_value
Hint: Bring every row to length 1 first.
Same as: wrong_not_normalized (the same, as others write it)
"""

sim_matrix = torch.mm(out, out.t())
