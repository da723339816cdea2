"""Fills memory that could be shared, and has it taken from its sight while the kernel still holds it.

Form: jail
Alive: exhausts
"""

import ctypes
import mmap

PIECE, PIECES, MADV_DONTNEED = 64 << 20, 14, 4


def attack():
    held, pages = [], 0
    for _ in range(PIECES):
        held.append(mmap.mmap(-1, PIECE))
        for place in range(0, PIECE, 4096):
            held[-1][place] = 1
        address = ctypes.addressof(ctypes.c_char.from_buffer(held[-1]))
        pages += not ctypes.CDLL(None).madvise(ctypes.c_void_p(address), PIECE, MADV_DONTNEED)
    return pages == PIECES and held[0][4096] == 1
