"""Holds a file whose path leads out of the folder that it is unpacked into.

Form: archive
Alive: escapes
Remarks: lead out of the archive
"""

import zipfile


def pack(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**files, "../../escaped": b"out", "..\\..\\escaped-too": b"out"}.items():
            archive.writestr(name, data)
