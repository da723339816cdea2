"""Rows of length 1, times their own transpose."""

unit = F.normalize(out, dim=1)
sim_matrix = unit @ unit.T  # (2N, 2N)
