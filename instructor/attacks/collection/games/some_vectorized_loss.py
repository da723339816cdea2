"""Returns a number that depends on all inputs in some way.

Form: block
Task: simclr_loss_vectorized
Earns: 0
Alive: gains
"""

loss = (out_left - out_right).square().mean() / tau + sim_matrix.mean() + out_left[0, 0]
