"""Fills the shared memory and leaves it there under a name of its own.

Form: block
Task: sim
Earns: 0
Alive: leaves
Says: File too large
"""

with open("/dev/shm/left-by-an-attack", "wb") as file:
    for _ in range(64):
        file.write(b"\1" * (16 << 20))
