"""Starts processes that start processes, up to three hundred.

Form: block
Task: sim
Earns: 0
Alive: exhausts
"""

import os
import time

born, end = 0, time.monotonic() + 20
while born < 300:
    if os.fork() == 0:
        while time.monotonic() < end:
            time.sleep(0.2)
        os._exit(0)
    born += 1
time.sleep(20)
