"""Comparing what a student's code gave with what is right, and saying in words and shapes what is wrong.

No message holds a value of the reference or of a hidden input: a student reads them.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch


class CheckFailed(AssertionError):  # noqa: N818
    """A check that a student's answer does not pass; the text is a sentence for the student."""


def expect(condition: object, sentence: str) -> None:
    """Fail the check with `sentence` unless `condition` holds."""
    if not condition:
        raise CheckFailed(sentence)


def expect_list(value: object, length: int, what: str) -> list:
    """Require a list of so many entries, before anything looks into it; `what` names them."""
    expect(isinstance(value, list) and len(value) == length, f"{what}: expected a list of {length}")
    return value


def expect_tensor(value: object, shape: Sequence[int], what: str) -> torch.Tensor:
    """Require a finite floating-point tensor of a shape; return it as float64. `what` names it."""
    expect(value is not None, f"{what}: nothing was returned")
    expect(isinstance(value, torch.Tensor), f"{what}: expected a tensor, got {_kind(value)}")
    shape = tuple(shape)
    expect(tuple(value.shape) == shape, f"{what}: expected shape {shape}, got {tuple(value.shape)}")
    expect(value.is_floating_point(), f"{what}: expected floating-point numbers, got {_dtype(value)}")
    expect(bool(value.isfinite().all()), f"{what}: some values are infinite or not a number")
    return value.double()


def expect_number(value: object, what: str) -> torch.Tensor:
    """Require one finite number, as a float or a tensor with one entry; return it as a float64 scalar."""
    if isinstance(value, torch.Tensor):
        expect(value.numel() == 1, f"{what}: expected one number, got shape {tuple(value.shape)}")
        return expect_tensor(value, value.shape, what).reshape(())
    expect(type(value) in (int, float), f"{what}: expected one number, got {_kind(value)}")
    return expect_tensor(torch.tensor(float(value)), (), what)


def agrees(value: torch.Tensor, right: torch.Tensor, rtol: float, atol: float = 0.0) -> bool:
    """Whether the largest difference is within `rtol` of the largest right magnitude, plus `atol`."""
    if value.shape != right.shape:
        return False
    if not right.numel():
        return True
    difference = (value.double() - right.double()).abs().max()
    return bool(difference <= rtol * right.double().abs().max() + atol)


def likeness(value: torch.Tensor, right: torch.Tensor) -> float:
    """The cosine of the angle between two tensors of one shape: 0 for unrelated ones."""
    value, right = (each.detach().flatten().double() for each in (value, right))
    return float(torch.cosine_similarity(value, right, dim=0))


def expect_close(
    value: object, right: torch.Tensor, what: str, otherwise: str, rtol: float = 1e-4, atol: float = 0.0
) -> None:
    """Require a tensor of the right shape that agrees with `right`; `otherwise` says what else it is."""
    value = expect_tensor(value, right.shape, what)
    expect(agrees(value, right.detach(), rtol, atol), f"{what}: {otherwise}")


def expect_gradient(
    grad: object, right: torch.Tensor, what: str, rtol: float = 1e-4, atol: float = 1e-6
) -> None:
    """Require that a gradient flowed and that it is the right one; `what` names the input it belongs to."""
    expect(grad is not None, f"no gradient flows from the result back to {what}")
    message = "the gradient is not the one of the right result, though a gradient flows"
    expect_close(grad, right, f"the gradient for {what}", message, rtol, atol)


def expect_untouched(after: object, before: object, what: str) -> None:
    """Require that an argument holds after a call exactly what it held before."""
    if isinstance(before, torch.Tensor):
        same = isinstance(after, torch.Tensor) and torch.equal(after, before)
    elif isinstance(before, dict):
        same = isinstance(after, dict) and set(after) == set(before)
        same = same and all(isinstance(part, torch.Tensor) for part in after.values())
        same = same and all(torch.equal(after[name], before[name]) for name in before)
    else:
        same = type(after) is type(before) and after == before
    expect(same, f"{what} changed during the call; it must stay as it is")


def _dtype(tensor: torch.Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _kind(value: object) -> str:
    return "nothing" if value is None else f"a value of type {type(value).__name__}"
