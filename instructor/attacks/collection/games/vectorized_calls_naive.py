"""Calls the loss with loops where one without loops is asked for.

Form: block
Task: simclr_loss_vectorized
Earns: 0
Alive: gains
Says: taken away
"""

loss = simclr_loss_naive(out_left, out_right, tau)
