"""Fooling images: steps of length 1 up the target's score, until the target class wins."""

from itertools import islice

import torch

from instructor.checks.drawing import MODE, Case, classifier_case, image_size, right_in_evaluation_mode_alone
from instructor.checks.fooling_cases import (
    case_walk,
    case_with_path,
    lead,
    photo_case,
    reachable_case,
    rivals_case,
)
from instructor.checks.judging import agrees, expect, expect_tensor, expect_untouched, likeness
from instructor.checks.marking import check

TASK = "make_fooling_image"
WHAT = "the fooling image"
FAR = 101.5  # no path of 100 steps of length 1 leads so far
PATIENCE = 10.0  # seconds for at most 100 steps in a tiny network, which take a few hundredths of a second


@check(TASK, "fools")
def test_fooling_image_fools(student, rng):
    """The network takes the returned image for the target class."""
    for low, high in ((2, 6), (5, 11), (12, 40)):
        case = reachable_case(rng, low, high)
        image = _fooling_image(student, case)
        with torch.no_grad():
            predicted = case.model.build()(image.float()).argmax(dim=1)
        expect(predicted == case.y, f"{WHAT} is not taken for the target class")
        expect((image - case.X).norm() < FAR, f"{WHAT} is far from the image it started from")


@check(TASK, "fools", heavy=True)
def test_fooling_pretrained_network(student, rng):
    """The pretrained network takes a real photo, hardly changed, for another class."""
    case = photo_case(rng)
    image = _fooling_image(student, case, None)
    with torch.no_grad():
        predicted = case.model.build()(image.float()).argmax(dim=1)
    expect(predicted == case.y, "the pretrained network does not take the image for the target class")
    expect((image - case.X).norm() < FAR, f"{WHAT} is far from the photo it started from")


@check(TASK, "step")
def test_fooling_steps(student, rng):
    """Every step has length 1 and goes along the gradient of the target's score at the current image."""
    for training in (False, False, True):
        case, path = case_with_path(rng, training)

        def is_on_path(model, case=case, path=path):
            image = _fooling_image(student, Case(case.X, case.y, model))
            moved = (image - case.X).norm()
            expect(moved > 0, f"{WHAT} is the image itself, though it is not of the target class yet")
            return (path - image).flatten(1).norm(dim=1).min() < 2e-3 * moved

        if not is_on_path(case.model):
            expect(not right_in_evaluation_mode_alone(case.model, is_on_path), f"{WHAT}: {MODE}")
            otherwise = "is not on the path of steps of length 1 along the gradient of the target's score"
            expect(False, f"{WHAT} {otherwise}")


@check(TASK, "step")
def test_fooling_steps_in_steep_and_flat_networks(student, rng):
    """Steps have length 1 whether the scores hardly change with the image or change by thousands."""
    for steep in (0.01, 1000.0):
        steps = rng.integer(3, 9)
        case = rivals_case(rng, steps, steep)
        image = _fooling_image(student, case)
        path = torch.cat([each for each, _ in islice(case_walk(case), 1, 110)])
        off = (path - image).flatten(1).norm(dim=1).min()
        # A small epsilon beside the norm is right as well; here the norm is 0.01 or 1000.
        otherwise = "the steps have another length than 1 where the gradient is very short or very long"
        expect(off < 2e-3 * (image - case.X).norm(), otherwise)


@check(TASK, "stops")
def test_fooling_stops_when_fooled(student, rng):
    """It takes exactly the steps that are needed, few or many, each along the gradient."""
    for low, high in ((2, 6), (12, 25), (60, 90)):
        steps = rng.integer(low, high)
        case = rivals_case(rng, steps=steps)
        image = _fooling_image(student, case)
        moved = float((image - case.X).norm())
        expect(moved > steps - 0.6, "it stopped before the network was fooled")
        expect(moved < steps + 0.4, "it went on when the network was fooled")
        _expect_fooled_by_gradient(image, case)


@check(TASK, "stops")
def test_fooling_stops_at_once_when_already_fooled(student, rng):
    """An image of the target class comes back as it is, and one that is not is changed until it is."""
    for X in (None, torch.zeros(1, 3, *image_size(rng))):
        case = classifier_case(rng, 1)
        case = case if X is None else Case(X, case.y, case.model)
        with torch.no_grad():
            predicted = case.model.build().eval()(case.X).argmax(dim=1)
        image = _fooling_image(student, Case(case.X, predicted, case.model))
        expect(agrees(image, case.X, 1e-6, 1e-7), "an image that was of the target class already was changed")
    for _ in range(3):
        case = reachable_case(rng, 2, 30)
        _expect_fooled_by_gradient(_fooling_image(student, case), case)


@check(TASK, "stops")
def test_fooling_gives_up(student, rng):
    """For a class out of reach it stops after 100 steps, and not before."""
    case = rivals_case(rng, steps=None)
    image = _fooling_image(student, case)
    moved = float((image - case.X).norm())
    expect(moved < FAR, "it took more than 100 steps towards a class out of reach")
    expect(moved > 0, f"{WHAT} is the image itself, though it is not of the target class yet")


@check(TASK, "leaves_inputs_alone")
def test_fooling_leaves_inputs_alone(student, rng):
    """The image it starts from and the model are as before; a second call gives the same fooling image."""
    case = reachable_case(rng, 2, 30)
    target = int(case.y)
    outcome = student.call(TASK, case.X, target, case.model, times=2, timeout=PATIENCE)
    expect_untouched(outcome.args_after[0], case.X, "the image X")
    expect_untouched(outcome.args_after[2], case.model.build().state_dict(), "the model")
    first, second = (expect_tensor(value, case.X.shape, WHAT) for value in outcome.values)
    _expect_fooled_by_gradient(first, case)
    expect(agrees(second, first, 1e-5), "a second call with the same image gives another fooling image")


def _expect_fooled_by_gradient(image: torch.Tensor, case: Case) -> None:
    """Require that real steps up the target's score made the image one of the target class, right or not.

    Else nothing is shown by how many steps there were, or by what was left alone.
    """
    expect((image - case.X).norm() > 1e-3, f"{WHAT} is the image itself")
    with torch.no_grad():
        predicted = case.model.build()(image.float()).argmax(dim=1)
    expect(predicted == case.y, f"{WHAT} is not taken for the target class")
    right = next(each for each, scores in case_walk(case) if lead(scores, int(case.y)) > 0)
    alike = likeness(image - case.X, right - case.X)
    expect(alike > 0.3, f"{WHAT} has nothing to do with the gradient of the target's score")


def _fooling_image(student, case: Case, timeout: float | None = PATIENCE) -> torch.Tensor:
    outcome = student.call(TASK, case.X, int(case.y), case.model, timeout=timeout)
    return expect_tensor(outcome.value, case.X.shape, WHAT)
