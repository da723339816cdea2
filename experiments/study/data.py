"""The data sets of the study: training, validation and test images, and the views of them."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F

from cs231n.data_utils import (
    draw_labelled,
    load_cifar10,
    load_digits,
    load_fashion_mnist,
    load_photo_tiles,
)

from ..fast.affine import AffineAugmentation
from ..fast.augment import Augmentation

# name: (what loads a split, the augmentation). Clothes are gray: no view changes a color. They are
# mirrored and cut, but # not as small as photos, of which a twelfth still shows something.
DATA = {
    "fashion": (load_fashion_mnist, Augmentation(scale=(0.3, 1.0), saturation=0.0, hue=0.0, to_gray=0.0)),
    "digits": (load_digits, AffineAugmentation()),
    "tiles": (load_photo_tiles, Augmentation()),
    "cifar10": (lambda split: load_cifar10(split)[:2], Augmentation()),
}


@lru_cache(maxsize=2)
def images_of(data, size=32, validation=50):
    """Return {"train", "validation", "test"}: (uint8 images (N, 3, size, size), labels (N,)) of a data set.

    The validation images, so many of each class, are drawn from the training images, the same ones for every
    seed. Each pixel of a smaller image is the mean of those it stands for.
    """
    load, _ = DATA[data]
    images, labels = load("train")
    held = torch.zeros(len(labels), dtype=torch.bool)
    held[torch.from_numpy(draw_labelled(labels, validation, seed=20_200_213))] = True
    images, labels = _tensors(images, labels, size)
    return {
        "train": (images[~held], labels[~held]),
        "validation": (images[held], labels[held]),
        "test": _tensors(*load("test"), size),
    }


def augmentation_of(data, size):
    """Return the augmentation of a data set, at this side of the views."""
    return replace(DATA[data][1], size=size)


def labelled_indices(labels, per_class, seed):
    """Return which images are labelled, long (n,): per_class of each class, or all of them for "all"."""
    if per_class == "all":
        return torch.arange(len(labels))
    return torch.from_numpy(draw_labelled(labels, per_class, seed))


def seen_indices(labels, chosen, images, seed):
    """Return which images SimCLR sees, long (n,): the chosen ones, and others drawn up to `images` of them.

    Raises ValueError for more images than there are, or fewer than are labelled.
    """
    if images == "labelled":
        return chosen
    if not len(chosen) <= images <= len(labels):
        raise ValueError(f"SimCLR is to see {images} images; {len(chosen)} to {len(labels)} can be had.")
    order = np.random.default_rng([seed, 1]).permutation(len(labels))
    others = torch.from_numpy(order[~np.isin(order, chosen.numpy())])
    return torch.cat([chosen, others[: images - len(chosen)]])


def _tensors(images, labels, size):
    images = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()
    if images.shape[2] != size:
        parts = [F.adaptive_avg_pool2d(some.float(), size).round_().byte() for some in images.split(5000)]
        images = torch.cat(parts)
    return images, torch.from_numpy(labels)
