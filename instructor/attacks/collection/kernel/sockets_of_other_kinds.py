"""Makes sockets of every kind that the kernel has: to other machines, to the kernel, to its ciphers.

Form: jail
Alive: escapes
"""

import socket


def attack():
    made = []
    for family in range(46):
        for kind in range(1, 11):
            for make in (socket.socket, socket.socketpair):
                try:
                    made.append((make(family, kind), family, kind))
                except OSError:
                    continue
    return sorted({(family, kind) for _, family, kind in made} - {(socket.AF_UNIX, socket.SOCK_STREAM)})
