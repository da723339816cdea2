"""Hands in a link to the reference in the place of its module.

Form: archive
Task: sim, sim_positive_pairs, compute_sim_matrix
Earns: 0
Alive: gains
Remarks: is a link or a special file
"""

import stat
import zipfile


def pack(path, files):
    module = "cs231n/simclr/contrastive_loss.py"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            if name == module:
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
                data = b"../../../../reference/cs231n_reference/simclr/contrastive_loss.py"
            archive.writestr(info, data)
