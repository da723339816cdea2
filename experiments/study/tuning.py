"""How arms are tuned: a factorial grid, equal for all arms, that grows until no best level is at its edge."""

import math
import statistics
from dataclasses import dataclass, replace
from itertools import product

FACTORS = ("learning_rate", "pretraining_rate", "weight_decay")


@dataclass(frozen=True)
class Grid:
    """The levels of each factor in rising order, and how many were added to the first grid.

    - below: {factor: levels added below its first one}. The Latin square counts from there.
    """

    learning_rate: tuple
    pretraining_rate: tuple
    weight_decay: tuple
    below: tuple = (0, 0)

    def trials(self, share):
        """Return the trials of an arm: lists of [learning rate, rate of pretraining or None, weight decay].

        A share above 0 has every pair of rates, with weight decay in a Latin square; decays beyond the third
        are tried where the third is. Share 0 has every learning rate with every weight decay.
        """
        if not share:
            return [[rate, None, decay] for rate, decay in product(self.learning_rate, self.weight_decay)]
        found = []
        for i, rate in enumerate(self.learning_rate):
            for j, before in enumerate(self.pretraining_rate):
                place = (i - self.below[0] + j - self.below[1]) % 3
                decays = self.weight_decay[2:] if place == 2 else self.weight_decay[place : place + 1]
                found += [[rate, before, decay] for decay in decays]
        return found


class EdgeOfGrid(ValueError):  # noqa: N818
    """A best level is at the edge of the grid still, and no more levels may be added."""


def first_grid(tuning):
    """Return the Grid that [tuning] of the question begins with. Raises ValueError for another form."""
    for factor in FACTORS:
        if len(tuning[factor]) != 3 or sorted(tuning[factor]) != tuning[factor]:
            raise ValueError(f"[tuning] {factor} needs three levels in rising order.")
    if tuning["weight_decay"][0] != 0:
        raise ValueError("[tuning] weight_decay begins with 0: there is nothing below it.")
    return Grid(*(tuple(tuning[factor]) for factor in FACTORS))


def best_rates(finished):
    """Return the best level of each factor, [learning rate, rate of pretraining or None, weight decay].

    - finished: an arm's trials. A level's worth is the mean validation accuracy of its trials; the lower
      level of equals is taken.
    """
    best = []
    for place in range(3):
        worth = {}
        for run in finished:
            worth.setdefault(run["rates"][place], []).append(run["validation"])
        best.append(max(worth, key=lambda level: (statistics.fmean(worth[level]), -(level or 0))))
    return best


def edges(grid, best):
    """Return {factor: "below" or "above"} of the arm's best levels that are at the edge of the grid.

    No weight decay at all is no edge: there is nothing beyond it.
    """
    found = {}
    for factor, level in zip(FACTORS, best, strict=True):
        levels = getattr(grid, factor)
        if level is not None and level == levels[-1]:
            found[factor] = "above"
        elif level is not None and level == levels[0] and level > 0:
            found[factor] = "below"
    return found


def extended(grid, factor, side):
    """Return the grid with one more level of a factor, about three times (a decay: ten times) further out."""
    levels = getattr(grid, factor)
    if side == "above":
        return replace(grid, **{factor: (*levels, beyond(levels[-1], 10 if factor == "weight_decay" else 3))})
    below = tuple(n + (name == factor) for n, name in zip(grid.below, FACTORS[:2], strict=True))
    return replace(grid, **{factor: (beyond(levels[0], 1 / 3), *levels)}, below=below)


def beyond(level, times):
    """Return the level that many times as high, rounded to one digit of 1, 3, 10."""
    wanted = math.log10(level * times)
    power = math.floor(wanted + 1e-9)
    return min((float(f"{m}e{power}") for m in (1, 3, 10)), key=lambda value: abs(math.log10(value) - wanted))


def tune(grid, shares, limit, do):
    """Tune the arms of a cell; return {share: best rates} and the Grid that was needed.

    - shares: the arms. do: does the trials given as {share: trials}, returns {share: finished runs}.
    - limit: levels that may be added to a factor.

    Raises EdgeOfGrid when a best level is at the edge still.
    """
    added = dict.fromkeys(FACTORS, 0)
    while True:
        finished = do({share: grid.trials(share) for share in shares})
        best = {share: best_rates(runs) for share, runs in finished.items()}
        wanted = {(f, side) for rates in best.values() for f, side in edges(grid, rates).items()}
        if not wanted:
            return best, grid
        for factor, side in sorted(wanted):
            added[factor] += 1
            if added[factor] > limit:
                arms = ", ".join(f"{share:g}" for share, r in best.items() if factor in edges(grid, r))
                levels = ", ".join(f"{level:g}" for level in getattr(grid, factor))
                raise EdgeOfGrid(
                    f"the best {factor} of share {arms} is at the edge of {levels}; {limit} were added"
                )
            grid = extended(grid, factor, side)
