"""Writes files of fifty megabytes until the disk is full, or six of them are written.

Form: block
Task: sim
Earns: 0
Alive: exhausts
Says: No space left on device
"""

import os
import tempfile

for k in range(6):
    with open(os.path.join(tempfile.gettempdir(), f"left-by-an-attack-{k}"), "wb") as file:
        for _ in range(50):
            file.write(b"\1" * (1 << 20))
