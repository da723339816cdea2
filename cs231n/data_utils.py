"""Labelled photos, digits and small color images as arrays (given).

All images are uint8 arrays (N, H, W, 3), all labels int64 arrays (N,). The files are in `datasets/` beside
the package, or in the folder that the environment variable CS231N_DATA names; datasets/get_datasets.sh
fetches them, and datasets/README.md says what they are.
"""

import gzip
import os
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from .cifar_batches import read_batch

CIFAR10_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

# Mean and standard deviation of CIFAR-10's R, G, B in [0, 1].
CIFAR10_MEAN = [0.4914, 0.4822, 0.4465]
CIFAR10_STD = [0.2023, 0.1994, 0.2010]


class MissingData(FileNotFoundError):  # noqa: N818
    """A file of data is not there or can't be read; the message says what to run."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows for this error: the sentence instead of a traceback."""
        return [f"MissingData: {self}"]


def load_imagenet_val(num=None, source="auto"):
    """Return ImageNet validation photos, their labels, and the names of the 1,000 classes.

    Inputs:
    - num: how many photos, from the first on; None means all.
    - source: "course" for the 25 photos of imagenet_val_25.npz; "embedded" for the 20 embedded photos, the
      middle of each at 224 × 224; "auto" for the course's when they are there, else the embedded ones.

    Returns: X (N, 224, 224, 3), y (N,), and a list of 1,000 names. Raises MissingData, or ValueError for
    another source.
    """
    if source not in ("auto", "course", "embedded"):
        raise ValueError(f"source is {source!r}; choose auto, course or embedded.")
    course_file = data_folder() / "imagenet_val_25.npz"
    if source == "course" or (source == "auto" and course_file.is_file()):
        X, y = _read_npz(course_file)
    else:
        files = _numbered_images("embedded/imagenet", "imagenet")
        X, y = np.stack([_center(file, 224) for file in files]), _labels_in_names(files)
    return X[:num], y[:num], imagenet_class_names()


def imagenet_class_names():
    """Return the names of ImageNet's 1,000 classes, in the order of the labels."""
    from torchvision.models import SqueezeNet1_1_Weights  # carries the names; nothing is downloaded

    return list(SqueezeNet1_1_Weights.DEFAULT.meta["categories"])


def load_digits(split=None):
    """Return handwritten digits of MNIST as small color images.

    The 28 × 28 gray digits get two black pixels on every side and three equal channels.

    Inputs:
    - split: "train" for the first 400 of each class, "test" for its last 100, None for all 5,000.

    Returns: images (N, 32, 32, 3) and labels (N,), ordered by class. Raises MissingData, or ValueError for
    another split.
    """
    chosen = {None: slice(None), "train": slice(0, 400), "test": slice(400, 500)}
    if split not in chosen:
        raise ValueError(f"split is {split!r}; choose train, test or None.")
    file = _existing("embedded/mnist_5k.csv.gz")
    try:
        with gzip.open(file, "rt", encoding="ascii") as lines:
            table = np.loadtxt(lines, delimiter=",", dtype=np.uint8)  # a row: 784 pixels and the label
        pixels, labels = table[:, :-1].reshape(-1, 28, 28), table[:, -1].astype(np.int64)
    except (OSError, EOFError, ValueError, IndexError) as error:
        raise _damaged(file, error) from error

    each = [np.flatnonzero(labels == digit)[chosen[split]] for digit in range(10)]
    order = np.concatenate(each)
    images = np.pad(pixels[order], ((0, 0), (2, 2), (2, 2)))
    return np.repeat(images[..., None], 3, axis=3), labels[order]


def load_photo_tiles(split=None):
    """Return the tiles of the 20 embedded photos, each labelled with the number of its photo.

    The middle of a photo, 512 × 512, is cut into 16 × 16 tiles. No two of them share a pixel, but neighbors
    look alike. It is a small task on real photos, not recognition of things.

    Inputs:
    - split: "train" for 200 tiles of each photo, "test" for the other 56, drawn once; None for all 5,120.

    Returns: images (N, 32, 32, 3) and labels (N,), ordered by photo. Raises MissingData, or ValueError for
    another split.
    """
    chosen = {None: slice(None), "train": slice(0, 200), "test": slice(200, 256)}
    if split not in chosen:
        raise ValueError(f"split is {split!r}; choose train, test or None.")
    rng = np.random.default_rng(20_200_213)
    tiles = []
    for file in _numbered_images("embedded/imagenet", "imagenet"):
        rows = _center(file, 512).reshape(16, 32, 16, 32, 3)  # rows of tiles, of pixels, columns of both, RGB
        of_photo = rows.swapaxes(1, 2).reshape(256, 32, 32, 3)
        tiles.append(of_photo[rng.permutation(256)[chosen[split]]])
    return np.concatenate(tiles), np.repeat(np.arange(len(tiles)), len(tiles[0]))


