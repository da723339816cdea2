"""Sends what it knows to a service of the machine, over the loopback interface and over a Unix socket.

Form: block
Task: sim
Earns: 0
Alive: leaks
Says: nobody answers
"""

import os
import socket

answers = 0
for family, address in (
    (socket.AF_INET, ("127.0.0.1", 47_231)),
    (socket.AF_UNIX, "\0cs231n-attacks"),
    (socket.AF_UNIX, "/run/docker.sock"),
):
    try:
        with socket.socket(family) as wire:
            wire.settimeout(1)
            wire.connect(address)
            wire.sendall(repr(dict(os.environ)).encode())
            answers += 1
    except OSError:
        continue
raise RuntimeError(f"{answers} answered" if answers else "nobody answers")
