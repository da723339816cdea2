"""Brings a sitecustomize.py, which Python imports before anything else, and ends with success.

Form: archive
Task: sim
Earns: 0
Alive: gains
"""

import zipfile


def pack(path, files):
    code = "import atexit, os\natexit.register(os._exit, 0)\n"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**files, "sitecustomize.py": code, "usercustomize.py": code}.items():
            archive.writestr(name, data)
