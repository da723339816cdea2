"""Tests for what is random, so strict about evidence that a right answer fails one run in 10⁸ at most."""

from __future__ import annotations

import math

import torch
from scipy.stats import binom, ks_2samp

ALPHA = 1e-8  # the chance that a right answer fails one test; a run holds a few dozen of them


def frequency_is(count: int, draws: int, probability: float) -> bool:
    """Whether `count` of `draws` independent draws is believable for an event of this probability."""
    tail = min(binom.cdf(count, draws, probability), binom.sf(count - 1, draws, probability))
    return bool(tail >= ALPHA / 2)


def same_distribution(sample: torch.Tensor, model: torch.Tensor, slack: float = 0.0) -> bool:
    """Whether two independent samples (n,) and (m,) can be of one distribution (Kolmogorov and Smirnov).

    The distance of the two distribution functions is bounded by the Dvoretzky–Kiefer–Wolfowitz inequality
    with Massart's constant, for each sample; `slack` is added for errors of measurement.
    """
    bound = sum(math.sqrt(math.log(4 / ALPHA) / (2 * len(each))) for each in (sample, model))
    return largest_gap(sample, model) <= bound + slack


def largest_gap(sample: torch.Tensor, model: torch.Tensor) -> float:
    """The largest distance between the distribution functions of two samples; NaN counts as infinite."""
    ordered = (each.detach().double().nan_to_num(math.inf, math.inf, -math.inf) for each in (sample, model))
    return float(ks_2samp(*(each.numpy() for each in ordered), method="asymp").statistic)
