"""Fills one loss and calls it from the other, for the points of both.

Form: block
Task: simclr_loss_naive
Earns: 0
Alive: gains
Says: taken away
"""

total_loss = total_loss + 2 * simclr_loss_vectorized(out_left, out_right, tau)
