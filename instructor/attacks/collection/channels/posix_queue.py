"""Leaves a queue of POSIX, which has a name, for the next check.

Form: jail
Alive: leaves
"""

import ctypes
import os

OPEN = 240 if os.uname().machine == "x86_64" else 180
LIBC = ctypes.CDLL(None, use_errno=True)


def attack():
    return LIBC.syscall(OPEN, b"left-by-an-attack", os.O_CREAT | os.O_RDWR, 0o666, None) >= 0


def found():
    return LIBC.syscall(OPEN, b"left-by-an-attack", os.O_RDONLY, 0, None) >= 0
