"""Prints sixty megabytes to both standard streams.

Form: block
Task: sim
Earns: 0
Alive: exhausts
"""

import os

for _ in range(30):
    for stream in (1, 2):
        os.write(stream, b"All tests passed. " * 60_000)
norm_dot_product = torch.zeros(())
