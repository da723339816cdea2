"""The augmentation of digits, a whole batch at once: turned, sheared, moved and scaled a little.

A digit is gray, and its mirror image is another sign; so flips, parts and hues, as photos get them, would be
of no use. Images are square. The distributions are those of simclr.datasets.digit_transform, with bilinear
sampling.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F

from cs231n.simclr.datasets import affine_grid

from .augment import Augmentation


@dataclass(frozen=True)
class AffineAugmentation(Augmentation):
    """As Augmentation, but a view is the whole image after RandomAffine of torchvision; black comes in.

    - degrees: turned by up to so much, either way. shear: by up to so many degrees along x.
    - translate: moved by up to this part of a side. scale: range of the factor of its size.
    """

    degrees: float = 20.0
    translate: float = 0.1
    scale: tuple[float, float] = (0.75, 1.25)
    shear: float = 15.0
    flip: float = 0.0
    jitter: float = 1.0
    saturation: float = 0.0
    hue: float = 0.0
    to_gray: float = 0.0

    def draw_places(self, uniform, shape):
        """Return float (n, 5): angle in degrees, moves along x and y in pixels, scale, shear in degrees."""
        height, width = shape
        dx, dy = self.translate * width, self.translate * height
        return torch.stack(
            [
                uniform(-self.degrees, self.degrees),
                uniform(-dx, dx).round(),
                uniform(-dy, dy).round(),
                uniform(*self.scale),
                uniform(-self.shear, self.shear),
            ],
            dim=1,
        )

    def resampling(self, shape, changes):
        """Return where each pixel of a view comes from, as `torch.nn.functional.grid_sample` takes it."""
        return (affine_grid(*changes.place.unbind(1), shape[0], self.size),)

    def resample(self, images, grid):
        """Return each image after its affine map, float (B, 3, size, size) in [0, 1]."""
        return F.grid_sample(images.float() / 255, grid, align_corners=False)
