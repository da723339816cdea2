"""Random views of an image, compared by what many of them have in common and not one by one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from instructor.checks.distributions import largest_gap
from instructor.checks.views import Waves, bands, blue, fates, pixels, purple, read_jitter, tints, turned

ALPHA = 1e-6  # the chance that two samples of one distribution are told apart


@dataclass(frozen=True)
class Draws:
    """What was read in each view of a sample, (n,)."""

    values: torch.Tensor

    def __add__(self, other: Draws) -> Draws:
        return Draws(torch.cat([self.values, other.values]))

    def distance(self, other: Draws) -> float:
        """How unlike two samples are: above 1 they are not of one distribution."""
        n, m = len(self.values), len(other.values)
        if min(n, m) < 50:
            return 0.0 if n == m == 0 or min(n, m) > 0 else math.inf
        both = torch.cat([self.values, other.values])
        each_side = 1 / n + 1 / m
        if bool(((both == 0) | (both == 1)).all()):
            share = float(both.mean())
            sigma = math.sqrt(max(share * (1 - share), 1 / (n + m)) * each_side)
            gap = abs(float(self.values.mean() - other.values.mean()))
            return gap / (5 * sigma)
        bound = math.sqrt(math.log(2 / ALPHA) / 2 * each_side)
        return largest_gap(self.values, other.values) / bound


def draws_of(image: torch.Tensor, views: object) -> dict[tuple, object]:
    """The parts of the views (n, 3, 32, 32) of one uint8 image (H, W, 3): a kind, the image, what is read.

    Views of another form are one part that holds their shapes.
    """
    key = hash((tuple(image.shape), image.numpy().tobytes()))
    if not isinstance(views, torch.Tensor) or views.shape[1:] != (3, 32, 32) or views.dtype != torch.float32:
        return {("shapes", key): str(_forms(views))}
    levels = pixels(views)
    parts = {
        ("range", key, "least"): levels.amin(dim=(1, 2, 3)),
        ("range", key, "largest"): levels.amax(dim=(1, 2, 3)),
    }
    if torch.equal(image, purple()):
        gray, unchanged = fates(views)
        parts |= {("gray", key, "gray"): gray, ("jitter", key, "unchanged"): unchanged}
        parts |= {("gray", key, "both"): gray & unchanged}
    elif torch.equal(image, blue()):
        gray, hue_first = turned(views)
        parts |= {("gray", key, "gray"): gray, ("order", key, "hue first"): hue_first}
    elif torch.equal(image, bands()):
        jitter = read_jitter(views)
        parts |= {("jitter", key, name): value for name, value in vars(jitter).items()}
    elif ((tint := image.int() - image[..., :1].int()) == tint[0, 0]).all():  # waves, gray or tinted
        parts |= _geometry(key, image, views)
        if tint.any():
            gray, unchanged = tints(views)
            parts |= {("gray", key, "gray"): gray, ("jitter", key, "unchanged"): unchanged}
    return {name: Draws(value.double()) for name, value in parts.items()}


def _forms(views: object) -> list[tuple[str, str]]:
    """The shapes and types of views; a tensor of them is not taken apart, whatever its size."""
    if isinstance(views, torch.Tensor):
        return [(str(tuple(views.shape[1:])), str(views.dtype))] if len(views.shape) and len(views) else []
    each = views if isinstance(views, list) else []
    return sorted({(str(tuple(v.shape)), str(v.dtype)) for v in each if isinstance(v, torch.Tensor)})


def _geometry(key: int, image: torch.Tensor, views: torch.Tensor) -> dict[tuple, torch.Tensor]:
    crops = Waves.read_from(image).locate(views)
    height, width = image.shape[:2]
    return {
        ("flip", key, "mirrored"): crops.mirrored,
        ("flip", key, "upside down"): crops.upside_down,
        ("crop", key, "likeness"): crops.likeness > 0.95,
        ("crop", key, "area"): crops.width * crops.height / (width * height),
        ("crop", key, "shape"): crops.width / crops.height,
        ("crop", key, "left"): crops.left,
        ("crop", key, "top"): crops.top,
    }
