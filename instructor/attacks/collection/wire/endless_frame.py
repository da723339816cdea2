"""Announces a frame of an exabyte on every descriptor, and sends as much of it as is taken.

Form: block
Task: sim
Earns: 0
Alive: stops
Says: malformed
"""

import os
import struct

start = struct.pack(">4sIQ", b"CS2\x01", 1 << 20, 1 << 60)
for descriptor in map(int, os.listdir("/proc/self/fd")):
    if descriptor > 2:
        try:
            os.write(descriptor, start)
            for _ in range(64):
                os.write(descriptor, b"{" * (1 << 20))
        except OSError:
            continue
