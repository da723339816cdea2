"""Is an archive of another kind, in which a hard link stands for the reference.

Form: archive
Alive: stops
Refused: is not a zip archive
"""

import io
import tarfile


def pack(path, files):
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("cs231n/simclr/contrastive_loss.py")
        link.type, link.linkname = tarfile.LNKTYPE, "/etc/passwd"
        archive.addfile(link)
