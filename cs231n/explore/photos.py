"""Your own photos in the notebook: load them up, look at them, take them away again."""

import ipywidgets as widgets
import numpy as np

from ..own_photos import NotAPhoto, own_files, read_photo, save_photo
from ..words import t
from .drawing import panels, row
from .parts import Explorer

SHOWN = 5


class OwnPhotos(Explorer):
    """Load up photos; they are kept in datasets/own_photos and stay on this computer.

    A file that is no photo is answered with a sentence.
    """

    def __init__(self):
        self.upload = widgets.FileUpload(accept="image/*", multiple=True, description=t("choose photos"))
        self.clear = widgets.Button(description=t("delete them"), icon="trash")
        self.picture = widgets.HTML()
        super().__init__(widgets.HBox([self.upload, self.clear]), self.picture)
        self._draw()
        self.upload.observe(self._loaded, "value")
        self.clear.on_click(self._remove)

    def still(self):
        """Return the PIL image of the photos that are there."""
        return self._still

    def _loaded(self, change):
        sentences, kept = [], 0
        for name, content in _files(change["new"]):
            try:
                save_photo(content, name)
                kept += 1
            except NotAPhoto as problem:
                sentences.append(str(problem))
            except OSError as error:
                sentences.append(
                    t("{name} can't be kept: {reason}.", name=name, reason=error.strerror or error)
                )
        if kept:
            sentences.append(t("Now run the cells from the next one on again: your photos come first."))
        self._draw()
        if sentences:
            self.say(" ".join(sentences))

    def _remove(self, _button):
        files = own_files()
        for file in files:
            file.unlink(missing_ok=True)
        self._draw()
        gone = t("They are gone. Run the cells from the next one on again.")
        self.say(gone if files else t("There are none."))

    def _draw(self):
        photos = []
        for file in own_files()[:SHOWN]:
            try:
                photos.append((file.name, read_photo(file.read_bytes(), file.name)))
            except NotAPhoto as problem:
                self.say(str(problem))
        if not photos:
            photos.append((t("none yet"), np.full((8, 8, 3), 235, dtype=np.uint8)))
        self._still = panels(photos, side=140)
        self.picture.value = row(photos, side=140)


def _files(value):
    """Name and bytes of each file in the value of a FileUpload: by name in ipywidgets 7, in order in 8."""
    if isinstance(value, dict):
        return [(name, bytes(file["content"])) for name, file in value.items()]
    return [(file["name"], bytes(file["content"])) for file in value]
