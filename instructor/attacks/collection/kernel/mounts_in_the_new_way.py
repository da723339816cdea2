"""Opens trees of files by the calls that stand beside mount, and asks what is mounted where.

Form: jail
Alive: escapes
"""

import ctypes

LIBC, HERE = ctypes.CDLL(None, use_errno=True), -100
OPEN_TREE, FSOPEN, FSPICK, MOVE_MOUNT = 428, 430, 433, 429


def attack():
    opened = [
        LIBC.syscall(OPEN_TREE, HERE, b"/", 0),
        LIBC.syscall(FSOPEN, b"tmpfs", 0),
        LIBC.syscall(FSPICK, HERE, b"/", 0),
        LIBC.syscall(MOVE_MOUNT, HERE, b"/tmp", HERE, b"/usr", 0),
    ]
    return [number for number, result in enumerate(opened) if result >= 0]
