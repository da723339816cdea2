"""SimCLR's training loop, fast: views made in batches on the device, both of them in one forward pass.

What is drawn in a step depends on the seed, the epoch and the step alone. So a run that goes on from its last
checkpoint, or is spread over several processes, sees exactly the views of an uninterrupted, single one.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.parallel import DistributedDataParallel

from cs231n.simclr.classifiers import optimizer_of, set_rate

from ..distributed import World, gather_rows, whole_batch_norm
from ..precision import Precision
from .loss import nt_xent

TOGETHER = 16  # steps whose draws are worked out at once


@dataclass(frozen=True)
class Plan:
    """How a model is pretrained.

    - epochs: times that every image is seen, as a pair of views. batch_size: images in a step, over all
      processes; what is left over at the end of an epoch waits for another one.
    - learning_rate, weight_decay: of AdamW; the rate falls to zero along half a cosine.
    - temperature: of the loss. seed: of all draws.
    """

    epochs: int = 20
    batch_size: int = 128
    learning_rate: float = 1e-3
    weight_decay: float = 1e-6
    temperature: float = 0.5
    seed: int = 0

    def steps(self, images):
        """Return the optimizer steps of one epoch over so many images."""
        return images // min(self.batch_size, images)


def pretrain(model, images, plan, augment, precision=None, world=None, state=None, after_epoch=None):
    """Train `model` in place on pairs of views of `images`.

    Inputs:
    - model: simclr.model.Model. images: uint8 tensor (N, 3, H, W) on the model's device.
    - augment: fast.augment.Augmentation. precision: Precision, float32 if None.
    - world: World of the processes that call this alike, with the same model and images; None: one alone.
    - state: what after_epoch got in an earlier run, to go on from there.
    - after_epoch: called with a dict of epoch (those done), losses, model and optimizer (their states).

    Returns: list of the mean loss of each epoch. Raises ValueError when a batch can't be shared equally.
    """
    precision, world, state = precision or Precision(), world or World(), state or {"epoch": 0, "losses": []}
    model.to(memory_format=precision.layout).train()
    if "model" in state:
        model.load_state_dict(state["model"])
    trained = model
    if world.size > 1:
        trained = DistributedDataParallel(whole_batch_norm(model))
    optimizer = optimizer_of(model, plan)
    if "optimizer" in state:
        optimizer.load_state_dict(state["optimizer"])

    losses = list(state["losses"])
    for epoch in range(state["epoch"], plan.epochs):
        losses.append(_epoch(trained, images, plan, augment, precision, world, optimizer, epoch))
        if after_epoch is not None:
            done = {"epoch": epoch + 1, "losses": losses}
            after_epoch(done | {"model": model.state_dict(), "optimizer": optimizer.state_dict()})
    return losses


def generator(*numbers):
    """Return a torch.Generator whose draws depend on these whole numbers alone, and differ for others."""
    seed = int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0]) >> 1
    return torch.Generator().manual_seed(seed)


def _epoch(model, images, plan, augment, precision, world, optimizer, epoch):
    steps = plan.steps(len(images))
    total = torch.zeros((), device=images.device)
    for step, (chosen, back, changes) in enumerate(_batches(images, plan, augment, world, epoch)):
        views = augment.apply(images.index_select(0, chosen), changes, layout=precision.layout)
        set_rate(optimizer, plan.learning_rate, (epoch * steps + step) / (plan.epochs * steps))
        with precision.cast(images.device):
            out = model(views)[1]  # (2B / processes, D)
        left, right = out[back].chunk(2)
        loss = nt_xent(left, right, plan.temperature, gather_rows if world.size > 1 else None)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.detach()
    if world.size > 1:
        torch.distributed.all_reduce(total)
    return total.item() / (steps * world.size)


def _batches(images, plan, augment, world, epoch):
    """Yield what `augment.batches` does for each step of an epoch: this process's views, left and right."""
    batch = min(plan.batch_size, len(images))
    own = world.part(batch)
    own = torch.cat([torch.arange(batch)[own], torch.arange(batch, 2 * batch)[own]])
    order = torch.randperm(len(images), generator=generator(plan.seed, epoch))
    order = order[: plan.steps(len(images)) * batch].view(-1, batch).repeat(1, 2)  # (steps, 2B)
    for first in range(0, len(order), TOGETHER):
        some = order[first : first + TOGETHER]
        draw = [generator(plan.seed, epoch, first + k) for k in range(len(some))]
        yield from augment.batches(images, some, draw, own)
