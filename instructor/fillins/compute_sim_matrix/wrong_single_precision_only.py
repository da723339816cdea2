"""A factor in float32 is multiplied with rows of any type.

Caught by: test_sim_matrix_value
Hint: Make new tensors with the dtype of the input.
"""

unit = F.normalize(out, dim=1)
sim_matrix = unit @ torch.eye(out.shape[1]) @ unit.T
