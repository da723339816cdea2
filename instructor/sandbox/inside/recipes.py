"""Models that cross the wire as a name and numbers, and are built alike on each side of it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache

import torch
import torch.nn.functional as F
from torch import nn

RECIPES: dict[str, Callable[..., nn.Module]] = {}


class Recipe:
    """A model that is described, not sent: `Recipe("tiny_cnn", seed=3, classes=7)`.

    `kwargs` holds plain values only. Raises ValueError for a name that there is not.
    """

    def __init__(self, name: str, /, **kwargs: object) -> None:
        if name not in RECIPES:
            raise ValueError(f"there is no recipe {name!r}; there are {', '.join(sorted(RECIPES))}")
        self.name, self.kwargs = name, kwargs

    def build(self) -> nn.Module:
        """A new model of its own, the same numbers at every call."""
        return RECIPES[self.name](**self.kwargs)

    def __repr__(self) -> str:
        return f"Recipe({self.name!r}, **{self.kwargs!r})"


def recipe(build: Callable[..., nn.Module]) -> Callable[..., nn.Module]:
    """Make a function known as a recipe under its own name."""
    RECIPES[build.__name__] = build
    return build


@recipe
def tiny_cnn(
    seed: int,
    classes: int = 10,
    width: int = 8,
    gain: float = 3.0,
    training: bool = False,
    double: bool = False,
) -> nn.Module:
    """A classifier of images (N, 3, H, W) of any size from 8 × 8 up, with scores (N, classes).

    Its activations are smooth, so that no rounding error flips a unit, and its dropout and batch
    normalization give other numbers in training mode. `gain` scales the scores; `double` makes it float64.
    """
    random = torch.Generator().manual_seed(seed)
    model = nn.Sequential(
        nn.Conv2d(3, width, 3, padding=1),
        nn.BatchNorm2d(width),
        nn.SiLU(),
        nn.Dropout(0.25),
        nn.Conv2d(width, width + 4, 3, stride=2, padding=1),
        nn.Tanh(),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Linear(4 * (width + 4), classes),
    )
    _draw(model, random)
    with torch.no_grad():
        model[-1].weight *= gain * 4
    return (model.double() if double else model).train(training)


@recipe
def linear(seed: int, shape: list[int], classes: int = 10) -> nn.Module:
    """Scores that are linear in an image of the given shape (3, H, W)."""
    random = torch.Generator().manual_seed(seed)
    model = nn.Sequential(nn.Flatten(), nn.Linear(shape[0] * shape[1] * shape[2], classes))
    _draw(model, random)
    return model.eval()


@recipe
def mean_color(seed: int, classes: int = 10, gain: float = 3.0) -> nn.Module:
    """A classifier of images (N, 3, H, W) by their mean color alone: where a pixel is plays no part."""
    model = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, classes))
    _draw(model, torch.Generator().manual_seed(seed))
    with torch.no_grad():
        model[-1].weight *= gain
    return model.eval()


@recipe
def rivals(
    seed: int,
    shape: list[int],
    classes: int,
    target: int,
    rival: int,
    gap: float,
    slope: float,
    steep: float = 1.0,
) -> nn.Module:
    """Scores linear in an image, where only `rival` stands above `target`, by `gap` at the zero image.

    A step of length 1 up the target's score closes the gap by 1 − slope: never for slope = 1. All other
    scores stay far below for a thousand such steps. `steep` scales all scores.
    """
    random = torch.Generator().manual_seed(seed)
    layer = nn.Linear(shape[0] * shape[1] * shape[2], classes)
    direction = torch.randn(layer.in_features, generator=random)
    direction /= direction.norm()
    with torch.no_grad():
        layer.weight.zero_()
        layer.bias.fill_(-1e4)
        layer.weight[target], layer.bias[target] = direction, 0.0
        layer.weight[rival], layer.bias[rival] = slope * direction, gap
        layer.weight *= steep
        layer.bias *= steep
    return nn.Sequential(nn.Flatten(), layer).eval()


@recipe
def tiny_encoder(
    seed: int, features: int = 24, out: int = 12, norm: str = "group", training: bool = True, dead: int = 0
) -> nn.Module:
    """An encoder and a projection head: images (B, 3, H, W) to unit features (B, features) and outs (B, out).

    `norm` is "group", where an image's output does not depend on its batch, or "batch", which trains faster.
    The last `dead` features are 0 for every image.
    """
    random = torch.Generator().manual_seed(seed)
    model = TinyEncoder(features, out, norm)
    _draw(model, random)
    with torch.no_grad():
        model.f[4].weight[features - dead :], model.f[4].bias[features - dead :] = 0, 0
    return model.train(training)


@recipe
def pretrained(name: str = "efficientnet_lite0") -> nn.Module:
    """The real network of the notebooks, with its embedded weights, on the CPU."""
    return copy.deepcopy(_loaded(name))


@cache
def _loaded(name: str) -> nn.Module:
    from cs231n.pretrained import load_pretrained

    return load_pretrained(name, device="cpu")


class TinyEncoder(nn.Module):
    """Two convolutions, an average over the picture, and a projection head of two layers."""

    def __init__(self, features: int, out: int, norm: str) -> None:
        super().__init__()
        normalize = {"group": lambda n: nn.GroupNorm(4, n), "batch": nn.BatchNorm2d}[norm]
        in_head = {"group": nn.Identity, "batch": lambda: nn.BatchNorm1d(32)}[norm]
        self.f = nn.Sequential(
            nn.Conv2d(3, 16, 5, padding=2, stride=2),
            normalize(16),
            nn.SiLU(),
            nn.Conv2d(16, features, 3, padding=1, stride=2),
            normalize(features),
            nn.SiLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )
        self.g = nn.Sequential(nn.Linear(features, 32), in_head(), nn.SiLU(), nn.Linear(32, out))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        feature = self.f(x)
        return F.normalize(feature, dim=-1), F.normalize(self.g(feature), dim=-1)


def _draw(model: nn.Module, random: torch.Generator) -> None:
    """Fill a model with random weights, biases and running statistics from one stream."""
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                fan_in = module.weight[0].numel()
                module.weight.copy_(torch.randn(module.weight.shape, generator=random) / fan_in**0.5)
                module.bias.copy_(0.3 * torch.randn(module.bias.shape, generator=random))
            elif isinstance(module, nn.BatchNorm2d | nn.GroupNorm):
                module.weight.copy_(0.5 + torch.rand(module.weight.shape, generator=random))
                module.bias.copy_(0.3 * torch.randn(module.bias.shape, generator=random))
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.copy_(0.5 * torch.randn(module.running_mean.shape, generator=random))
                module.running_var.copy_(0.5 + torch.rand(module.running_var.shape, generator=random))
