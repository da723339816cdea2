"""Makes files without content, twelve thousand of them, which cost memory that no process is seen to use.

Form: block
Task: sim
Earns: 0
Alive: exhausts
"""

import os
import tempfile
import time

folder = tempfile.mkdtemp(prefix="left-by-an-attack-")
for k in range(12_000):
    os.close(os.open(f"{folder}/{k}", os.O_CREAT | os.O_WRONLY))
time.sleep(3)
