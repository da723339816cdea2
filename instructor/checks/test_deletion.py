"""Deletion curves: the probability of a class while the most salient pixels of an image are removed."""

from collections.abc import Callable
from math import gcd

import torch

from instructor.checks.drawing import (
    MODE,
    Case,
    classifier_case,
    image_size,
    number_of_classes,
    right_in_evaluation_mode_alone,
    scale,
)
from instructor.checks.judging import agrees, expect, expect_close, expect_tensor, expect_untouched
from instructor.checks.marking import check
from instructor.checks.reference import answer
from instructor.core.seeds import Seeds
from instructor.sandbox.inside.recipes import Recipe

TASK = "deletion_curve"
WHAT = "the curve"
OTHERWISE = "it is not the probability of y while the most salient pixels are set to 0, step by step"


@check(TASK, "curve")
def test_deletion_curve_value(student, rng):
    """Each entry is the probability of the class without the most salient pixels."""
    for _ in range(3):
        case = _close_race(lambda: classifier_case(rng, 1))
        saliency = _map_without_ties(rng, case)
        steps = _uneven_steps(rng, saliency)
        given = student.deletion_curve(case.X, int(case.y), case.model, saliency, steps)
        expect_close(given, _right(case, saliency, steps), WHAT, OTHERWISE)


@check(TASK, "curve")
def test_deletion_curve_evaluation_mode(student, rng):
    """A model that arrives in training mode is asked as it acts at test time."""
    case = _close_race(lambda: classifier_case(rng, 1, training=True))
    saliency = _map_without_ties(rng, case)
    steps = _uneven_steps(rng, saliency)
    right = _right(case, saliency, steps)

    def is_right(model):
        given = student.deletion_curve(case.X, int(case.y), model, saliency, steps)
        return agrees(expect_tensor(given, right.shape, WHAT), right, 1e-4)

    if not is_right(case.model):
        expect(not right_in_evaluation_mode_alone(case.model, is_right), f"{WHAT}: {MODE}")
        expect(False, f"{WHAT}: {OTHERWISE}")


@check(TASK, "steps")
def test_deletion_curve_steps(student, rng):
    """From the untouched image to one with nothing left, in one step, in as many as rows or as pixels."""
    case = _close_race(lambda: classifier_case(rng, 1))
    saliency = _map_without_ties(rng, case)
    for steps in (1, len(saliency), _uneven_steps(rng, saliency), saliency.numel()):
        given = student.deletion_curve(case.X, int(case.y), case.model, saliency, steps)
        given = expect_tensor(given, (steps + 1,), f"{WHAT} of {steps} steps")
        right = _right(case, saliency, steps).double()
        expect(agrees(given[:1], right[:1], 1e-4), f"{WHAT} does not begin with the image as it is")
        expect(agrees(given[-1:], right[-1:], 1e-4), f"{WHAT} does not end with nothing left of the image")
        expect(agrees(given, right, 1e-4), f"{WHAT}: other numbers of pixels are removed on the way")


@check(TASK, "steps")
def test_deletion_curve_ties(student, rng):
    """Where pixels are equally salient, still as many go as are due at each step."""
    case = _close_race(lambda: _plain_case(rng))
    size = case.X.shape[2:]
    for saliency in (rng.integers(0, 4, size[0] * size[1]).view(size).float(), torch.zeros(size)):
        steps = _uneven_steps(rng, saliency)
        given = student.deletion_curve(case.X, int(case.y), case.model, saliency, steps)
        otherwise = "where pixels are equally salient, more or fewer are removed than are due"
        expect_close(given, _right(case, saliency, steps), WHAT, otherwise)


@check(TASK, "leaves_inputs_alone")
def test_deletion_curve_leaves_inputs_alone(student, rng):
    """Image, map and model are as before, and a second call gives the same."""
    case = _close_race(lambda: classifier_case(rng, 1))
    saliency = _map_without_ties(rng, case)
    steps = _uneven_steps(rng, saliency)
    outcome = student.call(TASK, case.X, int(case.y), case.model, saliency, steps, times=2)
    expect_untouched(outcome.args_after[0], case.X, "the image X")
    expect_untouched(outcome.args_after[2], case.model.build().state_dict(), "the model")
    expect_untouched(outcome.args_after[3], saliency, "the map")
    first, second = (expect_tensor(value, (steps + 1,), WHAT) for value in outcome.values)
    _expect_alive(student, first, case, saliency, steps)
    expect(agrees(second, first, 1e-5), "a second call with the same image and map gives another curve")


@check(TASK, "leaves_inputs_alone")
def test_deletion_curve_no_graph(student, rng):
    """Nothing is kept for a gradient: the curve belongs to no graph."""
    case = _close_race(lambda: classifier_case(rng, 1))
    saliency = _map_without_ties(rng, case)
    arguments = {"module": "net_visualization_pytorch", "task": TASK}
    arguments["args"] = [case.X, int(case.y), case.model, saliency, 5]
    found = student.drive("call_and_look_for_a_graph", **arguments)
    expect(isinstance(found, dict), f"{WHAT}: nothing was returned")
    _expect_alive(student, expect_tensor(found.get("value"), (6,), WHAT), case, saliency, 5)
    expect(found.get("graph") is False, f"{WHAT} still has a gradient: ask the model under torch.no_grad()")


def _plain_case(rng: Seeds) -> Case:
    """An image of one color, not square, and a classifier by the mean color."""
    model = Recipe("mean_color", seed=rng.seed(), classes=number_of_classes(rng), gain=scale(rng))
    return Case(rng.randn(1, 3, 1, 1).expand(1, 3, *image_size(rng)).contiguous(), torch.zeros(1), model)


def _close_race(draw: Callable[[], Case]) -> Case:
    """The first case drawn whose second class has a fair chance, with that class: its curve is not all 0."""
    while True:
        case = draw()
        with torch.no_grad():
            chances, classes = case.model.build().eval()(case.X).softmax(dim=1)[0].topk(2)
        if chances[1] > 0.05:
            return Case(case.X, classes[1:], case.model)


def _right(case: Case, saliency: torch.Tensor, steps: int) -> torch.Tensor:
    return answer(TASK)(case.X, int(case.y), case.model.build(), saliency, steps)


def _map_without_ties(rng: Seeds, case: Case) -> torch.Tensor:
    """A map (H, W) of values that all differ, some negative, most of them near 0."""
    height, width = case.X.shape[2:]
    place = rng.permutation(height * width).view(height, width) / (height * width)
    return (place - 0.4).pow(3).float()


def _uneven_steps(rng: Seeds, saliency: torch.Tensor) -> int:
    """A number of steps of which none but the last ends at a whole number of pixels before it is rounded.

    So a right answer that divides in single precision rounds down to the same number.
    """
    pixels = saliency.numel()
    numbers = [steps for steps in range(3, 14) if gcd(steps, pixels) == 1]
    return numbers[rng.integer(0, len(numbers))]


def _expect_alive(student, given: torch.Tensor, case: Case, saliency: torch.Tensor, steps: int) -> None:
    """Require that a curve, right or not, is another one for another map and for another model.

    Else nothing is shown by it.
    """
    others = {
        "map": (case.model, saliency.flip(0, 1)),
        "model": (Recipe(case.model.name, **{**case.model.kwargs, "seed": 1}), saliency),
    }
    for name, (model, map_) in others.items():
        other = student.deletion_curve(case.X, int(case.y), model, map_, steps)
        other = expect_tensor(other, given.shape, WHAT)
        expect(not agrees(other, given, 1e-3), f"{WHAT} is the same for another {name}")
