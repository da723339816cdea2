"""What relates two tensors of one shape that differ, in words: a factor, a sign, a place, a function."""

from __future__ import annotations

import torch

# What says only that an answer is wrong, and not in what way.
VAGUE = ("it is another one", "its pattern is another")
FUNCTIONS = {  # what somebody may have done to the right values, or left undone
    "the magnitudes of": torch.abs,
    "the squares of": torch.square,
    "the square roots of": lambda right: right.clamp_min(0).sqrt(),
    "the exponentials of": torch.exp,
    "the logarithms of": lambda right: right.clamp_min(1e-12).log(),
    "the reciprocals of": torch.reciprocal,
    "one less": lambda right: 1 - right,
    "the angles, not the cosines: the arc cosines of": lambda right: right.clamp(-1, 1).acos(),
}


def related(given: torch.Tensor, right: torch.Tensor) -> str:
    """What relates two finite tensors of one shape; the plainest relation that holds."""
    if not given.any():
        return "all values are zero"
    if not right.any():
        return "it is changed, which it must not be"
    factor = float((given * right).sum() / right.square().sum())
    if _same(given, factor * right):
        reversed_ = _same(given, -right)
        return "the sign is reversed" if reversed_ else f"every value is {factor:.3g} times the right one"
    return _whole(given, right) or _where(given, right) or _by_row(given, right) or _overall(given, right)


def _same(a: torch.Tensor, b: torch.Tensor) -> bool:
    return bool(b.isfinite().all() and (a - b).abs().max() <= 1e-3 * b.abs().max() + 1e-7)


def _whole(given: torch.Tensor, right: torch.Tensor) -> str:
    """One function of the right values."""
    if (right >= 0).all() and (given < 0).any() and _same(given.abs(), right):
        return "the magnitudes are right, and some values are negative"
    if _same(given.abs(), right.abs()):
        return "the magnitudes are right, some signs are not"
    if right.numel() > 1 and _same(given - (given - right).mean(), right):
        return "all values are shifted by the same amount"
    if right.numel() > 1 and given.numel() > 1 and (given - given.flatten()[0]).abs().max() < 1e-9:
        return "all values are the same"
    if right.numel() > 2:
        for words, function in FUNCTIONS.items():
            if _same(given, function(right)):
                return f"its values are {words} the right ones"
    if right.dim() == 2 and right.shape[0] == right.shape[1] and _same(given.T, right):
        return "rows and columns are exchanged"
    return ""


def _where(given: torch.Tensor, right: torch.Tensor) -> str:
    """Which entries are right, when some are."""
    wrong = (given - right).abs() > 1e-3 * right.abs().max() + 1e-7
    if right.dim() == 2 and right.shape[0] == right.shape[1] > 1:
        places = {
            "on the diagonal": torch.eye(len(right), dtype=torch.bool),
            "below the diagonal": torch.ones_like(wrong).tril(-1),
            "above the diagonal": torch.ones_like(wrong).triu(1),
        }
        for words, place in places.items():
            if not (wrong & ~place).any():
                return f"it is right but for the entries {words}"
    if not given[wrong].any():
        return "it is right but where it is zero"
    if right.dim() and len(right) > 1:
        rows = wrong.flatten(1).any(dim=1) if wrong.dim() > 1 else wrong
        if not rows.all():
            good = (~rows).nonzero().flatten().tolist()
            which = ("only number " if len(good) == 1 else "only numbers ") + _listed([k + 1 for k in good])
            verb = "is" if len(good) == 1 else "are"
            return f"of {len(rows)} entries along the first dimension, {which} {verb} right"
        for k in range(1, len(right)):
            if (given - right.roll(k, dims=0)).abs().max() <= 1e-3 * right.abs().max():
                return "the entries along the first dimension are right, in another order"
    if right.numel() > 20 and wrong.double().mean() < 0.5:
        return f"it is right in {1 - float(wrong.double().mean()):.0%} of its entries"
    return ""


def _by_row(given: torch.Tensor, right: torch.Tensor) -> str:
    """Another factor, or another amount, for each row or each column."""
    if right.dim() < 2 or right.numel() < 4:
        return ""
    rows, true = given.flatten(1), right.flatten(1)
    for words, a, b in (("first", rows, true), ("last", rows.T, true.T)):
        if b.shape[1] < 2:
            continue
        factors = (a * b).sum(dim=1, keepdim=True) / b.square().sum(dim=1, keepdim=True).clamp_min(1e-30)
        if _same(a, factors * b):
            few, many = float(factors.min()), float(factors.max())
            along = "the first dimension" if words == "first" else "the last dimension"
            return f"each entry along {along} has a factor of its own, from {few:.2g} to {many:.2g}"
        if _same(a - (a - b).mean(dim=1, keepdim=True), b):
            return f"each entry along the {words} dimension is shifted by an amount of its own"
    return ""


def _overall(given: torch.Tensor, right: torch.Tensor) -> str:
    """Size, sign and pattern of all values together."""
    if right.numel() < 3:
        return "it is another one"
    size = float(given.norm() / right.norm())
    if (right >= 0).all() and (given < 0).any():
        return "it has negative values, and the right one has none"
    if (right < 0).any() and (given >= 0).all():
        return "it has no negative values, and the right one has some"
    if _rises_with(given, right):
        return "it is larger where the right one is larger, but not in proportion"
    alike = float(torch.cosine_similarity(given.flatten(), right.flatten(), dim=0))
    sized = f"about {size:.2g} times as large as the right one"
    if alike > 0.9:
        return f"it is nearly a multiple of the right one (cosine {alike:.2f}), and {sized}"
    if alike < -0.5:
        return f"it goes against the right one (cosine {alike:.2f}), and is {sized}"
    if size > 3 or size < 1 / 3:
        return f"it is {sized}, and its direction is another (cosine {alike:.2f})"
    if alike > 0.5:
        return f"it has a part that is right (cosine {alike:.2f}); as a whole it is {sized}"
    return f"its size is about right ({size:.2g} times), its pattern is another (cosine {alike:.2f})"


def _rises_with(given: torch.Tensor, right: torch.Tensor) -> bool:
    """Whether the order of the values is the same, for enough different ones."""
    if right.numel() < 6:
        return False
    order = right.flatten().argsort()
    steps, true = given.flatten()[order].diff(), right.flatten()[order].diff()
    clear = true > 1e-4 * right.abs().max()
    return bool(clear.sum() > 4 and (steps[clear] > 0).all())


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))
