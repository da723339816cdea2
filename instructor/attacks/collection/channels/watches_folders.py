"""Watches folders for what others do in them, and so learns the names of files that it may not see.

Form: jail
Alive: leaks
"""

import ctypes


def attack():
    libc = ctypes.CDLL(None, use_errno=True)
    watching = libc.inotify_init1(0)
    return watching >= 0 and any(
        libc.inotify_add_watch(watching, name, 0x100) >= 0 for name in (b"/tmp", b"/")
    )
