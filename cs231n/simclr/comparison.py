"""Is it the pretraining, or only more images, more steps and more time? Arms of equal time (given).

A pretrained network is often compared with one that was trained far less. Here every arm has the same time
of the processor, recipe, labelled images and first weights. A share of the time goes to SimCLR, the rest to
training with labels; share 0 is training from scratch. `compare` is a first look, over a few seeds and with
fixed rates. Whoever tunes them, over more seeds, calls the same `step_seconds`, `steps_of` and `run_arm`,
with views that are made faster.
"""

import copy
import math
import statistics
from dataclasses import dataclass

import torch
from scipy import stats
from tqdm.auto import tqdm

from ..budget import budget
from ..cards import Table
from ..data_utils import draw_labelled
from ..words import t
from .classifiers import BATCH, Labelled, Rates, accuracy, pretrain, train_labelled
from .cost import Cost
from .evaluation import device_of

TEMPERATURE = 0.2  # of SimCLR's loss, here, in the notebook and in the study


@dataclass(frozen=True)
class Arm:
    """One way from images to a classifier.

    - share: the part of the time, from 0 to below 1, that SimCLR has.
    - images: what SimCLR sees, "labelled" for the labelled images alone, "all" for all of them.
    - labels: how many of each class have one; None for all of them.
    """

    share: float = 0.0
    images: str = "labelled"
    labels: int | None = 10

    @property
    def name(self):
        """The name in English, by which a guess is written down."""
        return self._called(str.format)

    def __str__(self):
        return self._called(t)

    def _called(self, t):
        """The name, each of its parts said by `t`."""
        labels = t("all labels") if self.labels is None else t("{count} labels a class", count=self.labels)
        if not self.share:
            return t("scratch, {labels}", labels=labels)
        if self.images == "labelled" or self.labels is None:
            return t("SimCLR on the same images, {labels}", labels=labels)
        return t("SimCLR on all images, {labels}", labels=labels)


@dataclass(frozen=True)
class StepSeconds:
    """How long a step takes, in seconds of the processor: of SimCLR and with labels."""

    pretraining: float
    labelled: float


def steps_of(share, seconds, each):
    """Return the numbers of steps, of SimCLR and with labels, of an arm that may take so many seconds.

    - share: SimCLR's part of the seconds. each: StepSeconds. A kind that has any time has a step at least.

    Raises ValueError when the share is not in [0, 1).
    """
    if not 0 <= share < 1:
        raise ValueError(f"a share is from 0 to below 1, but is {share}.")
    before = max(1, round(share * seconds / each.pretraining)) if share else 0
    return before, max(1, round((1 - share) * seconds / each.labelled))


def step_seconds(model, labelled, unlabelled, classes, loss, steps=4, rounds=5):
    """Return the StepSeconds of this machine: views, network, loss and optimizer.

    Of the processor's time, so that it does not matter what else runs; on a GPU, of the clock's.
    One kind after the other, `rounds` times `steps`, since other work on the machine slows memory and
    clock; the least of each counts. Inputs as of `run_arm`; the model stays as it is.
    """
    found = {"pretraining": math.inf, "labelled": math.inf}
    kind = "cpu_seconds" if device_of(model).type == "cpu" else "seconds"
    for _ in range(rounds):
        cost = pretrain(copy.deepcopy(model), unlabelled, steps, Rates(), loss, TEMPERATURE, seed=0)
        _, other = train_labelled(model, labelled, steps, Rates(), classes, seed=0)
        for name, spent in (("pretraining", cost), ("labelled", other)):
            found[name] = min(found[name], getattr(spent, kind) / steps)
    return StepSeconds(**found)


def run_arm(model, labelled, unlabelled, steps, rates, classes, seed, loss, progress=False):
    """Pretrain, then train with labels; return the classifier and the Cost of both together.

    Inputs:
    - model: simclr.model.Model, from where all arms start; it is left as it is.
    - labelled, unlabelled: Labelled, of training with labels and of SimCLR; the second only where there
      are steps.
    - steps: (of SimCLR, with labels). rates: (Rates of SimCLR, Rates with labels).
    - classes: number of them. seed: of new weights and of whatever torch draws. loss: see
      classifiers.pretrain.
    """
    model, cost = copy.deepcopy(model), Cost()
    if steps[0]:
        cost = pretrain(model, unlabelled, steps[0], rates[0], loss, TEMPERATURE, seed, progress)
    classifier, more = train_labelled(model, labelled, steps[1], rates[1], classes, seed, progress)
    return classifier, cost + more


