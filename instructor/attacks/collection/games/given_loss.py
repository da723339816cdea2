"""Calls the given loss for large batches, which computes what the task asks for.

Form: block
Task: simclr_loss_vectorized
Earns: 0
Alive: gains
Says: fast_loss
"""

from .fast_loss import nt_xent

loss = nt_xent(out_left, out_right, tau)
