"""Cosine similarity: of two vectors, of the positive pairs of a batch, of every view with every view."""

import torch
import torch.nn.functional as F

from instructor.checks.drawing import projections, twins
from instructor.checks.judging import (
    agrees,
    expect,
    expect_close,
    expect_gradient,
    expect_list,
    expect_number,
    expect_tensor,
    expect_untouched,
)
from instructor.checks.marking import check
from instructor.checks.reference import answer

BATCH_SIZES = (1, 2, 5, 7)
INPUTS = ("out_left", "out_right")


@check("sim", "value")
def test_sim_value(student, rng):
    """The similarity of two vectors of any length is the cosine of the angle between them."""
    for D, dtype in ((2, torch.float32), (3, torch.float32), (8, torch.float64), (33, torch.float32)):
        a, b = (side[0].to(dtype) for side in projections(rng, 1, D))
        for other in (b, -b, 7 * b):
            value = expect_number(student.sim(a, other), "the similarity")
            right = F.cosine_similarity(a.double(), other.double(), dim=0)
            expect(agrees(value, right, 0, 2e-5), "the similarity is not the cosine of the angle")
    for what, left, right in _special_rows(rng):
        for a, b in zip(left, right, strict=True):
            value = expect_number(student.sim(a, b), "the similarity")
            right = F.cosine_similarity(a.double(), b.double(), dim=0)
            expect(agrees(value, right, 0, 2e-5), f"the similarity of {what} is not the cosine of the angle")


@check("sim", "gradient")
def test_sim_gradient(student, rng):
    """The gradient of the similarity flows to both vectors."""
    for D, sign in ((3, 1), (8, -1)):
        left, right = projections(rng, 1, D)
        pair = [left[0], sign * right[0]]
        outcome = student.call("sim", *pair, grad=(0, 1))
        expect_number(outcome.value, "the similarity")
        for k, true in enumerate(_gradients("sim", pair)):
            expect_gradient(outcome.grads[k], true, ("z_i", "z_j")[k])


@check("sim", "leaves_inputs_alone")
def test_sim_leaves_inputs_alone(student, rng):
    """The two vectors are as before, and other vectors give another similarity."""
    a, b = (side[0] for side in projections(rng, 1, 6))
    outcome = student.call("sim", a, b, times=2)
    expect_untouched(outcome.args_after[0], a, "z_i")
    expect_untouched(outcome.args_after[1], b, "z_j")
    first, second = (expect_number(value, "the similarity") for value in outcome.values)
    right = F.cosine_similarity(a.double(), b.double(), dim=0)
    expect(agrees(first, right, 0, 2e-5), "the similarity is not the cosine of the angle")
    expect(agrees(second, first, 0, 1e-6), "a second call with the same vectors gives another similarity")
    other = expect_number(student.sim(a, a - b), "the similarity")
    expect(not agrees(other, first, 0, 1e-6), "other vectors give the same similarity")


@check("sim_positive_pairs", "value")
def test_positive_pairs_value(student, rng):
    """Row k is the cosine similarity of row k of the left and row k of the right, as a column (N, 1)."""
    for N in BATCH_SIZES:
        left, right = projections(rng, N)
        right[0] = -right[0]  # one of them is unlike
        value = student.sim_positive_pairs(left, right)
        otherwise = "row k is not the cosine similarity of row k of both inputs"
        expect_close(value, _cosines(left, right), f"the similarities of N = {N} pairs", otherwise, 0, 2e-5)
    for kind, value in _other_kinds(student, "sim_positive_pairs", (left, right)):
        expect_close(value, _cosines(left, right), f"the similarities of {kind}", otherwise, 0, 2e-5)
    for what, left, right in _special_rows(rng):
        value = student.sim_positive_pairs(left, right)
        expect_close(value, _cosines(left, right), f"the similarities of {what}", otherwise, 0, 2e-5)


@check("sim_positive_pairs", "gradient")
def test_positive_pairs_gradient(student, rng):
    """The gradient of the positive pairs' similarities flows to both inputs."""
    for N in (1, 5):
        _judge_gradients(student, "sim_positive_pairs", projections(rng, N), rng.randn(N, 1), INPUTS)


@check("sim_positive_pairs", "leaves_inputs_alone")
def test_positive_pairs_leave_inputs_alone(student, rng):
    """Both inputs are as before, and other inputs give other similarities."""
    _judge_inputs(student, "sim_positive_pairs", projections(rng, 4), (4, 1), INPUTS)


