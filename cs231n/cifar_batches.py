"""Reads one batch file of CIFAR-10's Python version (given).

The files are pickles of Python 2 and of an old numpy. Only what such a file needs is let in, so that reading
one can't run anything else, and today's numpy has nothing to warn of.
"""

import pickle

import numpy as np
from numpy import ndarray

try:
    from numpy._core.multiarray import _reconstruct
except ImportError:  # numpy 1
    from numpy.core.multiarray import _reconstruct


def read_batch(file):
    """Return the images, uint8 (N, 32, 32, 3), and the labels, int64 (N,), of a batch file (a path).

    Raises pickle.UnpicklingError for a file that holds other things than arrays, lists and text.
    """
    with open(file, "rb") as stream:
        batch = _Batch(stream, encoding="latin1").load()
    images = batch["data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    labels = np.array(batch["labels"], dtype=np.int64)
    if images.dtype != np.uint8 or len(images) != len(labels):
        raise pickle.UnpicklingError("images and labels do not belong together")
    return np.ascontiguousarray(images), labels


class _Batch(pickle.Unpickler):
    def find_class(self, module, name):
        wanted = f"{module}.{name}".replace("numpy._core.", "numpy.core.")
        allowed = {
            "numpy.core.multiarray._reconstruct": _reconstruct,
            "numpy.ndarray": ndarray,
            "numpy.dtype": _dtype,
        }
        if wanted not in allowed:
            raise pickle.UnpicklingError(f"a CIFAR-10 batch has no {module}.{name}")
        return allowed[wanted]


def _dtype(name, align=False, copy=False):
    return np.dtype(name, align=bool(align), copy=bool(copy))  # old pickles have 0 and 1 there
