"""Any images as pairs of views, or one by one (given)."""

import numpy as np
from PIL import Image
from torch.utils.data import Dataset
from torchvision import transforms
from torchvision.datasets import VisionDataset

from ..data_utils import CIFAR10_MEAN, CIFAR10_STD, load_digits
from .data_utils import CIFAR10Pair


class ImagePairs(CIFAR10Pair):
    """Any images in memory as pairs of views: an item is CIFAR10Pair's (x_i, x_j, target).

    - images: uint8 array (N, H, W, 3).
    - targets: N class numbers.
    - transform: from a PIL image to a view, drawn anew for each view; target_transform: for the class.

    Raises ValueError when images and targets do not fit.
    """

    def __init__(self, images, targets, transform=None, target_transform=None):
        # Past CIFAR10's own constructor, which reads files.
        VisionDataset.__init__(self, root="", transform=transform, target_transform=target_transform)
        self.train = True
        self.data, self.targets = _checked(images, targets)


class DigitsPair(ImagePairs):
    """The embedded digits as pairs of views; train chooses data_utils.load_digits' "train" or "test"."""

    def __init__(self, train=True, transform=None, target_transform=None):
        super().__init__(*load_digits("train" if train else "test"), transform, target_transform)
        self.train = train


class Images(Dataset):
    """Any images in memory one by one: an item is (transform(image), target). Arguments as of ImagePairs."""

    def __init__(self, images, targets, transform):
        self.data, self.targets = _checked(images, targets)
        self.transform = transform

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        return self.transform(Image.fromarray(self.data[index])), self.targets[index]


def digit_transform():
    """Return a random augmentation for digits: a PIL image to a normalized float32 tensor (3, 32, 32).

    Digits are turned, sheared, moved and scaled a little, and change their brightness and contrast. A flip or
    a small part, as photos get them, would turn one digit into another.
    """
    return transforms.Compose(
        [
            transforms.RandomAffine(degrees=20, translate=(0.1, 0.1), scale=(0.75, 1.25), shear=15),
            transforms.ColorJitter(brightness=0.4, contrast=0.4),
            transforms.ToTensor(),
            transforms.Normalize(CIFAR10_MEAN, CIFAR10_STD),
        ]
    )


def _checked(images, targets):
    images, targets = np.asarray(images), [int(target) for target in targets]
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[3] != 3:
        raise ValueError(f"images must be uint8 (N, H, W, 3), but are {images.dtype} {images.shape}.")
    if len(images) != len(targets):
        raise ValueError(f"there are {len(images)} images, but {len(targets)} targets.")
    return images, targets
