"""On which occasions an answer is wrong, where a check asks several times and some answers are right."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from instructor.checks.recording import Exchange
from instructor.sandbox.inside.recipes import Recipe

Feature = Callable[[dict], bool]


def occasion(exchanges: Sequence[Exchange], good: Sequence[bool], ended: Sequence[bool]) -> str:
    """What the requests with a wrong answer have in common and those with a right one have not, or "".

    An error ends a check, so that of what comes after it nothing is known.
    """
    asked = [
        (each.request, right) for each, right in zip(exchanges, good, strict=True) if _asks(each.request)
    ]
    if all(right for _, right in asked) or not any(right for _, right in asked):
        return ""
    for words, feature in FEATURES.items():
        if all(feature(request) != right for request, right in asked):
            return words
    return _by_number(asked) or ("" if any(ended) else "in some calls")


def _asks(request: dict) -> bool:
    return request["op"] == "call" or request["name"] != "take_away"


def _arguments(request: dict) -> list:
    if request["op"] == "call":
        return [*request["args"], *request["kwargs"].values()]
    given = request["kwargs"]
    return [
        *given.get("args", []),
        *given.get("inputs", []),
        *(v for v in given.values() if not isinstance(v, list)),
    ]


def _tensors(request: dict) -> list[torch.Tensor]:
    found = [each for each in _arguments(request) if isinstance(each, torch.Tensor)]
    return [each.detach() for each in found if each.is_floating_point()]


def _rows(request: dict) -> int:
    tensors = _tensors(request)
    return len(tensors[0]) if tensors and tensors[0].dim() else 0


def _repeated(request: dict) -> bool:
    """Whether rows of the inputs are equal."""
    tensors = [each for each in _tensors(request) if each.dim() > 1]
    rows = [row for each in tensors if each.shape[1:] == tensors[0].shape[1:] for row in each.flatten(1)]
    return any(torch.equal(a, b) for k, a in enumerate(rows) for b in rows[:k])


def _training(request: dict) -> bool:
    models = [each for each in _arguments(request) if isinstance(each, Recipe)]
    return any(each.kwargs.get("training") for each in models)


FEATURES: dict[str, Feature] = {
    "for N = 1": lambda request: _rows(request) == 1,
    "for more than one row": lambda request: _rows(request) > 1,
    "for a model that arrives in training mode": _training,
    "for inputs of double precision": lambda request: any(
        each.dtype == torch.double for each in _tensors(request)
    ),
    "for inputs that lie in memory in another order": lambda request: request["name"] == "call_with_strides",
    "where inputs have equal rows": _repeated,
    "where inputs have a single column": lambda request: any(
        each.dim() == 2 and each.shape[1] == 1 for each in _tensors(request)
    ),
    "for long inputs": lambda request: any(float(each.abs().max()) > 100 for each in _tensors(request)),
    "for inputs with zeros": lambda request: any(bool((each == 0).any()) for each in _tensors(request)),
}


def _by_number(asked: Sequence[tuple[dict, bool]]) -> str:
    """Whether the wrong answers are those to the largest or the smallest of a number that is asked with."""
    kinds = {"that number among the arguments": lambda request: _number(request), "the batch": _rows}
    for what, of in kinds.items():
        right = [of(request) for request, fine in asked if fine and of(request) is not None]
        wrong = [of(request) for request, fine in asked if not fine and of(request) is not None]
        if right and wrong and min(wrong) > max(right):
            return f"where {what} is large, {max(right):.3g} being small enough"
        if right and wrong and max(wrong) < min(right):
            return f"where {what} is small, {min(right):.3g} being large enough"
    return ""


def _number(request: dict) -> float | None:
    """The number among the arguments: a temperature, a learning rate."""
    found = [float(each) for each in _arguments(request) if type(each) is float]
    return found[0] if found else None
