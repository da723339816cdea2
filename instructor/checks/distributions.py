"""Tests for what is random: they stop when they are sure, and fail a right answer once in 10⁸ runs at most.

Draws come in four parts. The last look, at all of them, is the whole test: only there can an answer fail,
with a chance of at most ALPHA a test if it is right. After one part and after two an answer may pass
already, when it is clear: one so wrong that the last look misses it with a chance of at most MISSED is let
through by an early look with a chance of at most EARLY. So such an answer is caught in all but
MISSED + 2 EARLY of all runs, and a right one takes about a third of the draws.
`instructor/tests/checks/test_early_looks.py` measures these rates.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from scipy.stats import beta, binom, ks_2samp

from instructor.checks.judging import CheckFailed

ALPHA = 1e-8  # the chance that a right answer fails one test; a check holds a dozen of them at most
MISSED, EARLY = 1e-4, 1e-3
PARTS, LOOKS = 4, (1, 2, 4)  # parts of all draws, and after how many of them there is a look


def until_sure(parts: Iterator[torch.Tensor], judge: Callable[[torch.Tensor, float], None]) -> None:
    """Call `judge` with the draws so far and their share of all, until it raises no CheckFailed.

    `parts` are PARTS tensors, of which no more are taken than are needed. Raises the last look's CheckFailed.
    """
    drawn: list[torch.Tensor] = []
    for number, part in enumerate(parts, 1):
        drawn.append(part)
        if number in LOOKS:
            try:
                judge(torch.cat(drawn), number / PARTS)
                return
            except CheckFailed:
                if number == PARTS:
                    raise


def frequency_is(count: int, draws: int, probability: float, share: float = 1.0) -> bool:
    """Whether `count` of `draws` independent draws is believable for an event of this probability.

    Here and below `share` is what part of all draws there are to be has been made. Before the last look the
    answer is True only when it is clear.
    """
    whole = round(draws / share)
    low, high = binom.ppf(ALPHA / 2, whole, probability), binom.isf(ALPHA / 2, whole, probability)
    return _is_above(count, draws, low, whole) and _is_below(count, draws, high, whole)


def at_least(count: int, draws: int, part: float, share: float = 1.0) -> bool:
    """Whether an event is seen in more than this part of the draws."""
    whole = round(draws / share)
    return _is_above(count, draws, math.floor(part * whole) + 1, whole)


def at_most(count: int, draws: int, part: float, share: float = 1.0) -> bool:
    """Whether an event is seen in less than this part of the draws."""
    whole = round(draws / share)
    return _is_below(count, draws, math.ceil(part * whole) - 1, whole)


def same_distribution(
    sample: torch.Tensor, model: torch.Tensor, slack: float = 0.0, share: float = 1.0
) -> bool:
    """Whether two independent samples (n,) and (m,) can be of one distribution (Kolmogorov and Smirnov).

    The distance of the two distribution functions is bounded by the Dvoretzky–Kiefer–Wolfowitz inequality
    with Massart's constant, for each sample; `slack` is added for errors of measurement.
    """
    whole = len(sample) / share
    most = _off(whole, ALPHA / 2) + _off(len(model), ALPHA / 2) + slack
    if share < 1:
        most += _off(whole, MISSED) - _off(len(sample), EARLY)
    return largest_gap(sample, model) <= most


def largest_gap(sample: torch.Tensor, model: torch.Tensor) -> float:
    """The largest distance between the distribution functions of two samples; NaN counts as infinite."""
    ordered = (each.detach().double().nan_to_num(math.inf, math.inf, -math.inf) for each in (sample, model))
    return float(ks_2samp(*(each.numpy() for each in ordered), method="asymp").statistic)


def _is_above(count: int, draws: int, low: float, whole: int) -> bool:
    """Whether at least `low` of all draws will be such."""
    if draws == whole:
        return bool(count >= low)
    missed = beta.ppf(MISSED, low, whole - low + 1) if low > 0 else 0.0  # so rare is hardly ever missed
    return bool(binom.sf(count - 1, draws, missed) <= EARLY) or low <= 0


def _is_below(count: int, draws: int, high: float, whole: int) -> bool:
    """Whether at most `high` of all draws will be such."""
    return _is_above(draws - count, draws, whole - high, whole)


def _off(draws: float, chance: float) -> float:
    """How far a distribution function of so many draws is off somewhere, but for this chance."""
    return math.sqrt(math.log(2 / chance) / (2 * draws))
