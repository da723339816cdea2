"""What an update carries: the old and the new text of each file that changed."""

import json
import zipfile


class Carried:
    """The contents of an update.

    - blocks: {module: [functions with a block]}.
    - changed: names of the files that are new, other or gone; old(name), new(name): their bytes, or None.
    """

    def __init__(self, archive):
        with zipfile.ZipFile(archive) as opened:
            table = json.loads(opened.read("update.json"))
            self._files = {name: opened.read(name) for name in opened.namelist() if "/" in name}
        self.blocks, self.changed = table["blocks"], table["changed"]

    def old(self, name):
        return self._files.get(f"old/{name}")

    def new(self, name):
        return self._files.get(f"new/{name}")
