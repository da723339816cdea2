"""Deletion curves of a network in which each pixel that counts multiplies the odds of the class by three."""

import math

import torch

from ..words import t
from .expect import expect, expect_close, expect_unchanged
from .saliency import TRAINING
from .small_networks import Scores

LOG_3 = math.log(3)
# Class 0 has three pixels that count, each in another channel; class 1 has none, so its score is 0.
COUNTING = {(0, 1): (LOG_3, 0, 0), (1, 2): (0, LOG_3, 0), (1, 0): (0, 0, LOG_3)}
SALIENCY = [[-3.0, 9, -1], [4, 0, 5]]  # those three are the most salient ones
BECAUSE = (
    "each of the three pixels that count makes the odds of class 0 three times as high, so the probability "
    "is 27/28, 9/10, 3/4 or 1/2 with 3, 2, 1 or none of them left."
)


def _curve(X, y, model, saliency, steps):
    from ..net_visualization_pytorch import deletion_curve

    return deletion_curve(X, y, model, saliency, steps)


def _probability(left):
    """The probability of class 0 with so many pixels left that count."""
    return 3**left / (3**left + 1)


def _expect_curve(left, y, steps):
    """Expect the curve that has so many counting pixels left at each entry."""
    given = _curve(torch.ones(1, 3, 2, 3), y, Scores([COUNTING, {}]), torch.tensor(SALIENCY), steps)
    right = [_probability(n) if y == 0 else 1 - _probability(n) for n in left]
    what = t("the curve of class {y} in {steps} steps", y=y, steps=steps)
    expect_close(given, right, what, t(BECAUSE), likely=_misread(left) if y == 0 else ())


def _misread(left):
    """What usual misreadings give for class 0, with what to say of each."""
    yield (
        t("these are scores. Take the probability: the softmax of all scores, at y."),
        [n * LOG_3 for n in left],
    )
    logarithms = [math.log(_probability(n)) for n in left]
    yield t("these are logarithms of probabilities. Take softmax, not log_softmax."), logarithms
    if len(left) == 7:  # a pixel a step
        backwards = [_probability(n) for n in (3, 3, 3, 3, 2, 1, 0)]
        yield t("the least salient pixels go first. Sort from the largest value down."), backwards
        kept = [_probability(n) for n in (0, 1, 2, 3, 3, 3, 3)]
        yield t("the most salient pixels are kept and the others removed: that is insertion."), kept
        red = [_probability(n) for n in (3, 2, 2, 2, 2, 2, 2)]
        yield t("only the first channel of a pixel is removed. All three become 0."), red


def deletion_pixel_by_pixel():
    """With as many steps as pixels, one more pixel is gone at each entry."""
    _expect_curve([3, 2, 1, 0, 0, 0, 0], y=0, steps=6)
    _expect_curve([3, 2, 1, 0, 0, 0, 0], y=1, steps=6)


def deletion_in_few_steps():
    """In 1, 3 and 4 steps; of six pixels floor(6k/4) are gone, which is 0, 1, 3, 4, 6."""
    _expect_curve([3, 0], y=0, steps=1)
    _expect_curve([3, 1, 0, 0], y=0, steps=3)
    _expect_curve([3, 2, 0, 0, 0], y=0, steps=4)


def deletion_of_equally_salient_pixels():
    """Where all pixels are equally salient, still as many go as are due."""
    everywhere = {(row, column): (LOG_3, 0, 0) for row in range(2) for column in range(3)}
    given = _curve(torch.ones(1, 3, 2, 3), 0, Scores([everywhere, {}]), torch.zeros(2, 3), 3)
    because = t(
        "two of the six pixels go at each step, whichever they are, also where none is above the others."
    )
    expect_close(given, [_probability(n) for n in (6, 4, 2, 0)], t("the curve of a map of zeros"), because)


def deletion_in_evaluation_mode():
    """A network that comes in training mode is asked in evaluation mode, in which it is used."""
    model = Scores([COUNTING, {}], training=3).train()
    given = _curve(torch.ones(1, 3, 2, 3), 0, model, torch.tensor(SALIENCY), 3)
    expect_close(given, [_probability(n) for n in (3, 1, 0, 0)], t("the curve"), t(TRAINING))


def deletion_leaves_its_inputs_alone():
    """The image, the map and the weights keep their values, and nothing is kept for a gradient."""
    model = Scores([COUNTING, {}])
    X, saliency = torch.rand(1, 3, 2, 3), torch.tensor(SALIENCY)
    X_before, map_before, weight_before = X.clone(), saliency.clone(), model.weight.detach().clone()
    given = _curve(X, 0, model, saliency, 2)
    expect_unchanged(X, X_before, "X")
    expect_unchanged(saliency, map_before, "saliency")
    expect_unchanged(model.weight, weight_before, t("the model"))
    expect(
        isinstance(given, torch.Tensor) and not given.requires_grad,
        t(
            "the curve still has a gradient, and with it the memory of every step: ask the model under "
            "torch.no_grad()."
        ),
    )


EXAMPLES = {
    "deletion_curve": (
        deletion_pixel_by_pixel,
        deletion_in_few_steps,
        deletion_of_equally_salient_pixels,
        deletion_in_evaluation_mode,
        deletion_leaves_its_inputs_alone,
    ),
}
