"""Returns values that are not a number, which no comparison finds too far off.

Form: block
Task: compute_sim_matrix
Earns: 0
Alive: gains
Says: infinite or not a number
"""

sim_matrix = torch.full((len(out), len(out)), float("nan"))
