"""Holds a module that nobody can read.

Form: archive
Task: sim, sim_positive_pairs, compute_sim_matrix
Earns: 0
Alive: stops
Remarks: is encrypted
"""

import zipfile


def pack(path, files):
    module = "cs231n/simclr/contrastive_loss.py"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    data = bytearray(path.read_bytes())
    for start, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        name_at = {b"PK\x03\x04": 30, b"PK\x01\x02": 46}[start]
        at = data.find(start)
        while at >= 0:
            if data[at + name_at : at + name_at + len(module)] == module.encode():
                data[at + offset] |= 1
            at = data.find(start, at + 4)
    path.write_bytes(data)
