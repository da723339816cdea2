"""Answers taken apart, so that what a student's code gave can be laid beside what a fill-in gives."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import torch

from instructor.diagnosis.draws import Draws, draws_of
from instructor.diagnosis.replay import Failure, failure_of
from instructor.sandbox.student import StudentError

ROUNDING = 1e-4  # of the largest value: what two right answers may differ by
Parts = dict[tuple, object]


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING = _Missing()


def parts_of(number: int, request: dict, answer: dict | StudentError | Failure) -> Parts:
    """The parts of the answer to a check's request of that number; the first word of a key is its kind.

    The kinds are "ends" for a call that did not return, "values", "afters" (the arguments after the call) and
    "grads" for a call, and for a driver the entries of what it gives, or "value".
    """
    if isinstance(answer, StudentError):
        answer = failure_of(answer)
    if isinstance(answer, Failure):
        return {("ends", number): answer}
    if request["op"] == "drive":
        if request["name"] == "train_transform_draws":
            return draws_of(request["kwargs"]["image"], answer.get("value"))
        return _driven(number, request, answer.get("value"))
    found: Parts = {}
    for kind in ("values", "grads", "afters"):
        each = answer.get(kind)
        for k, part in enumerate(each if isinstance(each, list) else [each]):
            if kind == "afters" and isinstance(part, list):
                found |= {(kind, number, k, index): argument for index, argument in enumerate(part)}
            else:
                found[kind, number, k] = part
    return found


def _driven(number: int, request: dict, value: object) -> Parts:
    entries = dict(value) if isinstance(value, dict) else {"value": value}
    weights = request["kwargs"].get("weights")
    if isinstance(weights, torch.Tensor) and entries.get("shape") != tuple(weights.shape):
        entries.pop("grads", None)  # they were not asked for
    found: Parts = {}
    for name, part in entries.items():
        each = part if isinstance(part, list) else [part]
        found |= {(str(name), number, k): one for k, one in enumerate(each)}
    return found


def differs(part: object, right: object) -> bool:
    """Whether a part is another one than the right one, by more than rounding."""
    if isinstance(part, Draws) and isinstance(right, Draws):
        return part.distance(right) > 1
    part, right = _as_scalar(part, right), right
    if _form(part) != _form(right):
        return True
    return any(
        _gap(a, b) > ROUNDING * _size(b) + 1e-7 for a, b in zip(_numbers(part), _numbers(right), strict=True)
    )


def explains(mistake: object, given: object, right: object) -> bool:
    """Whether a mistake's part is the given one: far nearer to it than to the right one."""
    if isinstance(mistake, Draws) and isinstance(given, Draws):
        return mistake.distance(given) <= 1
    mistake, given = _as_scalar(mistake, right), _as_scalar(given, right)
    if _form(mistake) != _form(given):
        return False
    same_form = _form(mistake) == _form(right)
    rights = _numbers(right) if same_form else itertools.repeat(None)
    for a, b, c in zip(_numbers(mistake), _numbers(given), rights, strict=False):
        apart = math.inf if c is None else _gap(a, c)
        rounding = 1e-5 * _size(a) + (0 if c is None else 1e-6 * _size(c))
        if _gap(a, b) > max(rounding, min(1e-4 * _size(a), 0.02 * apart)):
            return False
    return True


def distance(mistake: object, given: object) -> float:
    """How far two parts that agree are apart, 0 for the same; for ranking only."""
    if isinstance(mistake, Draws) and isinstance(given, Draws):
        return mistake.distance(given)
    pairs = zip(_numbers(mistake), _numbers(given), strict=False)
    return max((_gap(a, b) / (_size(a) + 1e-12) for a, b in pairs if a.shape == b.shape), default=0.0)


def _as_scalar(part: object, right: object) -> object:
    """A single number in the form of the right one where that has no dimensions."""
    if isinstance(right, torch.Tensor) and right.dim() == 0:
        if isinstance(part, torch.Tensor) and part.numel() == 1:
            return part.reshape(())
        if type(part) in (int, float):
            return torch.tensor(float(part), dtype=right.dtype)
    return part


def _form(value: object) -> object:
    """All of a value but its numbers."""
    if isinstance(value, torch.Tensor):
        return "tensor", tuple(value.shape), value.dtype
    if isinstance(value, dict):
        return {key: _form(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value), [_form(part) for part in value]
    return "number" if type(value) is float else value


def _numbers(value: object) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value.detach().double().nan_to_num(1e30, 2e30, -2e30)
    elif isinstance(value, dict):
        for key in sorted(value, key=repr):  # two of one form may have them in different orders
            yield from _numbers(value[key])
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _numbers(part)
    elif type(value) is float:
        yield torch.tensor(value, dtype=torch.double).nan_to_num(1e30, 2e30, -2e30)


def _gap(a: torch.Tensor, b: torch.Tensor) -> float:
    return float((a - b).abs().max()) if a.numel() else 0.0


def _size(a: torch.Tensor) -> float:
    return float(a.abs().max()) if a.numel() else 0.0
