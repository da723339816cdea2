"""Leaves a word in the keyring of its user or session.

Form: jail
Alive: leaves
"""

import ctypes
import os

ADD, CONTROL = (248, 250) if os.uname().machine == "x86_64" else (217, 219)
LIBC, SEARCH, NAME = ctypes.CDLL(None, use_errno=True), 10, b"left-by-an-attack"
RINGS = [ctypes.c_int32(-4), ctypes.c_int32(-3)]  # the user's, the session's


def attack():
    return any([LIBC.syscall(ADD, b"user", NAME, b"word", 4, ring) >= 0 for ring in RINGS])


def found():
    return any(LIBC.syscall(CONTROL, SEARCH, ring, b"user", NAME, 0) >= 0 for ring in RINGS)
