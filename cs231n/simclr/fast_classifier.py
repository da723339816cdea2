"""Classifiers for a fair comparison: trained on tensors in memory, with every cost counted (given).

Steps draw from the seed and their own number alone, as in fast_pretrain: a run can be repeated to the digit.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from .cost import Clock, Cost, metered
from .evaluation import Classifier
from .fast_pretrain import TOGETHER, Plan, generator, optimizer_of, set_rate

BATCH = 64
LABELLED = 1_000_003  # sets the draws of labelled training apart from those of pretraining


@dataclass(frozen=True)
class Rates:
    """What is tuned: AdamW's learning rate and weight decay."""

    learning_rate: float = 1e-3
    weight_decay: float = 1e-4


def fit(model, images, labels, steps, rates, augment, augmented, precision, seed, classes=10):
    """Train encoder and classifier from where `model` is, for `steps` batches of 64 labelled images.

    Inputs:
    - model: simclr.model.Model; it is left as it is. images, labels: uint8 (n, 3, H, W) and long (n,).
    - augment: fast_augment.Augmentation; with augmented False only its normalization is used.

    Returns: the trained Classifier and its Cost.
    """
    torch.manual_seed(seed)  # of the new layer's weights
    classifier = Classifier(model, classes).to(memory_format=precision.layout).train()
    optimizer = _optimizer(classifier, rates)
    plain = normalized(images, augment)
    with metered(classifier) as meter:
        for step, (chosen, changes) in enumerate(_batches(images, steps, augment, augmented, seed)):
            x = (
                augment.apply(images[chosen], changes, layout=precision.layout)
                if augmented
                else plain[chosen]
            )
            with precision.cast(images.device):
                scores = classifier(x.to(memory_format=precision.layout))
            _step(optimizer, scores, labels[chosen], rates, step / steps)
    return classifier, meter.cost


def probe(model, images, labels, steps, rates, augment, precision, seed, classes=10):
    """Train one linear layer on the features of the frozen encoder, computed once and kept.

    Each feature is first shifted and scaled to mean 0 and deviation 1 over the labelled images. Arguments and
    results as of `fit`; the cost holds one forward pass of each image, and the steps of the layer.
    """
    torch.manual_seed(seed)
    classifier = Classifier(model, classes, frozen=True).to(memory_format=precision.layout).train()
    optimizer = _optimizer(classifier, rates)
    clock = Clock()
    with FlopCounterMode(display=False) as forward, torch.no_grad():
        features = classifier.f(normalized(images, augment)).flatten(1)
    mean, deviation = features.mean(dim=0), features.std(dim=0, correction=0).clamp(min=1e-3)
    features = (features - mean) / deviation
    with FlopCounterMode(display=False) as one_step:
        F.cross_entropy(classifier.fc(features), labels).backward()
    for step in range(steps):
        _step(optimizer, classifier.fc(features), labels, rates, step / steps)
    # The same scores without the shift and the scaling before the layer.
    with torch.no_grad():
        classifier.fc.weight /= deviation
        classifier.fc.bias -= classifier.fc.weight @ mean
    flops = forward.get_total_flops() + steps * one_step.get_total_flops()
    return classifier, Cost(len(images), steps, flops, **clock.spent())


@torch.no_grad()
def accuracy(classifier, images, labels, augment):
    """Return the top-1 accuracy in percent over uint8 images (n, 3, H, W), in float32."""
    classifier.eval()
    pieces = zip(images.split(500), labels.split(500), strict=True)
    hits = sum((classifier(normalized(x, augment)).argmax(dim=1) == y).sum().item() for x, y in pieces)
    return 100 * hits / len(images)


def normalized(images, augment):
    """Return the images as they are, float (n, 3, H, W), normalized as `augment` normalizes its views."""
    mean, std = (torch.tensor(v, device=images.device).view(3, 1, 1) for v in (augment.mean, augment.std))
    return (images / 255 - mean) / std


def _batches(images, steps, augment, augmented, seed):
    """Yield the images of each step, long (64,), and their Changes: every image once, then all again."""
    waiting = torch.empty(0, dtype=torch.long)
    for first in range(0, steps, TOGETHER):
        draw = [generator(seed, LABELLED, step) for step in range(first, min(first + TOGETHER, steps))]
        chosen = []
        for each in draw:
            while len(waiting) < BATCH:
                waiting = torch.cat([waiting, torch.randperm(len(images), generator=each)])
            chosen.append(waiting[:BATCH])
            waiting = waiting[BATCH:]
        chosen = torch.stack(chosen)
        if augmented:
            yield from ((these, changes) for these, _, changes in augment.batches(images, chosen, draw))
        else:
            yield from ((these, None) for these in chosen.to(images.device))


def _optimizer(classifier, rates):
    return optimizer_of(classifier, Plan(learning_rate=rates.learning_rate, weight_decay=rates.weight_decay))


def _step(optimizer, scores, labels, rates, done):
    set_rate(optimizer, rates.learning_rate, done)
    loss = nn.functional.cross_entropy(scores.float(), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
