"""In words, how an answer differs from the right one: never a value of it, only what relates the two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from instructor.checks.recording import Exchange
from instructor.diagnosis.draws import Draws
from instructor.diagnosis.parts import MISSING, Parts, differs, parts_of
from instructor.diagnosis.replay import Failure

WORDS = {
    "gray": "how often views are gray",
    "jitter": "how colors change",
    "flip": "how often views are flipped",
    "crop": "which parts of the image are shown",
    "range": "the range of the values",
    "means": "the returned mean loss",
    "weights": "the trained weights",
}


def difference(exchanges: Sequence[Exchange], right: Parts) -> str:
    """A sentence on the first part in which the answers to a check differ from the right ones, or ""."""
    numbers: dict[str, list[tuple[float, float]]] = {}  # results that are one number: given and right
    for number, exchange in enumerate(exchanges):
        given = parts_of(number, exchange.request, exchange.answer)
        for key, part in given.items():
            true = right.get(key, MISSING)
            if isinstance(part, Failure) or true is MISSING:
                continue
            if _is_number(part) and _is_number(true):
                numbers.setdefault(_name(key), []).append((float(part), float(true)))
            elif differs(part, true):
                said = _compared(*_changes(key, exchange.request, part, true))
                return f"{_name(key)}: {said}." if said else ""
    said = {name: _single(pairs) for name, pairs in numbers.items()}
    return next((f"{name}: {words}." for name, words in said.items() if words), "")


def _is_number(part: object) -> bool:
    return type(part) is float or (
        isinstance(part, torch.Tensor) and part.numel() == 1 and part.is_floating_point()
    )


def _single(pairs: Sequence[tuple[float, float]]) -> str:
    """What relates single numbers to the right ones over all calls."""
    given, right = torch.tensor(pairs, dtype=torch.double).T
    wrong = (given - right).abs() > 1e-4 * right.abs() + 1e-6
    if not wrong.any():
        return ""
    if not given.isfinite().all():
        return "it is infinite or not a number" + ("" if wrong.all() else " for some inputs")
    factor = given / right
    if len(pairs) > 1 and wrong.all() and (factor - factor[0]).abs().max() < 1e-3 * abs(factor[0]):
        return (
            "the sign is reversed"
            if abs(factor[0] + 1) < 1e-3
            else f"it is {factor[0]:.3g} times the right one"
        )
    large, small = (given > right)[wrong], (given < right)[wrong]
    way = (
        "too large"
        if large.all()
        else "too small"
        if small.all()
        else "sometimes too large, sometimes too small"
    )
    return f"it is {way}" + ("" if wrong.all() else f", in {int(wrong.sum())} of {len(pairs)} calls")


def _changes(key: tuple, request: Mapping, part: object, right: object) -> tuple[object, object]:
    """An argument that is to be changed in place is compared by its change."""
    if key[0] == "afters" and request["op"] == "call":
        before = request["args"][key[3]]
        tensors = [each for each in (part, right, before) if isinstance(each, torch.Tensor)]
        if len(tensors) == 3 and len({each.shape for each in tensors}) == 1 and before.is_floating_point():
            moved = right.double() - before.detach().double()
            if moved.any():
                return part.detach().double() - before.detach().double(), moved
    return part, right


def _compared(given: object, right: object) -> str:
    if isinstance(given, Draws):
        return "in many draws it is not what it should be"
    if not isinstance(right, torch.Tensor):
        return "nothing came back" if given is None and right is not None else ""
    if given is None:
        return "no gradient flows to it"
    if not isinstance(given, torch.Tensor):
        return ""
    if given.shape != right.shape:
        turned = given.dim() > 1 and given.transpose(-1, -2).shape == right.shape
        return f"it has shape {tuple(given.shape)}" + (", two dimensions are exchanged" if turned else "")
    if given.dtype != right.dtype:
        return f"its numbers are of type {str(given.dtype).removeprefix('torch.')}"
    if not given.isfinite().all():
        return "some values are infinite or not a number"
    return _related(given.detach().double(), right.detach().double())


def _related(given: torch.Tensor, right: torch.Tensor) -> str:
    """What relates two tensors of one shape that differ."""

    def same(a: torch.Tensor, b: torch.Tensor) -> bool:
        return bool((a - b).abs().max() <= 1e-3 * b.abs().max() + 1e-7)

    if not given.any():
        return "all values are zero"
    if not right.any():
        return "it is changed, which it must not be"
    factor = float((given * right).sum() / right.square().sum())
    if same(given, factor * right):
        return (
            "the sign is reversed"
            if same(given, -right)
            else f"every value is {factor:.3g} times the right one"
        )
    if same(given.abs(), right.abs()):
        return "the magnitudes are right, some signs are not"
    if right.numel() > 1 and same(given - (given - right).mean(), right):
        return "all values are shifted by the same amount"
    return _where(given, right) or _overall(given, right, factor)


def _where(given: torch.Tensor, right: torch.Tensor) -> str:
    """Which rows or entries are right, when some are."""
    wrong = (given - right).abs() > 1e-3 * right.abs().max() + 1e-7
    if right.dim() == 2 and right.shape[0] == right.shape[1]:
        places = {
            "on the diagonal": torch.eye(len(right), dtype=torch.bool),
            "below the diagonal": torch.ones_like(wrong).tril(-1),
            "above the diagonal": torch.ones_like(wrong).triu(1),
        }
        for words, place in places.items():
            if not (wrong & ~place).any():
                return f"it is right but for the entries {words}"
    if right.dim() and len(right) > 1:
        rows = wrong.flatten(1).any(dim=1) if wrong.dim() > 1 else wrong
        if not rows.all():
            good = [str(k + 1) for k in (~rows).nonzero().flatten().tolist()]
            return f"of {len(rows)} entries along the first dimension, only number {', '.join(good)} is right"
        for k in range(1, len(right)):
            moved = (given - right.roll(k, dims=0)).abs().max()
            if moved <= 1e-3 * right.abs().max():
                return "the entries along the first dimension are right, in another order"
    return ""


def _overall(given: torch.Tensor, right: torch.Tensor, factor: float) -> str:
    if right.numel() < 3:
        return "it is another one"
    alike = float(torch.corrcoef(torch.stack([given.flatten(), right.flatten()]))[0, 1])
    if alike != alike or abs(alike) < 0.5:
        return "it hardly resembles the right one"
    return f"it resembles the right one (correlation {alike:.2f}) and is about {factor:.2g} times as large"


def _name(key: tuple) -> str:
    if key[0] == "values":
        return "The result" if key[2] == 0 else f"The result of call {key[2] + 1}"
    if key[0] == "grads":
        return f"The gradient for argument {key[2] + 1}"
    if key[0] == "afters":
        return f"Argument {key[3] + 1} after the call"
    words = WORDS.get(key[0], f"the {key[0]}")
    return words[0].upper() + words[1:]
