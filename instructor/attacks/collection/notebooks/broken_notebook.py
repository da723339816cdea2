"""Holds a notebook that is nested a hundred thousand deep.

Form: archive
Alive: stops
Remarks: is not a valid notebook
"""

import zipfile


def pack(path, files):
    name = "notebooks/NetworkVisualization.ipynb"
    with zipfile.ZipFile(path, "w") as archive:
        for member, data in {**files, name: b'{"cells": ' + b"[" * 100_000}.items():
            archive.writestr(member, data)
