"""What the examples say when an answer is not the expected one."""

import torch


class CheckFailed(AssertionError):  # noqa: N818
    """An answer is not the expected one; the message says in words and shapes what was expected."""


def expect(condition, sentence):
    """Raise CheckFailed with `sentence` unless the condition holds."""
    if not condition:
        raise CheckFailed(sentence)


def expect_tensor(value, shape, what):
    """Expect a finite tensor of this shape, None standing for any shape with one element."""
    expect(value is not None, f"{what} is None; is the result assigned to the name that is returned?")
    expect(isinstance(value, torch.Tensor), f"{what} must be a tensor, but is a {type(value).__name__}.")
    if shape is None:
        expect(value.numel() == 1, f"{what} must be one number, but has shape {tuple(value.shape)}.")
    else:
        expect(
            tuple(value.shape) == tuple(shape),
            f"{what} must have shape {tuple(shape)}, but has {tuple(value.shape)}.",
        )
    expect(bool(torch.isfinite(value).all()), f"{what} has entries that are infinite or not a number.")


def expect_close(value, expected, what, because, tolerance=1e-4):
    """Expect a tensor with these values; `because` says how a person finds them."""
    expected = torch.as_tensor(expected, dtype=torch.float32)
    expect_tensor(value, expected.shape if expected.dim() else None, what)
    value = value.detach().float().reshape(expected.shape)
    far = (value - expected).abs() > tolerance
    if far.any():
        where = tuple(far.nonzero()[0].tolist())
        place = f" at {where}" if where else ""
        raise CheckFailed(
            f"{what}{place} is {value[where].item():.4g}, expected {expected[where].item():.4g}: {because}"
        )


def expect_unchanged(tensor, before, what):
    """Expect that the caller's tensor still has its values."""
    expect(torch.equal(tensor.detach(), before), f"{what} must stay as it is, but was changed in place.")


def expect_gradient(function, inputs, what):
    """Expect that autograd's gradient of the sum of function(*inputs) fits how that sum really changes.

    So a part that was detached, or rebuilt from plain numbers, shows.
    """
    leaves = [x.clone().requires_grad_() for x in inputs]
    total = function(*leaves).sum()
    expect(total.requires_grad, f"no gradient flows from {what} to its inputs.")
    for index, gradient in enumerate(torch.autograd.grad(total, leaves, allow_unused=True)):
        which = f"input {index + 1} of {what}"
        expect(gradient is not None, f"no gradient flows to {which}.")
        for entry, foretold in enumerate(gradient.flatten().tolist()):
            real = _slope(function, inputs, index, entry)
            expect(
                abs(real - foretold) < 5e-3 + 2e-2 * abs(real),
                f"the gradient with respect to {which} does not fit how the value changes; "
                "is a part of the computation detached or turned into plain numbers?",
            )


def _slope(function, inputs, index, entry, nudge=1e-2):
    """How fast the sum of the values changes with one entry of one input."""

    def value(shift):
        moved = [x.clone() for x in inputs]
        moved[index].view(-1)[entry] += shift
        return function(*moved).sum().item()

    return (value(nudge) - value(-nudge)) / (2 * nudge)
