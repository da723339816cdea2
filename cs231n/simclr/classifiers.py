"""Classifiers for a comparison: trained with few labels, step by step, every cost counted (given).

`Labelled` hands out the batches. A subclass may make the same views in another, faster way.
"""

import contextlib
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from PIL import Image
from torch.utils.flop_counter import FlopCounterMode
from tqdm.auto import tqdm

from ..data_utils import CIFAR10_MEAN, CIFAR10_STD
from .cost import Clock, Cost, metered
from .evaluation import Classifier, device_of

BATCH = 64  # labelled images in a step


class Labelled:
    """Labelled images as training takes them: all of them once in random order, then again, BATCH at a time.

    - images: uint8 tensor (n, 3, H, W); labels: long (n,); both on the device of the training.
    - transform: the augmentation, from a PIL image to a normalized tensor.

    `layout` is the memory format of weights and views; `cast` gives the context of a forward pass.
    """

    layout = torch.contiguous_format
    cast = staticmethod(contextlib.nullcontext)

    def __init__(self, images, labels, transform=None):
        self.images, self.labels, self.transform = images, labels, transform

    def batches(self, steps, augmented):
        """Yield (views, labels) of each step: float (BATCH, 3, H, W) and long (BATCH,)."""
        if augmented:
            photos = self.images.permute(0, 2, 3, 1).contiguous().cpu().numpy()
            photos = [Image.fromarray(photo) for photo in photos]
        else:
            plain = normalized(self.images)
        waiting = torch.empty(0, dtype=torch.long)
        for _ in range(steps):
            while len(waiting) < BATCH:
                waiting = torch.cat([waiting, torch.randperm(len(self.images))])
            now, waiting = waiting[:BATCH], waiting[BATCH:]
            if augmented:
                views = torch.stack([self.transform(photos[i]) for i in now.tolist()])
            else:
                views = plain[now.to(plain.device)]
            yield views.to(self.labels.device), self.labels[now.to(self.labels.device)]


@dataclass(frozen=True)
class Rates:
    """What can be tuned: AdamW's learning rate and weight decay."""

    learning_rate: float = 1e-3
    weight_decay: float = 1e-4


def train_arm(arm, model, labelled, steps, rates, classes, seed, progress=False):
    """Train a classifier from where `model` is, for so many steps, everything or the linear layer alone.

    Inputs:
    - model: simclr.model.Model; it is left as it is. labelled: Labelled, or a subclass of it.
    - rates: Rates; the learning rate falls to zero along half a cosine, so that no arm ends on the luck of
      its last few steps. seed: of the new layer's weights, and of whatever torch draws after them.
    - progress: whether to show a bar with the time left.

    Returns: the Classifier and its Cost.
    """
    torch.manual_seed(seed)
    classifier = Classifier(model, classes, arm.frozen).to(memory_format=labelled.layout).train()
    optimizer = optimizer_of(classifier, rates)
    if arm.frozen:
        return classifier, _probe(classifier, labelled, steps, rates, optimizer)
    with metered(classifier) as meter:
        batches = tqdm(
            labelled.batches(steps, arm.augmented),
            desc=arm.name,
            total=steps,
            leave=False,
            disable=not progress,
        )
        for step, (x, y) in enumerate(batches):
            with labelled.cast():
                scores = classifier(x.to(memory_format=labelled.layout))
            _step(optimizer, scores, y, rates, step / steps)
    return classifier, meter.cost


def _probe(classifier, labelled, steps, rates, optimizer):
    """Train the linear layer on the features of all labelled images, computed once; return its Cost.

    Each feature is first shifted and scaled to mean 0 and deviation 1 over the labelled images. The cost
    holds one forward pass of each image, and the steps of the layer.
    """
    clock, layer = Clock(), classifier.fc
    with FlopCounterMode(display=False) as forward, torch.no_grad():
        pieces = normalized(labelled.images).split(500)
        features = torch.cat([classifier.f(x).flatten(1) for x in pieces])
    mean, deviation = features.mean(dim=0), features.std(dim=0, correction=0).clamp(min=1e-3)
    features = (features - mean) / deviation
    with FlopCounterMode(display=False) as one_step:
        F.cross_entropy(layer(features), labelled.labels).backward()
    for step in range(steps):
        _step(optimizer, layer(features), labelled.labels, rates, step / steps)
    # The same scores without the shift and the scaling before the layer.
    with torch.no_grad():
        layer.weight /= deviation
        layer.bias -= layer.weight @ mean
    flops = forward.get_total_flops() + steps * one_step.get_total_flops()
    return Cost(len(labelled.images), steps, flops, **clock.spent())


def _step(optimizer, scores, labels, rates, done):
    set_rate(optimizer, rates.learning_rate, done)
    loss = F.cross_entropy(scores.float(), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def optimizer_of(model, rates):
    """Return AdamW over the weights that are trained; its steps run as one kernel where torch can do that."""
    weights = [p for p in model.parameters() if p.requires_grad]
    return torch.optim.AdamW(weights, rates.learning_rate, weight_decay=rates.weight_decay, fused=True)


def set_rate(optimizer, highest, done):
    """Set the learning rate after the fraction `done` of the training: half a cosine from `highest` to 0."""
    for group in optimizer.param_groups:
        group["lr"] = highest * 0.5 * (1 + math.cos(math.pi * done))


def normalized(images):
    """Return uint8 images (n, 3, H, W) as they are, as floats normalized like the views."""
    mean, std = (torch.tensor(v, device=images.device).view(3, 1, 1) for v in (CIFAR10_MEAN, CIFAR10_STD))
    return (images / 255 - mean) / std


@torch.no_grad()
def accuracy(classifier, images, labels):
    """Return the top-1 accuracy in percent over uint8 images (n, 3, H, W), in float32."""
    classifier.eval()
    device, hits = device_of(classifier), 0
    for x, y in zip(images.split(500), labels.split(500), strict=True):
        hits += (classifier(normalized(x.to(device))).argmax(dim=1) == y.to(device)).sum().item()
    return 100 * hits / len(images)
