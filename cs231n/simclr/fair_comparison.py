"""Is it the pretraining, or only more images, more steps and more time? Arms with counted budgets (given).

A pretrained network is often compared with one that was trained far less. `compare` lets training from
scratch have the same augmentation, then as many images as pretraining and fine-tuning together, then as much
time, and prints what each arm has spent beside its accuracy: a first look, with one seed and fixed rates.

The command does the same thoroughly: all arms, tuned equally hard, several label budgets and seeds. It writes
results as they come and goes on where it was cut:

    python -m cs231n.simclr.fair_comparison --data digits --labels-per-class 1 5 10 50 --seeds 5
"""

import sys
import time
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import nn
from tqdm.auto import tqdm

from ..data_utils import draw_labelled
from .arms import arms_named
from .cost import Cost, metered
from .data_utils import compute_test_transform
from .evaluation import Classifier, device_of

# The arms of a first look; all of them, over several seeds and tuned, are in the command.
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
        title = f"{self.labels_per_class} labels a class"
        lines = [f"{title:30}top-1   images    steps  TFLOPs  seconds"]
        for row in self.rows:
            c = row.cost
            spent = f"{c.images:9,}{c.steps:9,}{c.flops / 1e12:8.2f}{c.seconds:9.1f}"
            lines.append(f"{row.arm:28}{row.accuracy:6.1f}%{spent}")
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
    batch_size=64,
    seed=0,
    progress=True,
):
    """Train every arm on the same few labelled images and measure it on the same held-out ones.

    Inputs:
    - untrained, pretrained: simclr.model.Model of the same form; they are left as they are.
    - pretraining: Cost of making `pretrained`, from cost.metered.
    - train_set, test_set: (images, labels), uint8 (N, H, W, 3) and (N,). The labels of labels_per_class
      images of each class, drawn with `seed`, are used; the others are not looked at.
    - transform: the augmentation, from a PIL image to a tensor.
    - steps: optimizer steps with labels for a pretrained arm.
    - arms: tuple of Arm, those that FIRST_ARMS knows of. progress: whether to show a bar with the time left.

    Returns: Comparison, one Row an arm. One run of each arm: with few labels another seed can turn a small
    difference around. Raises ValueError when a class has too few images.
    """
    chosen = draw_labelled(train_set[1], labels_per_class, seed)
    labelled = _Labelled(train_set[0][chosen], train_set[1][chosen], transform)
    tuned = Cost()  # of the last fine-tuned arm, for those that get as much time
    rows = {}
    device = device_of(untrained)
    # The caller's random numbers go on afterwards as if nothing had been drawn here.
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        # Pretrained arms first: the time that they take is what the last arm may have.
        for arm in sorted(arms, key=lambda arm: not arm.pretrained):
            torch.manual_seed(seed)
            classifier = Classifier(
                pretrained if arm.pretrained else untrained, int(train_set[1].max()) + 1, arm.frozen
            )
            most_steps, most_seconds = steps, None
            if arm.match == "images":
                most_steps = steps + -(-pretraining.images // batch_size)
            elif arm.match == "seconds":
                most_steps, most_seconds = None, pretraining.seconds + tuned.seconds
            with metered(classifier) as meter:
                _fit(classifier, labelled, arm, most_steps, most_seconds, batch_size, progress)
            if arm.pretrained and not arm.frozen:
                tuned = meter.cost
            cost = meter.cost + (pretraining if arm.pretrained else Cost())
            rows[arm] = Row(arm.name, _accuracy(classifier, *test_set), cost)
    return Comparison(labels_per_class, tuple(rows[arm] for arm in arms))


class _Labelled:
    """Few labelled images, all of them once in random order, then again, in batches of one size."""

    def __init__(self, images, labels, transform):
        self.images, self.transform = [Image.fromarray(image) for image in images], transform
        self.labels, self.plain = torch.as_tensor(labels), _as_they_are(images)

    def batches(self, batch_size, augmented):
        waiting = torch.empty(0, dtype=torch.long)
        while True:
            while len(waiting) < batch_size:
                waiting = torch.cat([waiting, torch.randperm(len(self.images))])
            now, waiting = waiting[:batch_size], waiting[batch_size:]
            if augmented:
                yield torch.stack([self.transform(self.images[i]) for i in now.tolist()]), self.labels[now]
            else:
                yield self.plain[now], self.labels[now]


def _fit(classifier, labelled, arm, most_steps, most_seconds, batch_size, progress):
    device = device_of(classifier)
    weights = [p for p in classifier.parameters() if p.requires_grad]
    rate = 1e-2 if arm.frozen else 1e-3
    optimizer = torch.optim.Adam(weights, lr=rate)
    classifier.train()
    start = time.perf_counter()
    bar = tqdm(total=most_steps, desc=arm.name, leave=False, disable=not progress)
    for step, (x, y) in enumerate(labelled.batches(batch_size, arm.augmented), start=1):
        loss = nn.functional.cross_entropy(classifier(x.to(device)), y.to(device))
        # The rate falls to zero over the arm's budget: otherwise the luck of the last few steps decides.
        spent = (step - 1) / most_steps if most_steps else (time.perf_counter() - start) / most_seconds
        optimizer.param_groups[0]["lr"] = rate * max(0.0, 1 - spent)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        bar.update()
        if step == most_steps or (most_seconds and time.perf_counter() - start >= most_seconds):
            break
    bar.close()


def _as_they_are(images):
    test_transform = compute_test_transform()
    return torch.stack([test_transform(Image.fromarray(image)) for image in images])


@torch.no_grad()
def _accuracy(classifier, images, labels):
    classifier.eval()
    device, hits = device_of(classifier), 0
    for start in range(0, len(images), 500):
        few = slice(start, start + 500)
        guess = classifier(_as_they_are(images[few]).to(device)).argmax(dim=1)
        hits += (guess.cpu() == torch.as_tensor(labels[few])).sum().item()
    return 100 * hits / len(images)


if __name__ == "__main__":
    from .study_command import main

    sys.exit(main())
