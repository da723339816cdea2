"""Asks for memory until there is none, or three gigabytes are reached.

Form: block
Task: sim
Earns: 0
Alive: exhausts
Says: memory
"""

import time

hoard = []
for _ in range(48):
    hoard.append(torch.ones(16 << 20))  # 64 MiB
    time.sleep(0.02)
time.sleep(2)
