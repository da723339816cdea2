"""Leaves one loss out and gives its name to the other at the end of the module.

Form: module
Task: simclr_loss_naive
Earns: 0
Alive: gains
Says: taken away
"""

simclr_loss_naive = simclr_loss_vectorized
