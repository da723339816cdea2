"""Is it the pretraining, or only more images, more steps and more time? Arms with counted budgets (given).

A pretrained network is often compared with one that was trained far less. Here training from scratch gets the
same augmentation, as many images, as many operations or as much time, and each arm shows what it has spent.
`compare` is a first look, with one seed and fixed rates. Whoever tunes them, over several seeds, calls the
same `steps_of`, `classifiers.train_arm` and `classifiers.accuracy`, with views that are made faster.
"""

import math
from dataclasses import dataclass, replace

import torch

from ..data_utils import draw_labelled
from ..words import t
from .classifiers import BATCH, Labelled, Rates, accuracy, train_arm
from .cost import Cost, flops_of_a_step
from .evaluation import Classifier, device_of


@dataclass(frozen=True)
class Arm:
    """One way from labelled images to a classifier.

    - name: as tables show it.
    - pretrained: "all" starts from an encoder that SimCLR has trained on all images, "labelled" from one that
      it has trained on the labelled images only, "" from random weights. Pretraining is paid for.
    - frozen: trains one linear layer on the encoder as it is; else everything.
    - augmented: draws a new view of a labelled image each time; else shows it as it is. A frozen encoder sees
      the images as they are in any case, so that their features are computed only once.
    - match: what training with labels may spend. "steps": as many steps as a pretrained arm. "epochs",
      "images", "flops", "seconds": as much of that as SimCLR and fine-tuning cost together. "data": the
      images that SimCLR saw, every one with its label, and as many views of them.
    """

    name: str
    pretrained: str = ""
    frozen: bool = False
    augmented: bool = True
    match: str = "steps"


ARMS = (
    Arm("random encoder, linear probe", frozen=True),
    Arm("scratch, short", augmented=False),
    Arm("scratch, augmented"),
    Arm("scratch, as many epochs", match="epochs"),
    Arm("scratch, as many images", match="images"),
    Arm("scratch, as many FLOPs", match="flops"),
    Arm("scratch, as much time", match="seconds"),
    Arm("scratch, as many images, no augmentation", augmented=False, match="images"),
    Arm("scratch, all labels", match="data"),
    Arm("SimCLR on labelled images, fine-tuned", pretrained="labelled"),
    Arm("SimCLR, linear probe", pretrained="all", frozen=True),
    Arm("SimCLR, fine-tuned", pretrained="all"),
    Arm("SimCLR, fine-tuned, no augmentation", pretrained="all", augmented=False),
)


def arms_named(*names):
    """Return the arms of these names, in the order of ARMS. Raises ValueError for an unknown name."""
    unknown = set(names) - {arm.name for arm in ARMS}
    if unknown:
        raise ValueError(f"There is no arm {sorted(unknown)[0]!r}; there are {[arm.name for arm in ARMS]}.")
    return tuple(arm for arm in ARMS if arm.name in names)


# The arms of a first look.
FIRST_ARMS = arms_named(
    "random encoder, linear probe",
    "scratch, short",
    "scratch, augmented",
    "scratch, as many images",
    "scratch, as much time",
    "SimCLR, linear probe",
    "SimCLR, fine-tuned",
)


@dataclass(frozen=True)
class Terms:
    """What all arms of a comparison have in common; it sets what each may spend.

    - steps: with labels, for a pretrained arm.
    - pretraining: Cost of SimCLR on all images; epochs: how often it saw each of them.
    - flops, seconds: of one step with labels, forward and backward; asked for by the arms that match them.
    """

    steps: int
    pretraining: Cost
    epochs: float
    flops: float = math.nan
    seconds: float = math.nan


def steps_of(arm, terms, images):
    """Return how many steps with labels the arm may take over so many labelled images.

    Raises ValueError for an arm that matches something else than Arm says, or what `terms` do not tell.
    """
    spent = terms.pretraining
    more = {
        "steps": 0,
        "epochs": terms.epochs * images / BATCH,
        "images": spent.images / BATCH,
        "data": spent.images / BATCH,
        "flops": spent.flops / terms.flops,
        "seconds": spent.seconds / terms.seconds,
    }
    if arm.match not in more:
        raise ValueError(f"The arm {arm.name!r} matches {arm.match!r}; it can match {', '.join(more)}.")
    if math.isnan(more[arm.match]):
        raise ValueError(f"The arm {arm.name!r} needs the {arm.match} of a step with labels.")
    return terms.steps + round(more[arm.match])


@dataclass(frozen=True)
class Row:
    """What an arm has reached, top-1 accuracy in percent, and spent, its pretraining included."""

    arm: str
    accuracy: float
    cost: Cost


@dataclass(frozen=True)
class Comparison:
    """The rows of a comparison; as text, a table."""

    labels_per_class: int
    rows: tuple[Row, ...]

    def __str__(self):
        wide = max([28, *(len(row.arm) for row in self.rows)])
        title = f"{self.labels_per_class} labels a class"
        lines = [f"{title:{wide}}  top-1   images    steps  TFLOPs  seconds"]
        for row in self.rows:
            c = row.cost
            spent = f"{c.images:9,}{c.steps:9,}{c.flops / 1e12:8.2f}{c.seconds:9.1f}"
            lines.append(f"{row.arm:{wide}}{row.accuracy:6.1f}%{spent}")
        return "\n".join(lines)


