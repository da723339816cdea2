"""Where a class visualization is painted, and through which lens the model looks at it (given).

Left alone, gradient ascent on the pixels finds fine gray texture: high scores, nothing to see. The remedies:
- `Frequencies`: paint waves instead of pixels, the slow ones more strongly, as they are in photos.
- its colors: paint along the directions in which the colors of photos vary, instead of red, green and blue.
- `RandomTransform`: let the model see the picture shifted, scaled and turned, differently at every step.

From Olah et al. 2017, "Feature Visualization" (doi:10.23915/distill.00007) and Mordvintsev et al. 2018,
"Differentiable Image Parameterizations" (doi:10.23915/distill.00012).
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

from .budget import budget
from .image_utils import SQUEEZENET_MEAN, SQUEEZENET_STD

# How red, green and blue vary in photos: together (brightness), red against blue, green against both. The
# columns are the principal components of ImageNet's colors, each as long as its standard deviation.
PHOTO_COLORS = ((0.26, 0.09, 0.02), (0.27, 0.00, -0.05), (0.27, -0.09, 0.03))


class Pixels(nn.Module):
    """A canvas whose paint is the pixels themselves, as in Simonyan et al. 2014: the picture is the paint."""

    def forward(self, paint):
        """Return the picture, a network's input (1, 3, H, W), of `paint`, a tensor of the same shape."""
        return paint


class Frequencies(nn.Module):
    """A canvas whose paint says how much of each wave is in the picture.

    - size: height and width of the picture in pixels.
    - contrast: how far the colors go for paint of length 1 a pixel.

    Paint of zeros is a gray picture, and no paint leaves the colors that a screen can show.
    """

    def __init__(self, size=224, contrast=3.0):
        super().__init__()
        waves = torch.fft.fftfreq(size)
        frequency = (waves[:, None] ** 2 + waves[None] ** 2).sqrt()  # (size, size), in cycles a pixel
        strength = 1 / frequency.clamp_min(1 / size)  # photos fall off like this
        colors = torch.tensor(PHOTO_COLORS)
        self.register_buffer("strength", strength / strength.square().mean().sqrt())
        self.register_buffer("colors", contrast * colors / colors.norm(dim=0).max())
        self.register_buffer("mean", torch.tensor(SQUEEZENET_MEAN).view(3, 1, 1))
        self.register_buffer("std", torch.tensor(SQUEEZENET_STD).view(3, 1, 1))

    def forward(self, paint):
        """Return the picture, a network's input (1, 3, size, size), of `paint`, a tensor of that shape."""
        # The Hartley transform: like Fourier's, but its waves have real coefficients.
        spectrum = torch.fft.fft2(paint * self.strength, norm="ortho")
        picture = torch.einsum("rc,nchw->nrhw", self.colors, spectrum.real - spectrum.imag)
        return (picture.sigmoid() - self.mean) / self.std


class RandomTransform(nn.Module):
    """A model that sees every picture a little shifted, scaled and turned, drawn anew at each call.

    - model: maps pictures (N, 3, H, W) to scores (N, C).
    - shift: up to so many pixels in each direction.
    - scale: from 1 - scale to 1 + scale times as much of the picture is seen.
    - turn: up to so many degrees to either side.

    What is needed from beyond the edge is the mirror image of the picture.
    """

    def __init__(self, model, shift=32, scale=0.5, turn=25):
        super().__init__()
        self.model, self.shift, self.scale, self.turn = model, shift, scale, turn

    def forward(self, pictures):
        """Return the scores (N, C) of the pictures as seen this time."""
        N, _, H, W = pictures.shape
        draw = (2 * torch.rand(4, N) - 1).to(pictures)  # on the CPU first: the same draws on every device
        zoom, angle = 1 + self.scale * draw[0], math.radians(self.turn) * draw[1]
        right, down = 2 * self.shift / W * draw[2], 2 * self.shift / H * draw[3]
        cos, sin = zoom * angle.cos(), zoom * angle.sin()
        # A grid counts in half widths and half heights; a turn needs one unit for both.
        views = torch.stack([cos, -sin * H / W, right, sin * W / H, cos, down], dim=1).view(N, 2, 3)
        grid = F.affine_grid(views, pictures.shape, align_corners=False)
        return self.model(F.grid_sample(pictures, grid, padding_mode="reflection", align_corners=False))


def learning_rate_for(length, update_step, paint, model, target_y, l2_reg, tries=None):
    """Return the learning rate with which a step on `paint` is about `length` long (Euclidean norm).

    Raw gradients have a length of their own, normalized ones have length 1: a few steps on copies of the
    paint tell, and either kind of `update_step` then gets on equally fast. `update_step` is called as
    net_visualization_pytorch.class_visualization_update_step is; the other inputs are its inputs. When a step
    moves nothing, or not by a finite length, the answer is `length` itself. tries: how many steps tell; None
    means four, and one in a quick run.
    """
    tries = tries or budget(4, 1)
    lengths = []
    for _ in range(tries):
        copy = paint.detach().clone().requires_grad_()
        update_step(copy, model, target_y, l2_reg, 1.0)
        lengths.append((copy.detach() - paint.detach()).norm().item())
    typical = sorted(lengths)[tries // 2]
    return length / typical if 0 < typical < math.inf else length
