"""What the runs of the study answer: the contrast of each cell, with intervals over seeds and test images.

Only finished runs are looked at: nothing is trained here, and nothing made up for a run that is missing.
"""

import base64
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .cells import job_of, tuned
from .results import key_of
from .tuning import EdgeOfGrid

RESAMPLING = 20_200_213  # seed of the bootstrap


@dataclass(frozen=True)
class Estimate:
    """A number with the ends of its interval; these are NaN where one seed can't tell them."""

    value: float
    low: float
    high: float

    @property
    def half_width(self):
        return (self.high - self.low) / 2


@dataclass(frozen=True)
class Answer:
    """What a cell answers.

    - seeds: those that all its arms have finished. best: the share with the best mean validation accuracy.
    - contrast: best minus the subtracted share, in points, the share chosen anew in every resampling.
    - seeds_alone, images_alone: half widths when only the one or the other is drawn anew.
    - top1, minus, seconds: {share: Estimate of the accuracy; of its difference; mean CPU seconds spent}.
    - verdict: the contrast in words, by the thresholds of the question.
    """

    seeds: tuple
    best: float
    contrast: Estimate
    seeds_alone: float
    images_alone: float
    top1: dict
    minus: dict
    seconds: dict
    verdict: str


class Results:
    """The measured runs of a study, looked up by what tuning chose for a cell.

    - question: contrast.Question. finished: runs as runs.read_results gives them.
    """

    def __init__(self, question, finished):
        self.question, self.found, self.known = question, {key_of(run): run for run in finished}, {}

    def rates(self, cell):
        """Return {share: rates} that tuning chose for a cell, or the one it borrows from; {} before that."""
        cell = self.question.cell(cell.rates) if cell.rates else cell
        if cell not in self.known:
            try:
                chosen = tuned(self.question, cell, lambda jobs: [self.found[key_of(job)] for job in jobs])
            except (KeyError, EdgeOfGrid):
                chosen = {}
            self.known[cell] = chosen
        return self.known[cell]

    def of(self, cell, share):
        """Return {seed: run} of an arm of a cell."""
        rates = self.rates(cell).get(share)
        seeds = range(self.question.contrast["seeds"]) if rates else ()
        runs = {seed: self.found.get(key_of(job_of(cell, share, seed, rates, "test"))) for seed in seeds}
        return {seed: run for seed, run in runs.items() if run}

    def shares(self, cell):
        """Return the shares of the question that a cell has runs of."""
        return [share for share in self.question.contrast["shares"] if self.of(cell, share)]

    def seeds(self, cell):
        """Return the seeds that every arm of a cell has finished; with another cell's rates there are two."""
        needed = 2 if cell.rates else len(self.question.contrast["shares"])
        shares = self.shares(cell)
        if len(shares) < needed:
            return ()
        return tuple(sorted(set.intersection(*(set(self.of(cell, share)) for share in shares))))

    def best_pretrained(self, cell, seeds):
        """Return the pretrained share with the best mean validation accuracy over these seeds."""
        shares = [share for share in self.shares(cell) if share != self.question.contrast["minus"]]
        worth = {s: np.mean([self.of(cell, s)[seed]["validation"] for seed in seeds]) for s in shares}
        return max(worth, key=worth.get)

    def answer(self, cell):
        """Return the Answer of a cell; None when no seed is finished."""
        seeds, told = self.seeds(cell), self.question.contrast
        if not seeds:
            return None
        shares, minus = self.shares(cell), told["minus"]
        runs = {share: [self.of(cell, share)[seed] for seed in seeds] for share in shares}
        right = np.stack([[unpacked(run["right"]) for run in runs[share]] for share in shares])
        right = right[..., : images_in(runs[minus][0])]  # (shares, S, N)
        validation = np.array([[run["validation"] for run in runs[share]] for share in shares])
        place = shares.index(minus)
        drawn = Resampled(right, validation, told["replicates"])
        best = validation.mean(axis=1).argmax()
        exact = 100 * right.mean(axis=(1, 2))
        level, many = told["level"], len(seeds) > 1

        def estimate(value, replicates):
            low, high = ends(replicates, level) if many else (math.nan, math.nan)
            return Estimate(float(value), low, high)

        contrast = estimate(exact[best] - exact[place], drawn.best() - drawn.top1[place])
        alone = [drawn.only(seeds=True, place=place), drawn.only(seeds=False, place=place)]
        alone = [(high - low) / 2 for low, high in (ends(each, level) for each in alone)]
        return Answer(
            seeds,
            shares[best],
            contrast,
            alone[0] if many else math.nan,
            alone[1],
            {share: estimate(exact[k], drawn.top1[k]) for k, share in enumerate(shares)},
            {
                share: estimate(exact[k] - exact[place], drawn.top1[k] - drawn.top1[place])
                for k, share in enumerate(shares)
                if k != place
            },
            {share: float(np.mean([run["cost"]["cpu_seconds"] for run in runs[share]])) for share in shares},
            verdict(contrast, told),
        )