def load_fashion_mnist(split):
    """Return Fashion-MNIST, photos of clothes of ten kinds, as small color images (arXiv:1708.07747).

    The 28 × 28 gray images get two black pixels on every side and three equal channels.

    Inputs:
    - split: "train" for 60,000 images, "test" for 10,000.

    Returns: images (N, 32, 32, 3) and labels (N,). Raises MissingData, or ValueError for another split.
    """
    names = {"train": "train", "test": "t10k"}
    if split not in names:
        raise ValueError(f"split is {split!r}; choose train or test.")
    images = _read_idx(f"fashion-mnist/{names[split]}-images-idx3-ubyte.gz", 3)
    labels = _read_idx(f"fashion-mnist/{names[split]}-labels-idx1-ubyte.gz", 1)
    images = np.pad(images, ((0, 0), (2, 2), (2, 2)))
    return np.repeat(images[..., None], 3, axis=3), labels.astype(np.int64)


def load_cifar10_samples():
    """Return 20 test images of CIFAR-10 (20, 32, 32, 3), their labels, and the names of the 10 classes."""
    files = _numbered_images("embedded/cifar10", "cifar10")
    return np.stack([_pixels(file) for file in files]), _labels_in_names(files), list(CIFAR10_CLASSES)


def load_cifar10(split="train"):
    """Return CIFAR-10, 50,000 images to train on or 10,000 to test on, their labels, and the class names.

    Raises MissingData when datasets/cifar-10-batches-py is not there, ValueError for another split.
    """
    names = {"train": [f"data_batch_{n}" for n in range(1, 6)], "test": ["test_batch"]}
    if split not in names:
        raise ValueError(f"split is {split!r}; choose train or test.")
    images, labels = [], []
    for name in names[split]:
        file = _existing(f"cifar-10-batches-py/{name}", "cifar10")
        try:
            X, y = read_batch(file)
        except Exception as error:  # a damaged pickle raises nearly anything
            raise _damaged(file, error, "cifar10") from error
        images.append(X)
        labels.append(y)
    return np.concatenate(images), np.concatenate(labels), list(CIFAR10_CLASSES)


def data_folder():
    """Return the folder with the data: CS231N_DATA if that is set, else `datasets` beside the package."""
    chosen = os.environ.get("CS231N_DATA")
    return Path(chosen) if chosen else Path(__file__).resolve().parents[1] / "datasets"


def _existing(name, data_set="embedded"):
    file = data_folder() / name
    if not file.exists():
        raise MissingData(f"{file} is not there. Run: bash datasets/get_datasets.sh {data_set}")
    return file


def _damaged(file, error, data_set="embedded"):
    return MissingData(
        f"{file} can't be read ({type(error).__name__}). Delete it and run: "
        f"bash datasets/get_datasets.sh {data_set}"
    )


def _read_idx(name, dimensions):
    """Return the uint8 array of a gzipped file of MNIST's format: a magic number, the shape, the values."""
    file = _existing(name, "fashion_mnist")
    try:
        with gzip.open(file) as stream:
            content = stream.read()
        magic, *shape = np.frombuffer(content, ">u4", 1 + dimensions).tolist()
        if magic != 0x800 + dimensions:
            raise ValueError
        return np.frombuffer(content, np.uint8, offset=4 * (1 + dimensions)).reshape(shape)
    except (OSError, EOFError, ValueError) as error:
        raise _damaged(file, error, "fashion_mnist") from error


def _read_npz(file):
    _existing(file.name, "imagenet_val_25")
    try:
        # The file's third entry is a pickle, which is left alone.
        with open(file, "rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            X, y = arrays["X"], arrays["y"]
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise _damaged(file, error, "imagenet_val_25") from error
    return X.astype(np.uint8), y.astype(np.int64)


def _numbered_images(folder, stem):
    files = sorted(_existing(folder).glob(f"{stem}_[0-9][0-9]_*"))
    if not files:
        _existing(f"{folder}/{stem}_00_*")
    return files


def _labels_in_names(files):
    return np.array([int(file.stem.rpartition("_")[2]) for file in files], dtype=np.int64)


def _pixels(file, steps=lambda image: image):
    try:
        with Image.open(file) as image:
            return np.asarray(steps(image.convert("RGB")))
    except OSError as error:
        raise _damaged(file, error) from error


def _center(file, side):
    from torchvision.transforms.functional import center_crop, resize

    return _pixels(file, lambda image: center_crop(resize(image, side), side))


def draw_labelled(labels, per_class, seed):
    """Return the indices of `per_class` images of each class, drawn with `seed`, ordered by class."""
    labels, rng = np.asarray(labels), np.random.default_rng(seed)
    chosen = []
    for c in np.unique(labels):
        (of_class,) = np.nonzero(labels == c)
        if len(of_class) < per_class:
            raise ValueError(f"class {c} has {len(of_class)} images, fewer than {per_class}.")
        chosen.append(rng.permutation(of_class)[:per_class])
    return np.concatenate(chosen)
