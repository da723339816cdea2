"""Is an archive whose second half is missing.

Form: archive
Alive: stops
Refused: is not a zip archive or is not complete
"""

import zipfile


def pack(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
