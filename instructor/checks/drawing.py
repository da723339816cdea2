"""Drawing inputs: classifiers, images that are not square, photos, projections of any length."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import torch

from instructor.core.seeds import Seeds
from instructor.sandbox.inside.recipes import Recipe

# What to say when `right_in_evaluation_mode_alone`.
MODE = (
    "right for the same model in evaluation mode, and wrong for one that arrives in training mode: is the "
    "given "
    "line model.eval() still there, and does nothing undo it?"
)


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


def right_in_evaluation_mode_alone(model: Recipe, is_right: Callable[[Recipe], bool]) -> bool:
    """Whether what was wrong for a model in training mode is right for the same one in evaluation mode."""
    return bool(model.kwargs.get("training")) and is_right(
        Recipe(model.name, **{**model.kwargs, "training": False})
    )


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


def crowd(rng: Seeds, N: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Projections (N, D) that all point nearly one way, so that at a small temperature every view counts.

    Any two have a similarity above 0.8. A denominator at a temperature of 0.05 is then of the size of the
    term that it leaves out, and a right answer that subtracts that term in float32 stays right.
    """
    D = rng.integer(3, 20)
    way = rng.randn(1, D)
    sides = []
    for _ in range(2):
        aside = rng.randn(N, D)
        side = way / way.norm() + 0.3 * aside / aside.norm(dim=1, keepdim=True)
        sides.append(side / side.norm(dim=1, keepdim=True) * (1 + 3 * rng.rand(N, 1)))
    return sides[0], sides[1]


def twins(rng: Seeds, N: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Projections (N, D), N ≥ 4, in which views are equal to others, or almost equal, or point the same way.

    One pair has the same view twice, two images share a view, one is another one's view in another length,
    and pairs differ by angles of a hundredth to a tenth.
    """
    left, right = projections(rng, N)
    right[0] = left[0]
    right[2] = right[1]
    left[2] = rng.uniform(1.5, 3) * left[3]
    for k in range(3, N):
        aside = rng.randn(left.shape[1])
        right[k] = left[k] + 10 ** rng.uniform(-2, -1) * left[k].norm() * aside / aside.norm()
    order = rng.permutation(N)
    return left[order], right[order]


@cache
def _all_photos():
    from cs231n.data_utils import load_imagenet_val

    return load_imagenet_val(source="embedded")[0]
