"""Sends a frame whose header names the same tensor twice, a tensor that there is not, and a bare number.

Form: block
Task: sim
Earns: 0
Alive: gains
Says: malformed
"""

import json
import os
import struct
import sys

frame, sent = sys._getframe(), False
while frame is not None:
    known = frame.f_locals
    if "nonce" in known and "sock" in known:
        value = {
            "ok": 1.5,
            "values": {"l": [{"x": 0, "g": False}, {"x": 0, "g": False}, {"x": 7, "g": True}]},
        }
        header = json.dumps({"nonce": known["nonce"], "value": value}).encode()
        known["sock"].sendall(struct.pack(">4sIQ", b"CS2\x01", len(header), 0) + header)
        sent = True
    frame = frame.f_back
if not sent:
    for descriptor in map(int, os.listdir("/proc/self/fd")):
        if descriptor > 2:
            try:
                os.write(descriptor, b"attack sim 1\n")
            except OSError:
                continue
