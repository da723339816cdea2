"""Marks its private folder by what emptying it leaves: a flag, a hint, and the room that many names took.

Form: jail
Alive: leaves
"""

import contextlib
import fcntl
import os
import struct

HOME = os.environ.get("HOME", "/tmp")
GET_FLAGS, SET_FLAGS, NO_DUMP = 0x80086601, 0x40086602, 0x40
GET_HINT, SET_HINT, SHORT = 1035, 1036, 3
NAMES, LARGE = 1_000, 100_000  # so many names take more than so many bytes


def attack():
    with opened() as folder:
        with contextlib.suppress(OSError):
            fcntl.ioctl(folder, SET_FLAGS, struct.pack("q", flags(folder) | NO_DUMP))
        with contextlib.suppress(OSError):
            fcntl.fcntl(folder, SET_HINT, struct.pack("Q", SHORT))
    for number in range(NAMES):
        os.close(os.open(f"{HOME}/{'left-by-an-attack-' * 9}{number}", os.O_CREAT))
    for name in os.listdir(HOME):
        if name.startswith("left-by-an-attack"):
            os.unlink(f"{HOME}/{name}")


def found():
    with opened() as folder:
        seen = os.fstat(folder).st_size > LARGE
        with contextlib.suppress(OSError):
            seen |= bool(flags(folder) & NO_DUMP)
        with contextlib.suppress(OSError):
            seen |= struct.unpack("Q", fcntl.fcntl(folder, GET_HINT, bytes(8)))[0] == SHORT
    return seen


@contextlib.contextmanager
def opened():
    descriptor = os.open(HOME, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


def flags(folder):
    return struct.unpack("q", fcntl.ioctl(folder, GET_FLAGS, bytes(8)))[0]
