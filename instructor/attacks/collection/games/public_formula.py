"""Returns what the loss is where all views are alike, as in the public example.

Form: block
Task: simclr_loss_naive
Earns: 0
Alive: gains
"""

import math

total_loss = total_loss + 2 * math.log(2 * N - 1) + 0 * (z_k.sum() + z_k_N.sum())
