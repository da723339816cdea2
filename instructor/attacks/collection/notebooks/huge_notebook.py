"""Holds a notebook of 200 MB.

Form: archive
Alive: exhausts
Remarks: is larger than 64 MiB
"""

import zipfile


def pack(path, files):
    name = "notebooks/NetworkVisualization.ipynb"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for member, data in files.items():
            if member != name:
                archive.writestr(member, data)
        with archive.open(name, "w") as file:
            file.write(b'{"cells": [], "padding": "')
            for _ in range(200):
                file.write(b" " * (1 << 20))
            file.write(b'"}')
