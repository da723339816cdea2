"""In words, how an answer differs from the right one: never a value of it, only what relates the two.

What a call gave is taken apart, each part that differs is described by what relates it to the right one
(`relations`), and of all descriptions the first that says more than "it is wrong" is told, with the calls
that it holds for where others are right (`occasions`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import torch

from instructor.checks.recording import Exchange
from instructor.diagnosis.draws import Draws
from instructor.diagnosis.occasions import occasion
from instructor.diagnosis.parts import MISSING, Parts, differs, parts_of
from instructor.diagnosis.relations import VAGUE, related
from instructor.diagnosis.replay import Failure
from instructor.sandbox.inside.recipes import Recipe

WORDS = {
    "gray": "how often views are gray",
    "jitter": "how colors change",
    "order": "what is done before views become gray",
    "flip": "how often views are flipped",
    "crop": "which parts of the image are shown",
    "range": "the range of the values",
    "shapes": "the views",
    "means": "the returned mean loss",
    "accuracy": "the accuracy",
    "fitted": "what fit gets",
    "model": "the state of the model",
    "training": "the mode of the model",
    "weights": "what training changes in the weights",
    "items": "an item (x_i, x_j, target)",
    "marks": "the draws of the transform",
    "shape": "the result",
    "grads": "the gradient",
    "value": "the result",
}
CHANGED = ("make_fooling_image",)  # tasks whose result is their first argument, changed
Said = tuple[str, str]  # what is described, and what is said of it


def difference(exchanges: Sequence[Exchange], right: Parts) -> str:
    """A sentence on how the answers to a check differ from the right ones, or ""."""
    numbers: dict[str, list[tuple[float, float]]] = {}  # results that are one number: given and right
    said: list[Said] = []
    good = [True] * len(exchanges)
    ended = [False] * len(exchanges)
    draws: Parts = {}
    for number, exchange in enumerate(exchanges):
        for key, part in parts_of(number, exchange.request, exchange.answer).items():
            true = right.get(key, MISSING)
            if isinstance(part, Failure):
                ended[number], good[number] = True, isinstance(true, Failure)
            elif isinstance(part, Draws):
                draws[key] = draws[key] + part if key in draws else part
            elif true is not MISSING:
                good[number] = good[number] and not differs(part, true)
                if _are_numbers(part, true):
                    numbers.setdefault(_name(key), []).append((float(part), float(true)))
                elif differs(part, true):
                    said += [(_name(key), words) for words in _described(key, exchange.request, part, true)]
    said += [(name, words) for name, pairs in numbers.items() if (words := _single(pairs))]
    said += [
        (_name(key), _drawn(key, part, right[key])) for key, part in draws.items() if _apart(part, right, key)
    ]
    return _sentence(said, occasion(exchanges, good, ended), any(ended))


def _sentence(said: Sequence[Said], when: str, ended: bool) -> str:
    """The first description that names a symptom, else the first one; with the occasion for it."""
    said = [(name, words) for name, words in said if words]
    telling = [each for each in said if not any(vague in each[1] for vague in VAGUE)]
    if not said:
        return f"It goes wrong only {when}." if when and ended else ""
    name, words = (telling or said)[0]
    return f"{name}: {words}" + (f"; it is wrong only {when}" if when else "") + "."


def _are_numbers(part: object, true: object) -> bool:
    """Whether both are one number, in a shape that is admitted: any, where the right one has none."""
    if not (_is_number(part) and _is_number(true)):
        return False
    return not isinstance(true, torch.Tensor) or not true.dim() or getattr(part, "shape", None) == true.shape


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
        reversed_ = abs(factor[0] + 1) < 1e-3
        return "the sign is reversed" if reversed_ else f"it is {factor[0]:.3g} times the right one"
    if len(pairs) > 2 and wrong.all() and (given - given[0]).abs().max() < 1e-6:
        return "it is the same number whatever the inputs are"
    large, small = (given > right)[wrong], (given < right)[wrong]
    mixed = "sometimes too large, sometimes too small"
    way = "too large" if large.all() else "too small" if small.all() else mixed
    return f"it is {way}" + ("" if wrong.all() else f", in {int(wrong.sum())} of {len(pairs)} calls")


def _described(key: tuple, request: Mapping, part: object, right: object) -> Iterator[str]:
    """Descriptions of one part that differs."""
    if key[0] == "weights":
        part, right = (_moved(each, request["kwargs"].get("model")) for each in (part, right))
    elif key[0] == "afters" and request["op"] == "call":
        part, right = _changes(request["args"][key[3]], part, right)
    elif key[0] == "values" and request["op"] == "call" and request["name"] in CHANGED:
        part, right = _changes(request["args"][0], part, right)
    yield _compared(part, right)


def _changes(before: object, part: object, right: object) -> tuple[object, object]:
    """What is to be changed, in place or in a copy, is compared by its change."""
    tensors = [each for each in (part, right, before) if isinstance(each, torch.Tensor)]
    if len(tensors) == 3 and len({each.shape for each in tensors}) == 1 and before.is_floating_point():
        moved = right.double() - before.detach().double()
        if moved.any():
            return part.detach().double() - before.detach().double(), moved
    return part, right


def _moved(weights: object, model: object) -> object:
    """How far training moved all parameters, as one vector."""
    if not isinstance(weights, dict) or not isinstance(model, Recipe):
        return weights
    before = dict(model.build().named_parameters())
    if any(not isinstance(weights.get(name), torch.Tensor) for name in before):
        return weights
    return torch.cat([(weights[name] - value.detach()).flatten().double() for name, value in before.items()])


def _compared(given: object, right: object) -> str:
    if given is None and right is not None:
        return "no gradient flows to it" if isinstance(right, torch.Tensor) else "nothing came back"
    if isinstance(right, dict) and isinstance(given, dict):
        return "it is changed by the call, and must stay as it is"
    if isinstance(right, list | tuple) and isinstance(given, list | tuple):
        return _members(given, right)
    if not isinstance(given, torch.Tensor) or not isinstance(right, torch.Tensor):
        kind = type(given).__name__
        return f"it is of type {kind}" if type(given) is not type(right) else "it is another one"
    if given.shape != right.shape:
        turned = given.dim() > 1 and given.transpose(-1, -2).shape == right.shape
        return f"it has shape {tuple(given.shape)}" + (", two dimensions are exchanged" if turned else "")
    if given.dtype != right.dtype:
        return f"its numbers are of type {str(given.dtype).removeprefix('torch.')}"
    if not given.isfinite().all():
        return "some values are infinite or not a number"
    return related(given.detach().double(), right.detach().double())


def _members(given: Sequence, right: Sequence) -> str:
    """The first entry of a row of things that differs."""
    if all(type(each) is int for each in [*given, *right]):
        return f"it has shape {tuple(given)}"
    if len(given) != len(right):
        return f"there are {len(given)}, not {len(right)}"
    for number, (one, true) in enumerate(zip(given, right, strict=True), 1):
        if differs(one, true):
            return f"entry {number} is not right: {_compared(one, true)}"
    return ""


def _apart(part: Draws, right: Parts, key: tuple) -> bool:
    true = right.get(key, MISSING)
    return isinstance(true, Draws) and differs(part, true)


def _drawn(key: tuple, part: Draws, true: Draws) -> str:
    """What many draws have in common that those of a right answer have not."""
    given, right, what = part.values, true.values, key[2]
    if not len(given) or not len(right):
        return f"its {what} can't be read in the views"
    if bool(((torch.cat([given, right]) == 0) | (torch.cat([given, right]) == 1)).all()):
        often = float(given.mean()) > float(right.mean())
        if not given.any() or given.all():
            return f'"{what}" holds for ' + ("every view" if given.all() else "no view")
        return f'"{what}" holds for too {"many" if often else "few"} views'
    wide, usual = float(given.std()), float(right.std())
    if wide < 0.8 * usual or wide > 1.25 * usual:
        return f"the {what} varies too {'little' if wide < usual else 'much'}"
    way = "large" if float(given.median()) > float(right.median()) else "small"
    return f"the {what} is too {way} on the whole"


def _name(key: tuple) -> str:
    if key[0] == "values":
        return "The result" if key[2] == 0 else f"The result of call {key[2] + 1} with the same inputs"
    if key[0] == "grads":
        return f"The gradient for argument {key[2] + 1}"
    if key[0] == "afters":
        return f"Argument {key[3] + 1} after the call"
    words = WORDS.get(key[0], f"the {key[0]}")
    return words[0].upper() + words[1:]
