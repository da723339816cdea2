"""Reading back from an augmented view what was done to the image: which crop, which flip, which colors.

The images are made for that. Gray waves along both axes tell the crop whatever brightness and contrast
became, and bands of two grays and a color tell every factor of the color jitter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from cs231n.data_utils import CIFAR10_MEAN, CIFAR10_STD
from instructor.core.seeds import Seeds

LUMA = torch.tensor([0.299, 0.587, 0.114])
# Around this purple, luma hardly changes with the hue, and no change of the color jitter leaves [0, 255].
DARK, LIGHT, PURPLE = 51.0, 128.0, torch.tensor([130.0, 60.0, 95.0])
BLUE = torch.tensor([2.0, 2.0, 120.0])  # any turn of its hue makes it lighter, and most by far
TINT = torch.tensor([25.0, -25.0, 0.0])  # what tinted waves have on top of their gray
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
    """A uint8 image (H, W, 3), random smooth waves along each axis, and the way back from its views.

    It is gray, or with `tinted` of one hue and chroma everywhere, so that the waves survive a color jitter.
    """

    def __init__(self, rng: Seeds, height: int, width: int, tinted: bool = False) -> None:
        self._down, self._across = _wave(rng, height), _wave(rng, width)
        low, high = (60, 30) if tinted else (75, 45)
        gray = (low + high * self._down[:, None] + high * self._across[None]).round()
        tint = TINT if tinted else torch.zeros(3)
        self.image = (gray[..., None] + tint).to(torch.uint8).contiguous()

    @classmethod
    def read_from(cls, image: torch.Tensor) -> Waves:
        """The waves of an image that was made of waves."""
        waves = cls.__new__(cls)
        gray = image[..., 0].float()
        waves.image, waves._down, waves._across = image, gray.mean(dim=1), gray.mean(dim=0)
        return waves

    def locate(self, views: torch.Tensor) -> Crops:
        """The crop and the flips that each view (n, 3, 32, 32) comes from."""
        gray = pixels(views).mean(dim=1)  # (n, 32, 32)
        left, width, mirrored, across = _best_window(gray.mean(dim=1), self._across)
        top, height, upside_down, down = _best_window(gray.mean(dim=2), self._down)
        likeness = torch.minimum(across, down)
        return Crops(left, top, width, height, mirrored.bool(), upside_down.bool(), likeness)


def tints(views: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """For each view (n, 3, 32, 32) of tinted waves: whether it is gray, whether its tint is as before."""
    colors = pixels(views).mean(dim=(2, 3))  # (n, 3)
    gray = colors.amax(dim=1) - colors.amin(dim=1) < 1.5
    apart = colors - colors.mean(dim=1, keepdim=True)
    return gray, ((apart - TINT).abs() < 1).all(dim=1)


def purple() -> torch.Tensor:
    """A uint8 image (32, 32, 3) of one color."""
    return PURPLE.to(torch.uint8).expand(32, 32, 3).contiguous()


def fates(views: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """For each view (n, 3, 32, 32) of the purple image: whether it is gray, whether it is not jittered."""
    colors = pixels(views).round().mean(dim=(2, 3))  # (n, 3)
    gray = colors.amax(dim=1) - colors.amin(dim=1) < 1.5
    as_before = ((colors - PURPLE).abs() < 0.6).all(dim=1)
    only_gray = (colors @ LUMA - PURPLE @ LUMA).abs() < 0.8
    return gray, torch.where(gray, only_gray, as_before)


def blue() -> torch.Tensor:
    """A uint8 image (32, 32, 3) of another color: how light its gray is tells what was done before."""
    return BLUE.to(torch.uint8).expand(32, 32, 3).contiguous()


def turned(views: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """For each view (n, 3, 32, 32) of the blue image: whether it is gray, whether its hue was turned before.

    Brightness alone makes it at most 0.4 darker or lighter, and in one color contrast and saturation leave
    lightness as it is. What is gray has no hue: a turn after that shows nothing.
    """
    colors = pixels(views).mean(dim=(2, 3))  # (n, 3)
    gray = colors.amax(dim=1) - colors.amin(dim=1) < 1.5
    return gray, gray & (colors @ LUMA > 1.4 * float(BLUE @ LUMA) + 2.5)


@dataclass(frozen=True)
class Jitter:
    """Changes of color, one entry a view: factors, 1 for "as before"; the turn of the hue, 1 for a circle."""

    brightness: torch.Tensor
    contrast: torch.Tensor
    saturation: torch.Tensor
    hue: torch.Tensor


def bands() -> torch.Tensor:
    """A uint8 image (32, 32, 3) of three vertical bands: dark gray, purple, light gray."""
    dark, light = torch.full((12, 3), DARK), torch.full((12, 3), LIGHT)
    return torch.cat([dark, PURPLE.expand(8, 3), light]).to(torch.uint8).expand(32, 32, 3).contiguous()


def read_jitter(views: torch.Tensor) -> Jitter:
    """Measure the color jitter in those views (n, 3, 32, 32) of the bands that show all three in color.

    Brightness b, contrast c and saturation s give light − dark → bc (light − dark), the purple's chroma
    → bcs · chroma, and the mean → b · mean; the hue turns purple only. A band's color is read where three
    columns are the same, so that it does not matter how the crop was resized.
    """
    columns = pixels(views).round().mean(dim=2).transpose(1, 2)  # (n, 32, 3)
    same = (columns[:, 1:] == columns[:, :-1]).all(dim=2)
    flat = F.pad(same[:, 1:] & same[:, :-1], (1, 1))  # (n, 32)
    chroma, luma = columns.amax(dim=2) - columns.amin(dim=2), columns @ LUMA
    dark = luma.masked_fill(~flat | (chroma > 1.01), math.inf).amin(dim=1)
    light = luma.masked_fill(~flat | (chroma > 1.01), -math.inf).amax(dim=1)
    most, where = (chroma * flat).max(dim=1)
    shown = (light - dark > 10) & (most > 5)
    columns, chroma, luma = columns[shown], chroma[shown], luma[shown]
    dark, light, most, where = dark[shown], light[shown], most[shown], where[shown]
    color = columns[torch.arange(len(columns)), where]  # (n, 3)
    # How much of each column is purple and how light its gray is give the mean of the image that was cropped.
    part = (chroma / most[:, None]).clamp(0, 1)
    gray = (luma - part * (color @ LUMA)[:, None]) / (1 - part).clamp_min(0.05)
    lightness = ((gray - dark[:, None]) / (light - dark)[:, None]).clamp(0, 1)
    mean = (part * (PURPLE @ LUMA) + (1 - part) * (DARK + lightness * (LIGHT - DARK))).mean(dim=1)
    both = (light - dark) / (LIGHT - DARK)  # brightness times contrast
    brightness = dark / mean + both * (1 - DARK / mean)
    turn = (_hue(color) - HUE + 0.5) % 1 - 0.5
    return Jitter(brightness, both / brightness, most / CHROMA / both, turn)


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
