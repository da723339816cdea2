"""What fooling images are drawn for: images with a class in reach, far off or out of reach, and the path."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import torch

from instructor.checks.drawing import Case, classifier_case, image_size, photos
from instructor.core.seeds import Seeds, remembered
from instructor.sandbox.inside.recipes import Recipe


@remembered(Case, Recipe)
def photo_case(rng: Seeds) -> Case:
    """A photo and an unlikely class that is within reach of 20 steps in the pretrained network."""
    model, X = Recipe("pretrained"), photos(rng, 1)
    network = model.build()
    with torch.no_grad():
        ranked = network(X)[0].argsort(descending=True)
    for rank in rng.permutation(40).tolist():
        target = ranked[10 + rank : 11 + rank]
        if any(scores.argmax() == target for _, scores in islice(walk(X, int(target), network), 1, 20)):
            break
    return Case(X, target, model)


@remembered(Case, Recipe)
def reachable_case(rng: Seeds, low: int, high: int, training: bool = False) -> Case:
    """An image whose target class wins after at least `low` and fewer than `high` steps.

    The last step turns a clear defeat into a clear win, so that rounding does not move the end.
    """
    while True:
        case = classifier_case(rng, 1, training)
        target = int(case.y)
        path = islice(walk(case.X, target, case.model.build().eval()), high)
        leads = [lead(scores, target) for _, scores in path]
        hit = next((k for k, lead in enumerate(leads) if lead > 0), 0)
        if hit >= low and leads[hit] > 0.01 and leads[hit - 1] < -0.01:
            return case


@remembered(Case, Recipe)
def case_with_path(rng: Seeds, training: bool) -> tuple[Case, torch.Tensor]:
    """An image with a class in reach, and the images after each of 129 steps towards it."""
    case = reachable_case(rng, 4, 30, training)
    path = islice(walk(case.X, int(case.y), case.model.build().eval()), 1, 130)
    return case, torch.cat([point for point, _ in path])


def case_walk(case: Case) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    return walk(case.X, int(case.y), case.model.build().eval())


def rivals_case(rng: Seeds, steps: int | None, steep: float = 1.0) -> Case:
    """A linear network in which the target is won after exactly `steps` steps; None for never.

    All scores are `steep` times as steep as those whose gradient has length 1.
    """
    shape, classes = [3, *image_size(rng)], rng.integer(4, 12)
    target, rival = rng.permutation(classes)[:2].tolist()
    X = rng.randn(1, *shape)
    slope = 1.0 if steps is None else rng.uniform(-0.5, 0.5)
    kwargs = {"seed": rng.seed(), "shape": shape, "classes": classes, "target": target, "rival": rival}
    kwargs |= {"steep": steep}
    with torch.no_grad():
        scores = Recipe("rivals", **kwargs, gap=0.0, slope=slope).build()(X)[0]
    behind = 5.0 if steps is None else (1 - slope) * (steps - 0.5)
    gap = behind - float(scores[rival] - scores[target]) / steep
    return Case(X, torch.tensor([target]), Recipe("rivals", **kwargs, gap=gap, slope=slope))


def walk(X: torch.Tensor, target: int, model) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """The image (1, 3, H, W) before the first step and after each, without an end, and its scores (C,)."""
    while True:
        image = X.detach().requires_grad_()
        scores = model(image)
        (gradient,) = torch.autograd.grad(scores[0, target], image)
        yield image.detach(), scores[0].detach()
        X = image + gradient / gradient.norm()


def lead(scores: torch.Tensor, target: int) -> float:
    """How far the target's score is above the best other one."""
    others = torch.cat([scores[:target], scores[target + 1 :]])
    return float(scores[target] - others.max())