def interval(values, level=0.95):
    """Return the mean and the half width of its confidence interval (Student's t); None for one value."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return mean, None
    quantile = stats.t.ppf((1 + level) / 2, len(values) - 1)
    return mean, quantile * statistics.stdev(values) / len(values) ** 0.5


@dataclass(frozen=True)
class Comparison:
    """What arms have reached over the seeds; as text and in a notebook, a table.

    - accuracies: {Arm: top-1 in percent, one a seed}. costs: {Arm: Cost of all its seeds}.
    - pairs: (Arm, Arm) of which the difference is shown.
    """

    accuracies: dict
    costs: dict
    pairs: tuple

    def differences(self):
        """Return {(Arm, Arm): (mean, half width)} of the paired differences, in points."""
        found = {}
        for one, other in self.pairs:
            both = zip(self.accuracies[one], self.accuracies[other], strict=True)
            found[one, other] = interval([a - b for a, b in both])
        return found

    def table(self):
        """Return all of it as a cards.Table, the differences below."""
        seeds = len(next(iter(self.accuracies.values())))
        heads = (t("images"), t("steps"), t("CPU seconds a seed"))
        rows = [[t("{seeds} seeds", seeds=seeds), "top-1", *heads]]
        for arm, values in self.accuracies.items():
            c = self.costs[arm]
            spent = f"{c.images // seeds:,}", f"{c.steps // seeds:,}", f"{c.cpu_seconds / seeds:.1f}"
            rows.append([str(arm), f"{statistics.fmean(values):.1f} %", *spent])
        below = [t("paired differences, in points, with 95 % intervals:")]
        for (one, other), (mean, half) in self.differences().items():
            below.append(f"{one} − {other}: {mean:+.1f}" + (f" ± {half:.1f}" if half is not None else ""))
        return Table(rows, "\n".join(below))

    def __str__(self):
        return str(self.table())

    def _repr_html_(self):
        return self.table()._repr_html_()


def beside(comparison, guesses):
    """Return a cards.Table of what was guessed beside what was measured, the worst guess first.

    Inputs: comparison, a Comparison; guesses, dict from Arm.name to percent, or to None for no
    guess. Raises ValueError for an arm that is not in the comparison, and for what is no percentage.
    """
    measured = {arm.name: statistics.fmean(values) for arm, values in comparison.accuracies.items()}
    made = {arm: guess for arm, guess in guesses.items() if guess is not None}
    for arm, guess in made.items():
        if arm not in measured:
            raise ValueError(f"There is no arm {arm!r} to guess; there are {', '.join(measured)}.")
        if isinstance(guess, bool) or not isinstance(guess, int | float) or not 0 <= guess <= 100:
            raise ValueError(f"The guess for {arm!r} is {guess!r}; write a number from 0 to 100.")
    if not made:
        unsaid = "You have guessed nothing yet. Numbers that one has expected something else of stay in mind."
        return Table([], t(unsaid))
    called = {arm.name: str(arm) for arm in comparison.accuracies}
    rows = [["", t("guessed"), t("measured"), t("difference")]]
    for arm in sorted(made, key=lambda arm: -abs(made[arm] - measured[arm])):
        difference = measured[arm] - made[arm]
        rows.append([called[arm], f"{made[arm]:.1f} %", f"{measured[arm]:.1f} %", f"{difference:+.1f}"])
    return Table(rows)


def compare(
    make_model,
    train_set,
    test_set,
    views,
    loss,
    labels_per_class=10,
    share=0.5,
    seconds=5.0,
    seeds=3,
    progress=True,
):
    """Train scratch and SimCLR with equal time, at few labels and at all; measure on held-out images.

    Inputs:
    - make_model: called without arguments, returns a new simclr.model.Model with weights of torch's draws.
    - train_set, test_set: (images, labels), uint8 (N, H, W, 3) and (N,). labels_per_class images of each
      class, drawn anew with each seed, are the labelled ones; all of them in the arms with all labels.
    - views: the augmentation of a batch, see Labelled. loss: see classifiers.pretrain.
    - share: SimCLR's part of the time. seconds: of the processor, an arm and seed; by them a short trial of
      this machine (a very short one in quick runs) sets how many steps there are. seeds: how many.

    Returns: Comparison. Both contrasts of equal data are in it: SimCLR on the labelled images and
    fine-tuning against scratch, at few labels and at all. Raises ValueError when a class has too few images.
    """
    scratch, equal = Arm(0, labels=labels_per_class), Arm(share, labels=labels_per_class)
    more, all_scratch, all_equal = (
        Arm(share, "all", labels_per_class),
        Arm(0, labels=None),
        Arm(share, labels=None),
    )
    arms = (scratch, equal, more, all_scratch, all_equal)
    everything, held_out = _as_tensors(train_set), _as_tensors(test_set)
    classes = int(everything[1].max()) + 1
    accuracies, costs = {arm: [] for arm in arms}, dict.fromkeys(arms, Cost())
    # The caller's random numbers go on afterwards as if nothing had been drawn here.
    each = {}
    with torch.random.fork_rng([torch.cuda.current_device()] if torch.cuda.is_available() else []):
        bar = tqdm(total=seeds * len(arms), desc=t("arms and seeds"), unit=t("run"), disable=not progress)
        for seed in range(seeds):
            torch.manual_seed(seed)
            model = make_model()
            whole = Labelled(*(part.to(device_of(model)) for part in everything), views)
            chosen = torch.from_numpy(draw_labelled(train_set[1], labels_per_class, seed))
            few = Labelled(whole.images[chosen], whole.labels[chosen], views)
            for arm in arms:
                labelled = whole if arm.labels is None else few
                seen = labelled if arm.images == "labelled" else whole
                batch = min(BATCH, len(seen.images))
                if batch not in each:
                    each[batch] = step_seconds(model, labelled, seen, classes, loss, rounds=budget(5, 1))
                steps = steps_of(arm.share, seconds, each[batch])
                classifier, cost = run_arm(
                    model, labelled, seen, steps, (Rates(), Rates()), classes, seed, loss
                )
                accuracies[arm].append(accuracy(classifier, *held_out))
                costs[arm] = costs[arm] + cost
                bar.update()
        bar.close()
    return Comparison(accuracies, costs, ((equal, scratch), (all_equal, all_scratch), (more, scratch)))


def _as_tensors(split):
    """Return images (N, H, W, 3) and labels as tensors, the images as (N, 3, H, W)."""
    images, labels = split
    return torch.as_tensor(images).permute(0, 3, 1, 2).contiguous(), torch.as_tensor(labels)
