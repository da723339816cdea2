"""What the examples say when an answer is not the expected one."""

import torch

from ..words import t


class CheckFailed(AssertionError):  # noqa: N818
    """An answer is not the expected one; the message says in words and shapes what was expected."""


def expect(condition, sentence):
    """Raise CheckFailed with `sentence` unless the condition holds."""
    if not condition:
        raise CheckFailed(sentence)


def expect_tensor(value, shape, what):
    """Expect a finite tensor of this shape, None standing for any shape with one element."""
    expect(
        value is not None,
        t("{what} is None; is the result assigned to the name that is returned?", what=what),
    )
    if isinstance(value, tuple) and value and all(isinstance(part, torch.Tensor) for part in value):
        raise CheckFailed(
            t(
                "{what} is a pair of tensors, as max, min, sort and topk return it along a dimension: "
                "(values, indices). Take its first part.",
                what=what,
            )
        )
    kind = type(value).__name__
    expect(
        isinstance(value, torch.Tensor), t("{what} must be a tensor, but is a {kind}.", what=what, kind=kind)
    )
    here = tuple(value.shape)
    if shape is None:
        expect(
            value.numel() == 1, t("{what} must be one number, but has shape {here}.", what=what, here=here)
        )
    else:
        there = tuple(shape)
        expect(
            here == there,
            t("{what} must have shape {there}, but has {here}.", what=what, there=there, here=here),
        )
    _expect_finite(value, what)


def _expect_finite(value, what):
    for wrong, sentence in (
        (
            torch.isnan(value),
            "{what} has {count} entries of {all} that are not a number (nan): 0 was divided by 0, or "
            "infinity "
            "by infinity. Can a length, a sum or a norm be 0, or exp overflow?",
        ),
        (
            torch.isinf(value),
            "{what} has {count} entries of {all} that are infinite: something was divided by 0, the "
            "logarithm "
            "of 0 was taken, or exp of a large number.",
        ),
    ):
        count = int(wrong.sum())
        expect(not count, t(sentence, what=what, count=count, all=value.numel()))


def expect_close(value, expected, what, because, tolerance=1e-4, likely=()):
    """Expect a tensor with these values; `because` says how a person finds them.

    `likely` are pairs of a sentence and what a known misreading gives: when the value is that, the sentence
    is said instead.
    """
    expected = torch.as_tensor(expected, dtype=torch.float32)
    expect_tensor(value, expected.shape if expected.dim() else None, what)
    value = value.detach().float().reshape(expected.shape)
    far = (value - expected).abs() > tolerance
    if far.any():
        for sentence, other in likely:
            other = torch.as_tensor(other, dtype=torch.float32)
            if _alike(value, other, tolerance) and not _alike(expected, other, tolerance):
                because = sentence
                break
        where = tuple(far.nonzero()[0].tolist())
        numbers = {"here": value[where].item(), "there": expected[where].item()}
        if where:
            sentence = "{what} at {where} is {here:.4g}, expected {there:.4g}: {because}"
        else:
            sentence = "{what} is {here:.4g}, expected {there:.4g}: {because}"
        raise CheckFailed(t(sentence, what=what, where=where, because=because, **numbers))


def _alike(one, other, tolerance):
    return one.shape == other.shape and torch.allclose(one, other, rtol=1e-4, atol=tolerance)


def expect_unchanged(tensor, before, what):
    """Expect that the caller's tensor still has its values."""
    expect(
        torch.equal(tensor.detach(), before),
        t("{what} must stay as it is, but was changed in place.", what=what),
    )


def expect_gradient(function, inputs, what):
    """Expect that autograd's gradient of the sum of function(*inputs) fits how that sum really changes.

    So a part that was detached, or rebuilt from plain numbers, shows.
    """
    leaves = [x.clone().requires_grad_() for x in inputs]
    value = function(*leaves)
    expect(
        isinstance(value, torch.Tensor),
        t("{what} must be a tensor, but is a {kind}.", what=what, kind=type(value).__name__),
    )
    total = value.sum()
    expect(total.requires_grad, t("no gradient flows from {what} to its inputs.", what=what))
    for index, gradient in enumerate(torch.autograd.grad(total, leaves, allow_unused=True)):
        which = t("input {number} of {what}", number=index + 1, what=what)
        expect(gradient is not None, t("no gradient flows to {which}.", which=which))
        for entry, foretold in enumerate(gradient.flatten().tolist()):
            real = _slope(function, inputs, index, entry)
            expect(
                abs(real - foretold) < 5e-3 + 2e-2 * abs(real),
                t(
                    "the gradient with respect to {which} does not fit how the value changes; "
                    "is a part of the computation detached or turned into plain numbers?",
                    which=which,
                ),
            )


def _slope(function, inputs, index, entry, nudge=1e-2):
    """How fast the sum of the values changes with one entry of one input."""

    def value(shift):
        moved = [x.clone() for x in inputs]
        moved[index].view(-1)[entry] += shift
        return function(*moved).sum().item()

    return (value(nudge) - value(-nudge)) / (2 * nudge)
