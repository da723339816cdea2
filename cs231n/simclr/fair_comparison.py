"""Pretraining against training from scratch, when both may look at the same number of images (given).

Pretrained features are often compared with a network that was trained far less. Here every arm sees the same
number of views, an image that goes through the encoder in training counting as one, so that what the
pretrained arms spent on images without labels the other arm may spend on images with labels. The seconds are
measured as well; they need not be equal: a probe needs no backward pass through the encoder.
"""

import time
from dataclasses import dataclass

import torch
from torch.utils.data import DataLoader, RandomSampler

from .evaluation import Classifier, device_of, train_val


@dataclass(frozen=True)
class Spent:
    """What training has cost: views through the encoder, and seconds of wall time."""

    views: int
    seconds: float


@dataclass(frozen=True)
class Recipe:
    """How each arm trains: Adam, on batches drawn with replacement from the labelled images."""

    batch_size: int = 128
    learning_rate: float = 1e-3
    probe_learning_rate: float = 1e-2
    seed: int = 0


@dataclass(frozen=True)
class Arm:
    """One way of spending the budget, its cost with the pretraining, and its top-1 accuracy in percent."""

    name: str
    views: int
    labelled_views: int
    seconds: float
    top1: float


def compare(untrained, pretrained, pretraining, labelled, held_out, views, recipe=None, classes=10):
    """Run the three arms, each on pretraining.views + views in all.

    Inputs:
    - untrained, pretrained: models of the same form, as simclr.model.Model; they are left as they are.
    - pretraining: Spent, what `pretrained` cost; each pair of an image's views counts as two.
    - labelled: dataset of (view, target), augmented the same for all arms.
    - held_out: dataset of (image, target) that nothing was trained on.
    - views: labelled views left for a pretrained model, at least 1.

    Returns: list of three Arm, training from scratch first. One run of each: with few labels another seed can
    turn a small difference around.
    """
    given = (labelled, held_out, views, pretraining, recipe, classes)
    return [
        train_from_scratch(untrained, labelled, held_out, pretraining.views + views, recipe, classes),
        linear_probe(pretrained, *given),
        fine_tune(pretrained, *given),
    ]


def train_from_scratch(untrained, labelled, held_out, views, recipe=None, classes=10):
    """Spend the whole budget on labelled images; arguments as of compare."""
    return _arm("from scratch", untrained, False, labelled, held_out, views, Spent(0, 0.0), recipe, classes)


def linear_probe(pretrained, labelled, held_out, views, pretraining, recipe=None, classes=10):
    """Train one linear layer on frozen features; arguments as of compare."""
    return _arm("linear probe", pretrained, True, labelled, held_out, views, pretraining, recipe, classes)


def fine_tune(pretrained, labelled, held_out, views, pretraining, recipe=None, classes=10):
    """Train the whole network on from its pretrained weights; arguments as of compare."""
    return _arm("fine-tuned", pretrained, False, labelled, held_out, views, pretraining, recipe, classes)


def table(arms):
    """Return the arms as lines of text."""
    lines = [f"{'':14}{'views':>9}{'with labels':>13}{'seconds':>9}{'top-1':>8}"]
    for a in arms:
        lines.append(f"{a.name:14}{a.views:9,}{a.labelled_views:13,}{a.seconds:9.0f}{a.top1:7.1f}%")
    return "\n".join(lines)


def _arm(name, model, frozen, labelled, held_out, views, pretraining, recipe, classes):
    recipe = recipe or Recipe()
    device = device_of(model)
    # The caller's random numbers go on afterwards as if nothing had been drawn here.
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(recipe.seed)
        classifier = Classifier(model, classes, frozen)
        weights = [p for p in classifier.parameters() if p.requires_grad]
        rate = recipe.probe_learning_rate if frozen else recipe.learning_rate
        optimizer = torch.optim.Adam(weights, lr=rate)
        draws = RandomSampler(labelled, replacement=True, num_samples=views)
        start = time.perf_counter()
        train_val(classifier, DataLoader(labelled, recipe.batch_size, sampler=draws), optimizer, 1, 1)
        seconds = time.perf_counter() - start
        _, top1, _ = train_val(classifier, DataLoader(held_out, batch_size=500), None, 1, 1)
    return Arm(name, pretraining.views + views, views, pretraining.seconds + seconds, top1)
