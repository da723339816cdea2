"""Leaves a process behind that belongs to no session and no parent of the grader's.

Form: block
Task: sim_positive_pairs
Earns: 0
Alive: leaves
"""

import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for descriptor in range(3):
            os.close(descriptor)
        end = time.monotonic() + 120
        while time.monotonic() < end:
            time.sleep(0.2)
    os._exit(0)
pos_pairs = torch.zeros(len(out_left), 1)
