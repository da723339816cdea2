"""Leaves a file in every folder where it may write.

Form: block
Task: sim
Earns: 0
Alive: leaves
"""

import os

written = []
for folder in ("/tmp", "/dev/shm", "/var/tmp", "/run", "/", os.path.dirname(__file__), os.getcwd()):
    try:
        with open(f"{folder}/left-by-an-attack-{os.getpid()}", "w") as file:
            file.write("left")
        written.append(folder)
    except OSError:
        continue
norm_dot_product = torch.zeros(())
