"""Similarities and losses of vectors whose angles can be seen."""

import math

import torch

from ..words import t
from .expect import expect_close, expect_gradient, expect_tensor, expect_unchanged

E1, E2 = (1.0, 0.0), (0.0, 1.0)


def _of(name):
    from ..simclr import contrastive_loss

    return getattr(contrastive_loss, name)


# ---- sim ----


def sim_of_known_angles():
    """The cosine of 0, 90 and 180 degrees, and of (3, 4) with (4, 3)."""
    cases = (
        (E1, E1, 1.0, t("a vector and itself have similarity 1.")),
        (E1, E2, 0.0, t("vectors at a right angle have similarity 0.")),
        (E1, (-1.0, 0.0), -1.0, t("opposite vectors have similarity -1.")),
        ((3.0, 4.0), (4.0, 3.0), 0.96, t("(3 · 4 + 4 · 3) / (5 · 5) = 0.96.")),
    )
    for z_i, z_j, expected, because in cases:
        expect_close(
            _of("sim")(torch.tensor(z_i), torch.tensor(z_j)), expected, f"sim({z_i}, {z_j})", because
        )


def sim_does_not_see_lengths():
    """Scaling either vector changes nothing."""
    z_i, z_j = torch.tensor([1.0, 2, 2]), torch.tensor([2.0, 1, 2])
    for a, b in ((1, 1), (10, 1), (1, 0.1), (0.02, 300)):
        because = t(
            "(2 + 2 + 4) / (3 · 3) = 0.8889, also with the vectors made {a} and {b} times as long.", a=a, b=b
        )
        expect_close(_of("sim")(a * z_i, b * z_j), 8 / 9, t("sim of (1, 2, 2) and (2, 1, 2)"), because)


def sim_has_a_gradient():
    """The gradient reaches both vectors, which keep their values."""
    inputs = [torch.tensor([1.0, 2, 2]), torch.tensor([2.0, -1, 1])]
    _expect_alone(_of("sim"), inputs, ("z_i", "z_j"))
    expect_gradient(_of("sim"), inputs, "sim")


# ---- sim_positive_pairs and compute_sim_matrix ----


def positive_pairs_row_by_row():
    """Row k of the left with row k of the right, as a column."""
    left = torch.tensor([(2.0, 0.0), (3.0, 0.0), (0.0, 1.0), (3.0, 4.0)])
    right = torch.tensor([(5.0, 0.0), (0.0, 2.0), (0.0, -4.0), (4.0, 3.0)])
    expected = [[1.0], [0.0], [-1.0], [0.96]]
    because = t(
        "the pairs are at 0, 90 and 180 degrees, and (3, 4) · (4, 3) / 25 = 0.96; lengths do not count."
    )
    function = _of("sim_positive_pairs")
    expect_close(function(left, right), expected, t("the similarities (pair, 1)"), because)
    expect_close(function(left[3:], right[3:]), [[0.96]], t("the similarity of a single pair"), because)


def positive_pairs_have_a_gradient():
    """The gradient reaches both batches, which keep their values."""
    inputs = [
        torch.tensor([(1.0, 2.0, 2.0), (2.0, 0.0, 1.0)]),
        torch.tensor([(2.0, 1.0, -1.0), (1.0, 3.0, 0.0)]),
    ]
    _expect_alone(_of("sim_positive_pairs"), inputs, ("out_left", "out_right"))
    expect_gradient(_of("sim_positive_pairs"), inputs, "sim_positive_pairs")


def matrix_of_known_angles():
    """All pairs of four vectors in the plane."""
    out = torch.tensor([(2.0, 0.0), (0.0, 3.0), (4.0, 3.0), (-1.0, 0.0)])
    expected = [[1, 0, 0.8, -1], [0, 1, 0.6, 0], [0.8, 0.6, 1, -0.8], [-1, 0, -0.8, 1.0]]
    because = t(
        "entry i, j is the cosine of the angle between rows i and j of (2, 0), (0, 3), (4, 3), (-1, 0)."
    )
    expect_close(_of("compute_sim_matrix")(out), expected, "sim_matrix", because)
    expect_close(
        _of("compute_sim_matrix")(out[1:3]), [[1, 0.6], [0.6, 1]], t("sim_matrix of two rows"), because
    )