def beside(comparison, guesses):
    """Return, as text, what was guessed beside what was measured, the worst guess first.

    Inputs: comparison, a Comparison; guesses, dict from the name of an arm to percent, or to None for no
    guess. Raises ValueError for an arm that is not in the comparison, and for what is no percentage.
    """
    measured = {row.arm: row.accuracy for row in comparison.rows}
    made = {arm: guess for arm, guess in guesses.items() if guess is not None}
    for arm, guess in made.items():
        if arm not in measured:
            raise ValueError(f"There is no arm {arm!r} to guess; there are {', '.join(measured)}.")
        if isinstance(guess, bool) or not isinstance(guess, int | float) or not 0 <= guess <= 100:
            raise ValueError(f"The guess for {arm!r} is {guess!r}; write a number from 0 to 100.")
    if not made:
        return t(
            "You have guessed nothing yet. Numbers that one has expected something else of stay in mind."
        )
    wide = max(map(len, made))
    lines = [f"{'':{wide}}  {t('guessed')}  {t('measured')}"]
    for arm in sorted(made, key=lambda arm: -abs(made[arm] - measured[arm])):
        difference = measured[arm] - made[arm]
        lines.append(f"{arm:{wide}}{made[arm]:8.1f}%{measured[arm]:9.1f}%  ({difference:+.1f})")
    return "\n".join(lines)


def compare(
    untrained,
    pretrained,
    pretraining,
    train_set,
    test_set,
    transform,
    labels_per_class=10,
    steps=100,
    arms=FIRST_ARMS,
    seed=0,
    progress=True,
):
    """Train every arm on the same few labelled images and measure it on the same held-out ones.

    Inputs:
    - untrained, pretrained: simclr.model.Model of the same form; they are left as they are.
    - pretraining: Cost of making `pretrained` with all of train_set, from cost.metered.
    - train_set, test_set: (images, labels), uint8 (N, H, W, 3) and (N,). The labels of labels_per_class
      images of each class, drawn with `seed`, are used; the others only by an arm that matches "data".
    - transform: the augmentation, from a PIL image to a tensor.
    - steps: optimizer steps with labels for a pretrained arm.
    - arms: tuple of Arm. progress: whether to show a bar with the time left.

    Returns: Comparison, one Row an arm. One run of each arm: with few labels another seed can turn a small
    difference around. Raises ValueError when a class has too few images, and for an arm that needs SimCLR on
    the labelled images: what it takes for that is not here.
    """
    for arm in arms:
        if arm.pretrained == "labelled":
            raise ValueError(
                f"compare has no SimCLR on the labelled images alone, as the arm {arm.name!r} needs it. "
                f'On the instructor\'s side, python -m experiments.study --arms "{arm.name}" does that.'
            )
    device, classes = device_of(untrained), int(train_set[1].max()) + 1
    everything, held_out = _as_tensors(train_set), _as_tensors(test_set)
    chosen = torch.from_numpy(draw_labelled(train_set[1], labels_per_class, seed))
    few = [part[chosen] for part in everything]
    few, whole = (Labelled(x.to(device), y.to(device), transform) for x, y in (few, everything))
    terms = Terms(steps, pretraining, pretraining.images / (2 * len(everything[0])))
    if any(arm.match == "flops" for arm in arms):
        shape = (BATCH, *everything[0].shape[1:])
        terms = replace(terms, flops=flops_of_a_step(Classifier(untrained, classes), shape))
    rows, timed = {}, None
    # The caller's random numbers go on afterwards as if nothing had been drawn here.
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        # An arm that is matched in time comes last, when another one has shown how long a step takes.
        for arm in sorted(arms, key=lambda arm: arm.match == "seconds"):
            start, before = (pretrained, pretraining) if arm.pretrained else (untrained, Cost())
            source = whole if arm.match == "data" else few
            rates = Rates(1e-2 if arm.frozen else 1e-3)
            if arm.match == "seconds":
                if timed is None:
                    _, timed = train_arm(arm, start, source, 8, rates, classes, seed)
                terms = replace(terms, seconds=timed.seconds / timed.steps)
            most = steps_of(arm, terms, len(source.images))
            classifier, cost = train_arm(arm, start, source, most, rates, classes, seed, progress)
            if arm.augmented and not arm.frozen and arm.match != "seconds":
                timed = cost
            rows[arm] = Row(arm.name, accuracy(classifier, *held_out), before + cost)
    return Comparison(labels_per_class, tuple(rows[arm] for arm in arms))


def _as_tensors(split):
    """Return images (N, H, W, 3) and labels as tensors, the images as (N, 3, H, W)."""
    images, labels = split
    return torch.as_tensor(images).permute(0, 3, 1, 2).contiguous(), torch.as_tensor(labels)
