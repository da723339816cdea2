"""The SimCLR loss, with loops and without: one number, the same from both, and its gradient.

Random projections never are equal, opposite or at right angles, and hardly tell temperatures apart that are
far from 1: batches that are made for it do.
"""

from collections.abc import Iterator

import torch

from instructor.checks.drawing import crowd, projections, twins
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


@check(NAIVE, "value")
def test_naive_special_values(student, rng):
    """The loss is right for equal and for almost equal views, and for temperatures from 0.05 to 20."""
    _judge_special_values(student, NAIVE, rng)


@check(NAIVE, "gradient")
def test_naive_gradient(student, rng):
    """The gradient of the loss flows to both inputs, through numerator and denominator."""
    _judge_gradients(student, NAIVE, rng)


@check(NAIVE, "batch_sizes")
def test_naive_batch_sizes(student, rng):
    """The loss is right for a single pair, for two, and for more."""
    _judge_values(student, NAIVE, rng, (1, 2, 7))
    _judge_equal_pair(student, NAIVE, rng)


@check(NAIVE, "leaves_inputs_alone")
def test_naive_leaves_inputs_alone(student, rng):
    """Both inputs are as before, and other inputs give another loss."""
    _judge_inputs(student, NAIVE, rng)


@check(VECTORIZED, "value")
def test_vectorized_value(student, rng):
    """The loss is the mean of the 2N terms of equation 1, whatever the projections' lengths and tau."""
    _judge_values(student, VECTORIZED, rng, (5, 4))
    _judge_values(student, VECTORIZED, rng, (3,), device="cpu")


@check(VECTORIZED, "value")
def test_vectorized_special_values(student, rng):
    """The loss is right for equal and for almost equal views, and for temperatures from 0.05 to 20."""
    _judge_special_values(student, VECTORIZED, rng)


@check(VECTORIZED, "gradient")
def test_vectorized_gradient(student, rng):
    """The gradient of the loss flows to both inputs, through numerator and denominator."""
    _judge_gradients(student, VECTORIZED, rng)


@check(VECTORIZED, "batch_sizes")
def test_vectorized_batch_sizes(student, rng):
    """The loss is right for a single pair, for two, for more, and for a whole batch."""
    _judge_values(student, VECTORIZED, rng, (1, 2, 7, 40))
    _judge_equal_pair(student, VECTORIZED, rng)


@check(VECTORIZED, "leaves_inputs_alone")
def test_vectorized_leaves_inputs_alone(student, rng):
    """Both inputs are as before, and other inputs give another loss."""
    _judge_inputs(student, VECTORIZED, rng)


def _judge_values(student, task: str, rng: Seeds, batch_sizes: tuple[int, ...], **kwargs) -> None:
    _alone(student, task)
    for N in batch_sizes:
        sides = projections(rng, N)
        for tau in (0.5, rng.uniform(0.4, 0.5), rng.uniform(0.6, 2.0)):
            _judge_value(student, task, sides, tau, f"{N} pairs", **kwargs)
    arguments = {"module": "simclr.contrastive_loss", "task": task, "args": [*sides, tau]}
    value = student.drive("call_with_strides", **arguments)
    _expect_right(value, task, sides, tau, "projections that are not contiguous")
    double = tuple(side.double() for side in sides)
    _judge_value(student, task, double, tau, "float64 projections", **kwargs)


def _judge_special_values(student, task: str, rng: Seeds) -> None:
    _alone(student, task)
    for what, sides, tau in [*_special_batches(rng), *_plain_batches(rng)]:
        _judge_value(student, task, sides, tau, what)


def _judge_equal_pair(student, task: str, rng: Seeds) -> None:
    view, _ = projections(rng, 1)
    _judge_value(student, task, (view, view.clone()), 0.5, "1 pair of equal views")


def _judge_value(student, task: str, sides: tuple, tau: float, what: str, **kwargs) -> None:
    _expect_right(getattr(student, task)(*sides, tau, **kwargs), task, sides, tau, what)


def _expect_right(value: object, task: str, sides: tuple, tau: float, what: str) -> None:
    true = answer(task)(*(side.double() for side in sides), tau).detach().reshape(())
    same = agrees(expect_number(value, "the loss"), true, TOLERANCE, TOLERANCE)
    expect(same, f"the loss of {what} with tau = {tau:.2f} is not the mean of the 2N terms")


def _special_batches(rng: Seeds) -> Iterator[tuple[str, tuple[torch.Tensor, torch.Tensor], float]]:
    """What a batch is like in words, its two sides, a temperature.

    A small temperature comes only with views that are all alike: else a right answer that subtracts the view
    itself from a sum in float32 has lost the rest of the sum.
    """
    for tau in (0.05, 0.05 * 8 ** rng.uniform(0, 1)):
        yield "projections that are much alike", crowd(rng, 4), tau
    for tau in (20.0, rng.uniform(2, 20)):
        yield "4 pairs", projections(rng, 4), tau
    for N in (4, 6):
        yield "a batch with equal and almost equal views", twins(rng, N), rng.uniform(0.4, 1.5)


def _plain_batches(rng: Seeds) -> Iterator[tuple[str, tuple[torch.Tensor, torch.Tensor], float]]:
    """As `_special_batches`: similarities that are 0, 1 and −1, where no gradient is worth a look."""
    left, right = projections(rng, 3)
    tau = rng.uniform(0.5, 2)
    yield "views that are all the same", (left[:1].repeat(3, 1), left[:1].repeat(3, 1)), tau
    yield "pairs of opposite views", (left, -left), tau
    yield "projections with one entry", (left[:, :1], right[:, :1]), tau
    yield "projections along the axes", (torch.eye(4)[:3], torch.eye(4)[1:]), tau
    yield "long projections", (300 * left, 1000 * right), tau


def _judge_gradients(student, task: str, rng: Seeds) -> None:
    _alone(student, task)
    batches = [(projections(rng, N), rng.uniform(0.4, 2.0)) for N in (2, 5)]
    for sides, tau in [*batches, *((sides, tau) for _, sides, tau in _special_batches(rng))]:
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
