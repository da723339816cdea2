"""Hands in a named pipe in the place of its module: whoever opens it waits for ever.

Form: archive
Task: sim, sim_positive_pairs, compute_sim_matrix
Earns: 0
Alive: stops
Remarks: is a link or a special file
"""

import stat
import zipfile


def pack(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            if name == "cs231n/simclr/contrastive_loss.py":
                info.external_attr = (stat.S_IFIFO | 0o666) << 16
            archive.writestr(info, data)
