"""The SimCLR loss, with loops and without: one number, the same from both, and its gradient."""

import torch

from instructor.checks.drawing import projections
from instructor.checks.judging import agrees, expect, expect_gradient, expect_number, expect_untouched
from instructor.checks.marking import check
from instructor.checks.reference import answer
from instructor.core.seeds import Seeds

NAIVE, VECTORIZED = "simclr_loss_naive", "simclr_loss_vectorized"
# A right answer that subtracts the diagonal from a sum in float32 stays well below this; a wrong one is off
# in the second digit.
TOLERANCE = 1e-4


@check(NAIVE, "value")
def test_naive_value(student, rng):
    """The loss is the mean of the 2N terms of equation 1, whatever the projections' lengths and tau."""
    _judge_values(student, NAIVE, rng, (5, 4))


@check(NAIVE, "gradient")
def test_naive_gradient(student, rng):
    """The gradient of the loss flows to both inputs, through numerator and denominator."""
    _judge_gradients(student, NAIVE, rng)


@check(NAIVE, "batch_sizes")
def test_naive_batch_sizes(student, rng):
    """The loss is right for a single pair, for two, and for more."""
    _judge_values(student, NAIVE, rng, (1, 2, 7))


@check(NAIVE, "leaves_inputs_alone")
def test_naive_leaves_inputs_alone(student, rng):
    """Both inputs are as before, and other inputs give another loss."""
    _judge_inputs(student, NAIVE, rng)


@check(VECTORIZED, "value")
def test_vectorized_value(student, rng):
    """The loss is the mean of the 2N terms of equation 1, whatever the projections' lengths and tau."""
    _judge_values(student, VECTORIZED, rng, (5, 4))
    _judge_values(student, VECTORIZED, rng, (3,), device="cpu")


@check(VECTORIZED, "gradient")
def test_vectorized_gradient(student, rng):
    """The gradient of the loss flows to both inputs, through numerator and denominator."""
    _judge_gradients(student, VECTORIZED, rng)


@check(VECTORIZED, "batch_sizes")
def test_vectorized_batch_sizes(student, rng):
    """The loss is right for a single pair, for two, for more, and for a whole batch."""
    _judge_values(student, VECTORIZED, rng, (1, 2, 7, 40))


@check(VECTORIZED, "leaves_inputs_alone")
def test_vectorized_leaves_inputs_alone(student, rng):
    """Both inputs are as before, and other inputs give another loss."""
    _judge_inputs(student, VECTORIZED, rng)


def _judge_values(student, task: str, rng: Seeds, batch_sizes: tuple[int, ...], **kwargs) -> None:
    _alone(student, task)
    for N in batch_sizes:
        left, right = projections(rng, N)
        for tau in (0.5, rng.uniform(0.4, 0.5), rng.uniform(0.6, 2.0)):
            value = expect_number(getattr(student, task)(left, right, tau, **kwargs), "the loss")
            true = answer(task)(left.double(), right.double(), tau).detach().reshape(())
            same = agrees(value, true, TOLERANCE, TOLERANCE)
            expect(same, f"the loss of N = {N} pairs with tau = {tau:.2f} is not the mean of the 2N terms")
    arguments = {"module": "simclr.contrastive_loss", "task": task, "args": [left, right, tau]}
    for kind, value in (
        ("float64 projections", getattr(student, task)(left.double(), right.double(), tau, **kwargs)),
        ("projections that are not contiguous", student.drive("call_with_strides", **arguments)),
    ):
        same = agrees(expect_number(value, "the loss"), true, TOLERANCE, TOLERANCE)
        expect(same, f"the loss of {kind} is not the mean of the 2N terms")


def _judge_gradients(student, task: str, rng: Seeds) -> None:
    _alone(student, task)
    for N in (2, 5):
        sides, tau = projections(rng, N), rng.uniform(0.4, 2.0)
        outcome = student.call(task, *sides, tau, grad=(0, 1))
        expect_number(outcome.value, "the loss")
        leaves = [side.double().requires_grad_() for side in sides]
        true = torch.autograd.grad(answer(task)(*leaves, tau), leaves)
        for k, name in enumerate(("out_left", "out_right")):
            expect_gradient(outcome.grads[k], true[k], name, rtol=5e-4, atol=1e-5)


def _judge_inputs(student, task: str, rng: Seeds) -> None:
    _alone(student, task)
    sides = projections(rng, 4)
    outcome = student.call(task, *sides, 0.7, times=2)
    for after, before, name in zip(outcome.args_after, sides, ("out_left", "out_right"), strict=False):
        expect_untouched(after, before, name)
    first, second = (expect_number(value, "the loss") for value in outcome.values)
    right = answer(task)(*(side.double() for side in sides), 0.7).detach().reshape(())
    expect(agrees(first, right, TOLERANCE, TOLERANCE), "the loss is not the mean of the 2N terms")
    expect(agrees(second, first, 1e-5), "a second call with the same inputs gives another loss")
    other = expect_number(getattr(student, task)(sides[0], sides[1].flip(0), 0.7), "the loss")
    expect(not agrees(other, first, 1e-4), "other inputs give the same loss")


def _alone(student, task: str) -> None:
    """Take the other loss away from the student's module: each has to stand on its own."""
    student.drive("take_away", name=VECTORIZED if task == NAIVE else NAIVE, while_judged=task)
