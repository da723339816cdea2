"""Tags the cells that are checked so that they are skipped.

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
            for cell in notebook["cells"]:
                if "CHECK_OUTPUT" in "".join(cell["source"]):
                    cell["source"] = ["# NBVAL_SKIP\n", *cell["source"]]
                    cell["metadata"] = {"tags": ["nbval-skip", "skip-execution"]}
            data = json.dumps(notebook).encode()
        changed[name] = data
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in changed.items():
            archive.writestr(name, data)
