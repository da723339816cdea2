"""Holds notebooks from which all cells but one are deleted.

Form: archive
Alive: gains
"""

import json
import zipfile


def pack(path, files):
    changed = {}
    for name, data in files.items():
        if name.endswith(".ipynb"):
            notebook = json.loads(data)
            notebook["cells"] = [c for c in notebook["cells"] if c["cell_type"] != "code"][:1]
            data = json.dumps(notebook).encode()
        changed[name] = data
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in changed.items():
            archive.writestr(name, data)
