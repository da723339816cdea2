"""Returns a symmetric matrix with ones on the diagonal that depends on the inputs in some way.

Form: block
Task: compute_sim_matrix
Earns: 0
Alive: gains
"""

column = out[:, :1]
sim_matrix = torch.tanh(column - column.T).square().fill_diagonal_(1.0)
