"""The small pictures that the notebook learns from: one data set of several, said plainly which (given)."""

from dataclasses import dataclass

import numpy as np

from ..data_utils import (
    CIFAR10_CLASSES,
    data_folder,
    imagenet_class_names,
    load_cifar10,
    load_digits,
    load_fashion_mnist,
    load_imagenet_val,
    load_photo_tiles,
)
from ..words import t

CLOTHES = (
    "T-shirt",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)
PHOTOS = slice(0, 20, 2)  # of the embedded photos: ten kinds, as the other data sets have
TOLD = {
    "fashion_mnist": "Fashion-MNIST: gray photos of clothes, of ten kinds",
    "photo_tiles": "tiles of ten photos: small parts of each, to be told apart by the photo they come from",
    "digits": "handwritten digits of MNIST",
    "cifar10": "CIFAR-10: small photos of ten kinds of things",
}


@dataclass(frozen=True)
class Pictures:
    """A data set: train and test are pairs of uint8 images (N, 32, 32, 3) and labels (N,), of ten classes.

    - kind: a key of TOLD, what it is. names: a word for each class.
    """

    kind: str
    train: tuple
    test: tuple
    names: tuple

    def __str__(self):
        return t(
            "This notebook learns from {told}; {train:,} images to learn on, {test:,} to test.",
            told=t(TOLD[self.kind]),
            train=len(self.train[1]),
            test=len(self.test[1]),
        )


def load_pictures(kind="auto", train=None, test=None, seed=0):
    """Return Pictures of a kind, drawn at random but always the same ones.

    Inputs:
    - kind: a key of TOLD, or "auto": Fashion-MNIST where it has been fetched, else the tiles of photos.
    - train, test: how many images at most; None means all.
    - seed: of the draw.

    Raises MissingData when the files are not there, ValueError for another kind.
    """
    if kind == "auto":
        kind = "fashion_mnist" if (data_folder() / "fashion-mnist").is_dir() else "photo_tiles"
    if kind not in TOLD:
        raise ValueError(f"There are no pictures {kind!r}; choose auto, {', '.join(TOLD)}.")
    sets = []
    for split, most in (("train", train), ("test", test)):
        images, labels = _LOAD[kind](split)
        drawn = np.random.default_rng(seed).permutation(len(images))[:most]
        sets.append((images[drawn], labels[drawn]))
    return Pictures(kind, *sets, _NAMES[kind]())


def _ten_photos(split):
    """The tiles of ten of the photos, labelled from 0 to 9."""
    images, labels = load_photo_tiles(split)
    chosen = np.arange(20)[PHOTOS]
    kept = np.isin(labels, chosen)
    return images[kept], np.searchsorted(chosen, labels[kept])


def _names_of_photos():
    _, labels, _ = load_imagenet_val(source="embedded")
    return tuple(imagenet_class_names()[label] for label in labels[PHOTOS])


_LOAD = {
    "fashion_mnist": load_fashion_mnist,
    "photo_tiles": _ten_photos,
    "digits": load_digits,
    "cifar10": lambda split: load_cifar10(split)[:2],
}
_NAMES = {
    "fashion_mnist": lambda: CLOTHES,
    "photo_tiles": _names_of_photos,
    "digits": lambda: tuple(map(str, range(10))),
    "cifar10": lambda: CIFAR10_CLASSES,
}
