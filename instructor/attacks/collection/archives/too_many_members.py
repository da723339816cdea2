"""Holds twenty-five thousand files without content.

Form: archive
Alive: exhausts
Refused: holds more than 20,000 files
"""

import zipfile


def pack(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        for k in range(25_000):
            archive.writestr(f"many/{k}", b"")
