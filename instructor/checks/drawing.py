"""Drawing inputs: classifiers, images that are not square, photos, projections of any length."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import torch

from instructor.core.seeds import Seeds
from instructor.sandbox.inside.recipes import Recipe


@dataclass(frozen=True)
class Case:
    """Images (N, 3, H, W), one class for each (N,), and a classifier as a recipe."""

    X: torch.Tensor
    y: torch.Tensor
    model: Recipe


def image_size(rng: Seeds, low: int = 10, high: int = 18) -> tuple[int, int]:
    """A height and a width in [low, high) that differ."""
    height, width = (rng.permutation(high - low)[:2] + low).tolist()
    return height, width


def scale(rng: Seeds) -> float:
    """A factor between 1 and 9 for the scores of a classifier, so that its gradients are short or long."""
    return 9 ** rng.uniform(0, 1)


def number_of_classes(rng: Seeds) -> int:
    """From 5 to 13, but for 10, which people write down without thinking."""
    number = rng.integer(5, 13)
    return number + (number >= 10)


def classifier_case(rng: Seeds, N: int, training: bool = False) -> Case:
    """N random images, not square, with classes other than the ones their random network predicts."""
    classes = number_of_classes(rng)
    model = Recipe("tiny_cnn", seed=rng.seed(), classes=classes, gain=scale(rng), training=training)
    X = rng.randn(N, 3, *image_size(rng))
    with torch.no_grad():
        predicted = model.build().eval()(X).argmax(dim=1)
    return Case(X, (predicted + rng.integers(1, classes, N)) % classes, model)


def photos(rng: Seeds, N: int) -> torch.Tensor:
    """N different real photos as the pretrained network expects them, (N, 3, 224, 224)."""
    from PIL import Image

    from cs231n.image_utils import preprocess

    pictures = _all_photos()
    chosen = rng.permutation(len(pictures))[:N].tolist()
    return torch.cat([preprocess(Image.fromarray(pictures[k])) for k in chosen])


def projections(rng: Seeds, N: int, D: int | None = None) -> tuple[torch.Tensor, torch.Tensor]:
    """Left and right projections (N, D) of lengths between 0.5 and 4, each pair somewhat alike."""
    D = D or rng.integer(3, 20)
    shared = rng.randn(N, D)
    sides = []
    for _ in range(2):
        side = shared + 0.8 * rng.randn(N, D)
        sides.append(side / side.norm(dim=1, keepdim=True) * (0.5 + 3.5 * rng.rand(N, 1)))
    return sides[0], sides[1]


@cache
def _all_photos():
    from cs231n.data_utils import load_imagenet_val

    return load_imagenet_val(source="embedded")[0]
