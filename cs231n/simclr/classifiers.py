"""SimCLR and training with labels by one recipe, step by step, every cost counted (given).

`Labelled` hands out the batches of both. A subclass may make the same views in another, faster way.
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

BATCH = 64  # images in a step, of either kind of training


class Labelled:
    """Images and labels as training takes them: all once in random order, then again, BATCH at a time.

    - images: uint8 tensor (n, 3, H, W); labels: long (n,); both on the device of the training.
    - views: the augmentation of a batch, from a uint8 tensor (B, 3, H, W) to normalized floats of that shape.

    `layout` is the memory format of weights and views; `cast` gives the context of a forward pass.
    """

    layout = torch.contiguous_format
    cast = staticmethod(contextlib.nullcontext)

    def __init__(self, images, labels, views=None):
        self.images, self.labels, self.views = images, labels, views

    def batches(self, steps):
        """Yield (views, labels) of each step: float (BATCH, 3, H, W) and long (BATCH,)."""
        for chosen in orders(len(self.images), steps, self._permutation):
            yield self.views(self.images[chosen]), self.labels[chosen]

    def pairs(self, steps):
        """Yield both views of each of a step's images: float (2B, 3, H, W), first all first ones.

        B is BATCH, or all images where they are fewer; no image is twice in a step.
        """
        for chosen in orders(len(self.images), steps, self._permutation, whole=True):
            yield self.views(self.images[chosen.repeat(2)])

    def _permutation(self, step):
        return torch.randperm(len(self.images))


def orders(n, steps, permutation, whole=False):
    """Yield which of n images each step takes, long (BATCH,): every image once, then again in another order.

    - permutation: called with the number of the step that begins a new order; returns long (n,).
    - whole: leave out what fills no whole batch at the end of an order, so that no image is twice in a step;
      fewer images than BATCH are one batch.
    """
    size, waiting = min(BATCH, n) if whole else BATCH, torch.empty(0, dtype=torch.long)
    for step in range(steps):
        while len(waiting) < size:
            waiting = torch.cat([waiting[:0] if whole else waiting, permutation(step)])
        now, waiting = waiting[:size], waiting[size:]
        yield now


def one_by_one(transform):
    """Return the augmentation of a batch that a transform of one PIL image makes."""

    def views(images):
        photos = images.permute(0, 2, 3, 1).contiguous().cpu().numpy()
        return torch.stack([transform(Image.fromarray(photo)) for photo in photos]).to(images.device)

    return views


@dataclass(frozen=True)
class Rates:
    """What can be tuned: AdamW's learning rate and weight decay."""

    learning_rate: float = 1e-3
    weight_decay: float = 1e-4


def pretrain(model, source, steps, rates, loss, temperature, seed, progress=False):
    """Train `model` in place with SimCLR for so many steps; return the Cost.

    Inputs:
    - model: simclr.model.Model. source: Labelled, or a subclass of it; its labels are not looked at.
    - rates: Rates; the learning rate falls to zero along half a cosine.
    - loss: maps (left, right, temperature), the projections (B, D) of both views, to a scalar.
    - seed: of whatever torch draws. progress: whether to show a bar with the time left.
    """
    torch.manual_seed(seed)
    model.to(memory_format=source.layout).train()
    optimizer = optimizer_of(model, rates)
    with metered(model) as meter:
        for step, views in enumerate(_bar(source.pairs(steps), "SimCLR", steps, progress)):
            with source.cast():
                out = model(views.to(memory_format=source.layout))[1]  # (2B, D)
            left, right = out.float().chunk(2)
            _step(optimizer, loss(left, right, temperature), rates, step / steps)
    return meter.cost


def train_labelled(model, source, steps, rates, classes, seed, progress=False):
    """Train a classifier from where `model` is for so many steps, everything in it; return it and the Cost.

    Inputs as of `pretrain`; `model` is left as it is. seed: of the new layer's weights, and of whatever torch
    draws after them.
    """
    torch.manual_seed(seed)
    classifier = Classifier(model, classes).to(memory_format=source.layout).train()
    optimizer = optimizer_of(classifier, rates)
    with metered(classifier) as meter:
        for step, (x, y) in enumerate(_bar(source.batches(steps), "with labels", steps, progress)):
            with source.cast():
                scores = classifier(x.to(memory_format=source.layout))
            _step(optimizer, F.cross_entropy(scores.float(), y), rates, step / steps)
    return classifier, meter.cost


def probe(model, images, labels, steps, rates, classes, seed):
    """Train a linear layer on the features of images as they are, computed once; return classifier and Cost.

    Each feature is first shifted and scaled to mean 0 and deviation 1 over the images. The cost holds one
    forward pass of each image, and the steps of the layer. Inputs as of Labelled and `train_labelled`.
    """
    torch.manual_seed(seed)
    classifier = Classifier(model, classes, frozen=True).train()
    optimizer = optimizer_of(classifier, rates)
    clock, layer = Clock(), classifier.fc
    with FlopCounterMode(display=False) as forward, torch.no_grad():
        features = torch.cat([classifier.f(x).flatten(1) for x in normalized(images).split(500)])
    mean, deviation = features.mean(dim=0), features.std(dim=0, correction=0).clamp(min=1e-3)
    features = (features - mean) / deviation
    with FlopCounterMode(display=False) as one_step:
        F.cross_entropy(layer(features), labels).backward()
    for step in range(steps):
        _step(optimizer, F.cross_entropy(layer(features), labels), rates, step / steps)
    # The same scores without the shift and the scaling before the layer.
    with torch.no_grad():
        layer.weight /= deviation
        layer.bias -= layer.weight @ mean
    flops = forward.get_total_flops() + steps * one_step.get_total_flops()
    return classifier, Cost(len(images), steps, flops, **clock.spent())


def _step(optimizer, loss, rates, done):
    set_rate(optimizer, rates.learning_rate, done)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def _bar(batches, title, steps, progress):
    return tqdm(batches, desc=title, total=steps, leave=False, disable=not progress)


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
def right(classifier, images, labels):
    """Return for which uint8 images (n, 3, H, W) the highest score is that of the label: bool (n,)."""
    classifier.eval()
    device, found = device_of(classifier), []
    for x, y in zip(images.split(500), labels.split(500), strict=True):
        found.append(classifier(normalized(x.to(device))).argmax(dim=1).cpu() == y)
    return torch.cat(found)


def accuracy(classifier, images, labels):
    """Return the top-1 accuracy in percent over uint8 images (n, 3, H, W), in float32."""
    return 100 * right(classifier, images, labels).float().mean().item()
