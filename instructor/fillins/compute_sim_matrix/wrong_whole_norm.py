"""Everything is divided by the squared norm of the whole matrix.

Caught by: test_sim_matrix_value
Hint: The norm is taken for each row: torch.linalg.norm needs dim=1.
"""

sim_matrix = out @ out.T / torch.linalg.norm(out) ** 2