def matrix_has_a_gradient():
    """The gradient reaches the batch, which keeps its values."""
    inputs = [torch.tensor([(1.0, 2.0, 2.0), (2.0, 0.0, 1.0), (-1.0, 1.0, 3.0), (0.5, 1.0, 0.0)])]
    _expect_alone(_of("compute_sim_matrix"), inputs, ("out",))
    expect_gradient(lambda out: _of("compute_sim_matrix")(out) ** 2, inputs, "compute_sim_matrix")


def _expect_alone(function, inputs, names):
    """Expect that a call leaves its inputs as they are."""
    copies = [x.clone() for x in inputs]
    function(*copies)
    for name, copy, before in zip(names, copies, inputs, strict=True):
        expect_unchanged(copy, before, name)


# ---- the two losses, by the same examples ----


def _loss_examples(task):
    def loss(left, right, tau):
        left, right = torch.as_tensor(left), torch.as_tensor(right)
        if task == "simclr_loss_naive":
            return _of(task)(left, right, tau)
        return _of(task)(left, right, tau, device="cpu")

    def expect_loss(value, expected, what, because, N):
        likely = (
            (t("the loss is the mean over all 2N views, not over the N images."), 2 * expected),
            (t("the loss is the mean over all 2N views, not their sum."), 2 * N * expected),
            (t("the terms are divided by 2N twice; once is enough."), expected / (2 * N)),
        )
        expect_close(value, expected, what, because, likely=likely)

    def loss_of_views_that_are_all_alike():
        """When all 2N views are the same, the positive is one of 2N - 1 equals: the loss is log(2N - 1)."""
        for N in (1, 2, 5):
            because = t("all similarities are 1, so each of the 2N terms is log(2N - 1) with N = {N}.", N=N)
            expect_loss(loss([E1] * N, [E1] * N, 0.5), math.log(2 * N - 1), t("the loss"), because, N)

    def loss_of_pairs_at_right_angles():
        """Positives alike, all else at right angles: the loss is log(1 + (2N - 2) exp(-1 / tau))."""
        for N, tau in ((2, 0.5), (2, 1.0), (3, 0.2)):
            rows = torch.eye(N)
            expected = math.log(1 + (2 * N - 2) * math.exp(-1 / tau))
            because = t(
                "with N = {N}, tau = {tau} each view has one similarity of 1, its positive, and 2N - 2 of 0.",
                N=N,
                tau=tau,
            )
            expect_loss(loss(rows, rows, tau), expected, t("the loss"), because, N)
            longer = loss(3 * rows, 0.5 * rows, tau)
            expect_loss(longer, expected, t("the loss of vectors of other lengths"), because, N)

    def loss_where_one_view_went_astray():
        """Three views alike and one at a right angle: the four terms differ."""
        e = math.e
        terms = [math.log((2 * e + 1) / e), math.log(2 * e + 1), math.log((2 * e + 1) / e), math.log(3)]
        because = t(
            "the terms of the four views are log((2e + 1) / e), log(2e + 1), log((2e + 1) / e) and log 3."
        )
        expect_loss(loss([E1, E1], [E1, E2], 1.0), sum(terms) / 4, t("the loss"), because, 2)

    def loss_has_a_gradient():
        """The gradient reaches both batches and fits the value; the batches keep theirs."""
        generator = torch.Generator().manual_seed(0)
        inputs = [torch.randn(3, 4, generator=generator) for _ in range(2)]
        expect_tensor(loss(*inputs, 0.5), None, t("the loss"))
        _expect_alone(lambda left, right: loss(left, right, 0.5), inputs, ("out_left", "out_right"))
        expect_gradient(lambda left, right: loss(left, right, 0.5), inputs, t("the loss"))

    return (
        loss_of_views_that_are_all_alike,
        loss_of_pairs_at_right_angles,
        loss_where_one_view_went_astray,
        loss_has_a_gradient,
    )


EXAMPLES = {
    "sim": (sim_of_known_angles, sim_does_not_see_lengths, sim_has_a_gradient),
    "simclr_loss_naive": _loss_examples("simclr_loss_naive"),
    "sim_positive_pairs": (positive_pairs_row_by_row, positive_pairs_have_a_gradient),
    "compute_sim_matrix": (matrix_of_known_angles, matrix_has_a_gradient),
    "simclr_loss_vectorized": _loss_examples("simclr_loss_vectorized"),
}
