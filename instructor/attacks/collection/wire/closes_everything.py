"""Puts nothing in the place of every descriptor, the wire's among them.

Form: block
Task: sim
Earns: 0
Alive: harms
Says: ended its own process
"""

import os

null = os.open(os.devnull, os.O_RDWR)
for descriptor in map(int, os.listdir("/proc/self/fd")):
    if descriptor not in (0, 1, 2, null):
        try:
            os.dup2(null, descriptor)
        except OSError:
            continue
norm_dot_product = torch.zeros(())
