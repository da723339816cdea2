"""Locks parts of a file that all jails show, so that others can see which.

Form: jail
Alive: leaks
"""

import fcntl
import os
import struct
import time

ASKED = "hhqqixxxx"


def attack():
    if not os.fork():
        os.setsid()
        with open(os.__file__, "rb") as file:
            fcntl.fcntl(file, fcntl.F_SETLK, struct.pack(ASKED, fcntl.F_RDLCK, 0, 4_711, 1, 0))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            time.sleep(20)
        os._exit(0)
    time.sleep(0.5)


def found():
    with open(os.__file__, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        asked = struct.pack(ASKED, fcntl.F_WRLCK, 0, 4_711, 1, 0)
        return struct.unpack(ASKED, fcntl.fcntl(file, fcntl.F_GETLK, asked))[0] != fcntl.F_UNLCK