def verdict(contrast, told):
    """Return in words what an Estimate of the contrast says, by the question's thresholds."""
    if math.isnan(contrast.low):
        return "one seed: no answer"
    if contrast.low >= told["by_a_lot"]:
        return "better by a lot"
    if -told["equal"] <= contrast.low and contrast.high <= told["equal"]:
        return "equal"
    if contrast.low > 0:
        return "better" if contrast.high < told["by_a_lot"] else "better, perhaps by a lot"
    if contrast.high < 0:
        return "worse"
    return "not decided" if contrast.high < told["by_a_lot"] else "not decided, perhaps by a lot"


class Resampled:
    """Accuracies over seeds and test images that are drawn anew, the same draws for every arm.

    - right: bool (arms, S, N). validation: float (arms, S). top1: float (arms, replicates), in percent.
    """

    def __init__(self, right, validation, replicates):
        arms, seeds, images = right.shape
        self.right, self.validation = right, validation
        self.drawn = np.random.default_rng(RESAMPLING).integers(seeds, size=(replicates, seeds))
        flat = right.reshape(arms * seeds, images).astype(np.float32)
        by_seed = 100 * (image_weights(images, replicates) @ flat.T).T.reshape(arms, seeds, replicates)
        rows = np.arange(replicates)[:, None]
        self.top1 = by_seed.transpose(0, 2, 1)[:, rows, self.drawn].mean(axis=2)
        self.each_image_once = 100 * right.mean(axis=2)  # (arms, S)
        self.by_seed = by_seed

    def chosen(self):
        """Return which arm the drawn seeds' validation accuracies choose, long (replicates,)."""
        return self.validation[:, self.drawn].mean(axis=2).argmax(axis=0)

    def best(self):
        """Return the accuracy of the chosen arm in every replicate."""
        return np.take_along_axis(self.top1, self.chosen()[None], axis=0)[0]

    def only(self, seeds, place):
        """Return the contrast with arm `place` when only seeds, or only images, are drawn anew."""
        if seeds:
            top1 = self.each_image_once[:, self.drawn].mean(axis=2)
            best = np.take_along_axis(top1, self.chosen()[None], axis=0)[0]
            return best - top1[place]
        top1 = self.by_seed.mean(axis=1)
        return top1[self.validation.mean(axis=1).argmax()] - top1[place]


@lru_cache(maxsize=4)
def image_weights(images, replicates):
    """Return how much each test image counts in every replicate, float32 (replicates, N); a row sums to 1."""
    rng = np.random.default_rng(RESAMPLING + 1)
    counts = [np.bincount(rng.integers(images, size=images), minlength=images) for _ in range(replicates)]
    return np.stack(counts).astype(np.float32) / images


def ends(replicates, level):
    """Return the two ends of the percentile interval."""
    low, high = np.quantile(replicates, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def unpacked(text):
    """Return the bools that jobs.packed wrote, with up to seven more at the end."""
    return np.unpackbits(np.frombuffer(base64.b64decode(text), np.uint8)).astype(bool)


def images_in(run):
    """Return how many test images a run was measured on: its accuracy tells, as the bits fill whole bytes."""
    bits = unpacked(run["right"])
    hits, most = int(bits.sum()), len(bits)
    fitting = [n for n in range(most, most - 8, -1) if n and abs(100 * hits / n - run["top1"]) < 1e-3]
    if not fitting or (hits and len(fitting) > 1):
        raise ValueError(
            f"a run's top1, {run['top1']}, does not fit what it got right ({hits} of {most} bits)."
        )
    return fitting[0]


@dataclass(frozen=True)
class Saved:
    """How many labels pretraining is worth: at `labels` a class, as good as scratch with `worth` of them.

    `worth` is at an end of what was measured from scratch where it may lie beyond; `ends` are these.
    """

    labels: int
    worth: Estimate
    ends: tuple


def labels_saved(results, cells):
    """Return a Saved for each cell: labels from scratch that give its accuracy (Newell and Deng 2020).

    - cells: those of one data set, one kind of images and one time, at different numbers of labels, all
      measured.

    Between measured numbers of labels the accuracy from scratch is taken as straight in their logarithm, and
    not falling. Seeds and test images are drawn anew for all cells together.
    """
    told, cells = results.question.contrast, sorted(cells, key=lambda cell: cell.labels)
    minus, seeds = told["minus"], set.intersection(*(set(results.seeds(cell)) for cell in cells))
    arms = []
    for cell in cells:
        arms += [results.of(cell, minus), results.of(cell, results.best_pretrained(cell, seeds))]
    right = np.array([[unpacked(arm[seed]["right"]) for seed in sorted(seeds)] for arm in arms])
    right = right[..., : images_in(arms[0][min(seeds)])]
    drawn = Resampled(right, np.zeros(right.shape[:2]), told["replicates"])
    labels = np.log([cell.labels for cell in cells])
    exact = 100 * right.mean(axis=(1, 2))

    def worth(top1, of):
        scratch = np.maximum.accumulate(top1[::2])
        return round(float(np.exp(np.interp(top1[2 * of + 1], scratch, labels))), 6)

    found = []
    for k, cell in enumerate(cells):
        replicates = [worth(drawn.top1[:, r], k) for r in range(told["replicates"])]
        low, high = ends(replicates, told["level"]) if len(seeds) > 1 else (math.nan, math.nan)
        estimate = Estimate(worth(exact, k), low, high)
        found.append(Saved(cell.labels, estimate, (cells[0].labels, cells[-1].labels)))
    return found
