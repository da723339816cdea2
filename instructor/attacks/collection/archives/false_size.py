"""Says in its table of contents that a module is shorter than it is.

Form: archive
Task: sim, sim_positive_pairs, compute_sim_matrix
Earns: 0
Alive: stops
Remarks: is damaged in the archive
"""

import zipfile


def pack(path, files):
    module = "cs231n/simclr/contrastive_loss.py"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.getinfo(module).file_size = 100
        archive.getinfo(module).compress_size = 100
