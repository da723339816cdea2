"""Looks at one page of zeros in very many places: each takes a page of a table, which is nobody's memory.

Form: jail
Alive: exhausts
Says: MiB of memory
"""

import mmap
import time

MAP_NORESERVE = 0x4000


def attack():
    held = []
    for _ in range(400):
        held.append(mmap.mmap(-1, 1 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_NORESERVE))
        for place in range(0, 1 << 30, 2 << 20):
            held[-1][place]
    time.sleep(6)
    with open("/proc/self/status") as file:
        return any(line.startswith("VmPTE") and int(line.split()[1]) > 700_000 for line in file)