@check("compute_sim_matrix", "value")
def test_sim_matrix_value(student, rng):
    """Entry (i, j) is the cosine similarity of rows i and j; the diagonal is 1."""
    for N in BATCH_SIZES:
        out = torch.cat(projections(rng, N))
        value = student.compute_sim_matrix(out)
        otherwise = "entry (i, j) is not the cosine similarity of rows i and j"
        right = F.cosine_similarity(out.double()[:, None], out.double()[None], dim=2)
        expect_close(value, right, f"the matrix of {2 * N} views", otherwise, 0, 2e-5)
    for kind, value in _other_kinds(student, "compute_sim_matrix", (out,)):
        expect_close(value, right, f"the matrix of {kind}", otherwise, 0, 2e-5)
    for what, *sides in _special_rows(rng):
        out = torch.cat(sides)
        right = F.cosine_similarity(out.double()[:, None], out.double()[None], dim=2)
        expect_close(student.compute_sim_matrix(out), right, f"the matrix of {what}", otherwise, 0, 2e-5)


@check("compute_sim_matrix", "gradient")
def test_sim_matrix_gradient(student, rng):
    """The gradient of the matrix flows to all rows."""
    for N in (1, 4):
        out = torch.cat(projections(rng, N))
        _judge_gradients(student, "compute_sim_matrix", (out,), rng.randn(2 * N, 2 * N), ("out",))


@check("compute_sim_matrix", "leaves_inputs_alone")
def test_sim_matrix_leaves_inputs_alone(student, rng):
    """The input is as before, and another input gives another matrix."""
    out = torch.cat(projections(rng, 3))
    _judge_inputs(student, "compute_sim_matrix", (out,), (6, 6), ("out",))


def _other_kinds(student, task, inputs):
    """What comes of the same inputs in double precision, and with their columns last in memory."""
    yield "float64 rows", getattr(student, task)(*(each.double() for each in inputs))
    arguments = {"module": "simclr.contrastive_loss", "task": task, "args": list(inputs)}
    yield "rows that are not contiguous", student.drive("call_with_strides", **arguments)


def _special_rows(rng):
    """What rows are like in words, and two sides of them: what random rows never are."""
    left, right = projections(rng, 3)
    yield "rows that are equal, opposite or at right angles", torch.eye(4)[:3], _with_signs(torch.eye(4))
    one, other = projections(rng, 3, 1)  # no shorter than others: a small epsilon is right
    yield "rows with one entry", one, other * torch.tensor([[1.0], [-1.0], [1.0]])
    yield "long rows", 300 * left, 1000 * right
    yield "equal and almost equal rows", *twins(rng, 5)


def _with_signs(axes):
    """Rows equal, opposite and at right angles to the first three axes."""
    return torch.stack([axes[0], -axes[1], axes[3]])


def _cosines(left, right):
    return F.cosine_similarity(left.double(), right.double(), dim=1)[:, None]


def _gradients(task, inputs, weights=None):
    """The gradients of the sum of the reference's entries, weighted, for each input; in float64."""
    leaves = [each.double().requires_grad_() for each in inputs]
    value = answer(task)(*leaves)
    return torch.autograd.grad((value if weights is None else value * weights.double()).sum(), leaves)


def _judge_gradients(student, task, inputs, weights, names):
    given = student.drive("weighted_gradients", task=task, inputs=list(inputs), weights=weights)
    shape = tuple(weights.shape)
    expect(given["shape"] == shape, f"the result: expected shape {shape}, got {given['shape']}")
    grads = expect_list(given["grads"], len(names), "the gradients")
    for grad, right, name in zip(grads, _gradients(task, inputs, weights), names, strict=True):
        expect_gradient(grad, right, name)


def _judge_inputs(student, task, inputs, shape, names):
    outcome = student.call(task, *inputs, times=2)
    for after, before, name in zip(outcome.args_after, inputs, names, strict=True):
        expect_untouched(after, before, name)
    first, second = (expect_tensor(value, shape, "the similarities") for value in outcome.values)
    right = answer(task)(*(each.double() for each in inputs)).detach()
    expect(agrees(first, right, 0, 2e-5), "the similarities are not the cosines of the angles")
    expect(agrees(second, first, 0, 1e-6), "a second call with the same inputs gives another result")
    other = getattr(student, task)(*(each.flip(0) - 1 for each in inputs))
    other = expect_tensor(other, shape, "the similarities")
    expect(not agrees(other, first, 0, 1e-6), "other inputs give the same result")
