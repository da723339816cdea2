"""The matrix holds the distances of the unit vectors.

Caught by: test_sim_matrix_value
Hint: Similarity is the dot product of the unit vectors.
"""

unit = F.normalize(out, dim=1)
sim_matrix = torch.cdist(unit, unit)
