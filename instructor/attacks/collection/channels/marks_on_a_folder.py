"""Writes on its private folder instead of in it: a mode, an attribute, a time.

Form: jail
Alive: leaves
"""

import contextlib
import os

HOME = os.environ.get("HOME", "/tmp")


def attack():
    for write in (
        lambda: os.chmod(HOME, 0o1751),
        lambda: os.setxattr(HOME, "user.left", b"word"),
        lambda: os.utime(HOME, (4_711, 4_711)),
    ):
        with contextlib.suppress(OSError):
            write()


def found():
    state = os.stat(HOME)
    with contextlib.suppress(OSError):
        if os.listxattr(HOME):
            return True
    return state.st_mode & 0o7777 == 0o1751 or state.st_mtime == 4_711
