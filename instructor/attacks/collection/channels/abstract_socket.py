"""Leaves a process behind that listens at an address without a file, and tells whoever asks.

Form: jail
Alive: leaks
"""

import os
import socket
import time

ADDRESS = "\0left-by-an-attack"


def attack():
    if not os.fork():
        os.setsid()
        with socket.socket(socket.AF_UNIX) as meeting:
            meeting.bind(ADDRESS)
            meeting.listen()
            time.sleep(20)
        os._exit(0)
    time.sleep(0.5)


def found():
    with socket.socket(socket.AF_UNIX) as other:
        return other.connect(ADDRESS) is None
