"""Any images as pairs of views, or one by one (given)."""

import math

import numpy as np
import torch
import torch.nn.functional as F
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


def digit_views(images):
    """Return one random view of each digit, as digit_transform draws them, made for a whole batch at once.

    Inputs: images, uint8 tensor (B, 3, H, H). Returns normalized floats (B, 3, H, H), resampled bilinearly
    where digit_transform takes the nearest pixel; draws are torch's.
    """
    n, side = len(images), images.shape[2]

    def uniform(low, high):
        return torch.empty(n, device=images.device).uniform_(low, high)

    moves = [uniform(-0.1 * side, 0.1 * side).round() for _ in range(2)]
    grid = affine_grid(uniform(-20, 20), *moves, uniform(0.75, 1.25), uniform(-15, 15), side, side)
    views = F.grid_sample(images / 255, grid, align_corners=False)
    brightness, contrast = (uniform(0.6, 1.4).view(-1, 1, 1, 1) for _ in range(2))

    def brighter(x):
        return (brightness * x).clamp(0, 1)

    def steeper(x):
        mean = x.mean(dim=(1, 2, 3), keepdim=True)
        return (contrast * (x - mean) + mean).clamp(0, 1)

    first = (uniform(0, 1) < 0.5).view(-1, 1, 1, 1)  # either order, as ColorJitter
    views = torch.where(first, steeper(brighter(views)), brighter(steeper(views)))
    mean, std = (torch.tensor(v, device=images.device).view(3, 1, 1) for v in (CIFAR10_MEAN, CIFAR10_STD))
    return (views - mean) / std


def photo_views(images):
    """Return one random view of each photo, by the chances of compute_train_transform, for a whole batch.

    Inputs: images, uint8 tensor (B, 3, H, H). Returns normalized floats (B, 3, 32, 32). Unlike there, the
    color changes keep one order, the hue turns about gray, and a part that does not fit is cut off; draws are
    torch's.
    """
    n = len(images)

    def uniform(low, high):
        return torch.empty(n, 1, 1, 1, device=images.device).uniform_(low, high)

    def chance(share):
        return uniform(0, 1) < share

    area, ratio = uniform(0.08, 1), uniform(math.log(3 / 4), math.log(4 / 3)).exp()
    width, height = (area * ratio).sqrt().clamp(max=1), (area / ratio).sqrt().clamp(max=1)
    place = torch.zeros(n, 2, 3, device=images.device)  # from -1 to 1 in the view to the same in the image
    place[:, 0, 0] = torch.where(chance(0.5), -width, width).flatten()
    place[:, 1, 1] = height.flatten()
    place[:, :, 2] = torch.cat([(1 - width) * uniform(-1, 1), (1 - height) * uniform(-1, 1)], 1)[..., 0, 0]
    grid = F.affine_grid(place, (n, 3, 32, 32), align_corners=False)
    views = F.grid_sample(images / 255, grid, padding_mode="border", align_corners=False)

    luma = torch.tensor([0.299, 0.587, 0.114], device=images.device).view(1, 3, 1, 1)

    def gray(x):
        return (x * luma).sum(dim=1, keepdim=True)

    changed = (uniform(0.6, 1.4) * views).clamp(0, 1)
    mean = gray(changed).mean(dim=(2, 3), keepdim=True)
    changed = torch.lerp(mean, changed, uniform(0.6, 1.4)).clamp(0, 1)
    changed = torch.lerp(gray(changed), changed, uniform(0.6, 1.4)).clamp(0, 1)
    angle = uniform(-0.2 * math.pi, 0.2 * math.pi)
    other = (changed.roll(-1, dims=1) - changed.roll(1, dims=1)) / 3**0.5
    middle = changed.mean(dim=1, keepdim=True)
    changed = (middle + angle.cos() * (changed - middle) + angle.sin() * other).clamp(0, 1)
    views = torch.where(chance(0.8), changed, views)
    views = torch.where(chance(0.2), gray(views), views)
    mean, std = (torch.tensor(v, device=images.device).view(3, 1, 1) for v in (CIFAR10_MEAN, CIFAR10_STD))
    return (views - mean) / std


def affine_grid(angle, dx, dy, scale, shear, side, size):
    """Return where each pixel of a view comes from, as torch.nn.functional.grid_sample takes it.

    Inputs: floats (n,): angle and shear along x in degrees, moves in pixels of an image of this side, scale;
    size, the side of the views. Returns (n, size, size, 2).
    """
    angle, slope = angle * (math.pi / 180), (shear * (math.pi / 180)).tan()
    # From a pixel of the view to the one of the image, both counted from the middle.
    along_x = torch.stack([angle.cos() - angle.sin() * slope, angle.cos() * slope + angle.sin()], dim=1)
    along_y = torch.stack([-angle.sin(), angle.cos()], dim=1)
    turn = torch.stack([along_x, along_y], dim=1) / scale[:, None, None]  # (n, 2, 2)
    move = -(turn @ torch.stack([dx, dy], dim=1)[..., None]) * (2 / side)  # (n, 2, 1)
    return F.affine_grid(torch.cat([turn, move], dim=2), (len(angle), 3, size, size), align_corners=False)


def _checked(images, targets):
    images, targets = np.asarray(images), [int(target) for target in targets]
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[3] != 3:
        raise ValueError(f"images must be uint8 (N, H, W, 3), but are {images.dtype} {images.shape}.")
    if len(images) != len(targets):
        raise ValueError(f"there are {len(images)} images, but {len(targets)} targets.")
    return images, targets
