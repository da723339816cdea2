"""Integrated gradients: the mean gradient on the way from input 0, times the image."""

import torch

from instructor.checks.drawing import MODE, classifier_case, right_in_evaluation_mode_alone
from instructor.checks.judging import (
    agrees,
    expect,
    expect_close,
    expect_tensor,
    expect_untouched,
    likeness,
)
from instructor.checks.marking import check
from instructor.checks.reference import answer

TASK = "integrated_gradients"
WHAT = "the attribution"


@check(TASK, "value")
def test_integrated_gradients_value(student, rng):
    """The attribution is the image times the mean of the gradients at the middle of each step."""
    for steps in (1, 3, rng.integer(5, 12)):
        case = classifier_case(rng, 3)
        given = student.integrated_gradients(case.X, case.y, case.model, steps=steps)
        right = answer(TASK)(case.X, case.y, case.model.build(), steps=steps)
        otherwise = f"with {steps} steps it is not the image times the mean gradient on the way to it"
        expect_close(given, right, WHAT, otherwise)
    X, y = case.X.clone(), case.y[:1].repeat(3)
    X[0, :, ::2], X[2] = 0, X[1]
    given = student.integrated_gradients(X, y, case.model, steps=4)
    right = answer(TASK)(X, y, case.model.build(), steps=4)
    expect_close(given, right, WHAT, "for images with rows of zeros, or twice the same, it is another one")


@check(TASK, "value")
def test_integrated_gradients_add_up(student, rng):
    """With many steps the values of an image add up to its score less the score of input 0."""
    case = classifier_case(rng, 2, training=True)
    with torch.no_grad():
        model = case.model.build().eval()
        rise = (model(case.X) - model(torch.zeros_like(case.X)))[range(2), case.y]

    def adds_up(model):
        given = student.integrated_gradients(case.X, case.y, model, steps=60)
        return agrees(expect_tensor(given, case.X.shape, WHAT).sum(dim=(1, 2, 3)), rise, 0.01, 0.01)

    if not adds_up(case.model):
        expect(not right_in_evaluation_mode_alone(case.model, adds_up), f"{WHAT}: {MODE}")
        expect(False, "its values do not add up to the rise of the score")


@check(TASK, "batch_sizes")
def test_integrated_gradients_batch_sizes(student, rng):
    """The attribution of an image is the same alone as in a batch."""
    case = classifier_case(rng, 4)
    together = student.integrated_gradients(case.X, case.y, case.model, steps=4)
    together = expect_tensor(together, case.X.shape, f"{WHAT} of N = 4 images")
    _expect_of_the_model(together, case, steps=4)
    for k in range(4):
        alone = student.integrated_gradients(case.X[k : k + 1], case.y[k : k + 1], case.model, steps=4)
        alone = expect_tensor(alone, (1, *case.X.shape[1:]), f"{WHAT} of N = 1 image")
        expect(agrees(alone[0], together[k], 1e-4), f"{WHAT} of an image alone differs from that in a batch")


@check(TASK, "leaves_inputs_alone")
def test_integrated_gradients_leave_inputs_alone(student, rng):
    """Images, labels and model are as before, and a second call gives the same."""
    case = classifier_case(rng, 2)
    outcome = student.call(TASK, case.X, case.y, case.model, times=2, steps=3)
    for after, before, name in zip(outcome.args_after, (case.X, case.y), ("X", "y"), strict=False):
        expect_untouched(after, before, name)
    expect_untouched(outcome.args_after[2], case.model.build().state_dict(), "the model")
    first, second = (expect_tensor(value, case.X.shape, WHAT) for value in outcome.values)
    _expect_of_the_model(first, case, steps=3)
    expect(agrees(second, first, 1e-5), "a second call with the same images gives another attribution")


def _expect_of_the_model(given, case, steps):
    """Require that an attribution has to do with the model, right or not: else nothing is shown by it."""
    right = answer(TASK)(case.X, case.y, case.model.build(), steps=steps)
    expect(likeness(given, right) > 0.9, f"{WHAT} does not show where the scores for y depend on the pixels")
