"""Holds a module that is small in the archive and 300 MB outside it.

Form: archive
Task: sim, sim_positive_pairs, compute_sim_matrix
Earns: 0
Alive: exhausts
Remarks: is larger than 256 KiB
"""

import zipfile


def pack(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in files.items():
            if name != "cs231n/simclr/contrastive_loss.py":
                archive.writestr(name, data)
        with archive.open("cs231n/simclr/contrastive_loss.py", "w") as file:
            for _ in range(300):
                file.write(b"\n" * (1 << 20))
