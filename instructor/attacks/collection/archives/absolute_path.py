"""Holds a file with an absolute path.

Form: archive
Alive: escapes
Remarks: lead out of the archive
"""

import zipfile


def pack(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        for name in ("/weak/left-by-an-attack", "C:/left-by-an-attack"):
            info = zipfile.ZipInfo("x")
            info.filename = name
            archive.writestr(info, b"out")
