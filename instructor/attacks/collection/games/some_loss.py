"""Returns a number that depends on all inputs in some way.

Form: block
Task: simclr_loss_naive
Earns: 0
Alive: gains
"""

total_loss = total_loss + (z_k - z_k_N).square().sum() / tau + z_k[0]
