"""Reading back from an augmented view what was done to the image: which crop, which flip, which colors.

The images are made for that. Gray waves along both axes tell the crop whatever brightness and contrast
became, and stripes of two grays and a color tell every factor of the color jitter wherever the crop lies.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from cs231n.data_utils import CIFAR10_MEAN, CIFAR10_STD
from instructor.grading.seeds import Seeds

LUMA = torch.tensor([0.299, 0.587, 0.114])
# The three tones of the stripes. Around this purple hue, luma hardly changes with the hue, and no change of
# the color jitter leaves [0, 255].
DARK, LIGHT, PURPLE = 51.0, 128.0, torch.tensor([130.0, 60.0, 95.0])
HUE, CHROMA = 330 / 360, 70.0


def pixels(views: torch.Tensor) -> torch.Tensor:
    """Undo the normalization of views (n, 3, 32, 32); values on the scale of 0 to 255."""
    mean, std = (torch.tensor(each).view(3, 1, 1) for each in (CIFAR10_MEAN, CIFAR10_STD))
    return (views.float() * std + mean) * 255


@dataclass(frozen=True)
class Crops:
    """Where views lie in their image, one entry a view; positions and lengths are in pixels of the image.

    `likeness` is the correlation of the view with the best crop there is, 1 for a crop.
    """

    left: torch.Tensor
    top: torch.Tensor
    width: torch.Tensor
    height: torch.Tensor
    mirrored: torch.Tensor
    upside_down: torch.Tensor
    likeness: torch.Tensor


class Waves:
    """A gray uint8 image (H, W, 3), random smooth waves along each axis, and the way back from its views."""

    def __init__(self, rng: Seeds, height: int, width: int) -> None:
        self._down, self._across = _wave(rng, height), _wave(rng, width)
        gray = 75 + 45 * self._down[:, None] + 45 * self._across[None]
        self.image = gray.round().to(torch.uint8)[..., None].expand(height, width, 3).contiguous()

    def locate(self, views: torch.Tensor) -> Crops:
        """The crop and the flips that each view (n, 3, 32, 32) comes from."""
        gray = pixels(views).mean(dim=1)  # (n, 32, 32)
        left, width, mirrored, across = _best_window(gray.mean(dim=1), self._across)
        top, height, upside_down, down = _best_window(gray.mean(dim=2), self._down)
        likeness = torch.minimum(across, down)
        return Crops(left, top, width, height, mirrored.bool(), upside_down.bool(), likeness)


@dataclass(frozen=True)
class Colors:
    """What became of the colors, one entry a view; 1, or 0 for the hue, stands for "as before".

    The factors and the hue (a part of the circle) are meaningful only where `gray` is false.
    """

    gray: torch.Tensor
    unchanged: torch.Tensor
    brightness: torch.Tensor
    contrast: torch.Tensor
    saturation: torch.Tensor
    hue: torch.Tensor


def stripes() -> torch.Tensor:
    """A uint8 image (32, 32, 3) of dark gray, light gray and purple stripes, two pixels wide."""
    tones = torch.stack([torch.full((3,), DARK), torch.full((3,), LIGHT), PURPLE]).to(torch.uint8)
    return tones[(torch.arange(32) // 2) % 3].expand(32, 32, 3).contiguous()


def read_colors(views: torch.Tensor) -> Colors:
    """Measure the color jitter of views (n, 3, 32, 32) of the stripes.

    Brightness b, contrast c and saturation s give light − dark → bc (light − dark), the purple's chroma
    → bcs · chroma, and the mean → b · mean; the hue turns purple only.
    """
    columns = pixels(views).round().mean(dim=2).transpose(1, 2)  # (n, 32, 3)
    chroma = columns.amax(dim=2) - columns.amin(dim=2)  # (n, 32)
    luma = columns @ LUMA
    most, where = chroma.max(dim=1)
    purple = columns[torch.arange(len(columns)), where]  # (n, 3)
    achromatic = chroma < 1.01
    dark = luma.masked_fill(~achromatic, math.inf).amin(dim=1)
    light = luma.masked_fill(~achromatic, -math.inf).amax(dim=1)
    # How much of each column is purple and how light its gray is give the mean of the image that was cropped.
    part = (chroma / most.clamp_min(1)[:, None]).clamp(0, 1)
    gray = (luma - part * (purple @ LUMA)[:, None]) / (1 - part).clamp_min(0.05)
    lightness = ((gray - dark[:, None]) / (light - dark).clamp_min(1)[:, None]).clamp(0, 1)
    mean = (part * float(PURPLE @ LUMA) + (1 - part) * (DARK + lightness * (LIGHT - DARK))).mean(dim=1)
    both = ((light - dark) / (LIGHT - DARK)).clamp_min(0.01)  # brightness times contrast
    brightness = dark / mean + both * (1 - DARK / mean)
    is_gray = most < 2
    as_before = ((dark - DARK).abs() < 1.01) & ((light - LIGHT).abs() < 1.01)
    return Colors(
        gray=is_gray,
        unchanged=as_before & (is_gray | ((most - CHROMA).abs() < 1.5)),
        brightness=brightness,
        contrast=both / brightness,
        saturation=most / CHROMA / both,
        hue=(_hue(purple) - HUE + 0.5) % 1 - 0.5,
    )


def _wave(rng: Seeds, length: int) -> torch.Tensor:
    """A random sum of sines (length,) over [0, 1]."""
    x = torch.arange(length) / length
    waves = [rng.randn(1) * torch.sin(2 * math.pi * (k * x + rng.rand(1))) for k in (0.5, 1, 1.5, 2, 3, 4, 5)]
    wave = sum(waves)
    return (wave - wave.min()) / (wave.max() - wave.min())


def _best_window(profiles: torch.Tensor, wave: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """The piece of `wave` most like each profile (n, 32): start, length, whether reversed, correlation."""
    pieces, where = [], []
    for length in range(3, len(wave) + 1):
        windows = wave.unfold(0, length, 1)[:, None, None]  # (starts, 1, 1, length)
        resized = F.interpolate(windows, size=(1, 32), mode="bilinear", antialias=True)[:, 0, 0]
        for reverse in (0, 1):
            pieces.append(resized.flip(1) if reverse else resized)
            where.append(torch.tensor([(start, length, reverse) for start in range(len(resized))]).T)
    correlation, best = (_standard(profiles) @ _standard(torch.cat(pieces)).T).max(dim=1)
    start, length, reverse = torch.cat(where, dim=1)[:, best]
    return start, length, reverse, correlation


def _standard(rows: torch.Tensor) -> torch.Tensor:
    return F.normalize(rows - rows.mean(dim=1, keepdim=True), dim=1)


def _hue(colors: torch.Tensor) -> torch.Tensor:
    """The hue of RGB colors (n, 3) as a part of the circle."""
    red, green, blue = colors.unbind(1)
    largest, which = colors.max(dim=1)
    chroma = (largest - colors.amin(dim=1)).clamp_min(1)
    sectors = [(green - blue) / chroma, (blue - red) / chroma + 2, (red - green) / chroma + 4]
    return torch.stack(sectors, dim=1).gather(1, which[:, None])[:, 0] / 6 % 1
