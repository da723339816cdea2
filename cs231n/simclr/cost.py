"""What training costs, counted while it happens: images, optimizer steps, FLOPs and seconds (given)."""

import copy
import time
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch.optim.optimizer import register_optimizer_step_post_hook
from torch.utils.flop_counter import FlopCounterMode


@dataclass(frozen=True)
class Cost:
    """What training has cost so far; costs can be added.

    - images: views that went through the encoder in training; both views of a pair count.
    - steps: steps of any optimizer.
    - flops: floating-point operations of the network, forward and backward, as torch counts them: a
      multiplication and the addition after it are two, and only convolutions and matrix products count.
      The loss is left out: it is far below 1 % of the encoder's.
    - seconds: wall time. cpu_seconds: the processor's time for this process, all its threads together; on one
      thread it is the wall time of a machine that has nothing else to do.
    """

    images: int = 0
    steps: int = 0
    flops: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    def __add__(self, other):
        return Cost(
            self.images + other.images,
            self.steps + other.steps,
            self.flops + other.flops,
            self.seconds + other.seconds,
            self.cpu_seconds + other.cpu_seconds,
        )


class Clock:
    """Starts when it is made; `spent()` gives the seconds since then, under Cost's names for them."""

    def __init__(self):
        self.start = time.perf_counter(), time.process_time()

    def spent(self):
        wall, cpu = self.start
        return {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}


class Meter:
    """Holds, after the `with` block of `metered`, the `cost` of what ran in it."""

    def __init__(self):
        self.cost = Cost()


@contextmanager
def metered(model):
    """Count what is spent on training `model` in a `with` block, however its training is written.

        with metered(model) as meter:
            train(model, loader, optimizer, 1, 1)
        print(meter.cost)

    Images that go through the model in evaluation mode are not training and do not count. The FLOPs are those
    of one forward and backward pass for each size of batch seen, taken on a copy once the block has ended.
    """
    meter, batches, steps = Meter(), {}, 0

    def note_batch(module, inputs):
        if module.training and torch.is_grad_enabled():
            shape = tuple(inputs[0].shape)
            batches[shape] = batches.get(shape, 0) + 1

    def note_step(*_):
        nonlocal steps
        steps += 1

    hooks = [model.register_forward_pre_hook(note_batch), register_optimizer_step_post_hook(note_step)]
    clock = Clock()
    try:
        yield meter
    finally:
        wait_for(next(model.parameters()).device)
        spent = clock.spent()
        for hook in hooks:
            hook.remove()
        images = sum(shape[0] * times for shape, times in batches.items())
        flops = sum(flops_of_a_step(model, shape) * times for shape, times in batches.items())
        meter.cost = Cost(images, steps, flops, **spent)


def wait_for(device):
    """Wait until a device other than the processor has done what it was asked to."""
    if device.type != "cpu":
        getattr(torch, device.type).synchronize()


def flops_of_a_step(model, shape):
    """Return the FLOPs of one forward and backward pass of `model` over images of `shape` (B, C, H, W).

    What needs no gradient is not counted: a frozen encoder costs its forward pass. The model, its statistics
    and its gradients stay as they are; the random numbers too.
    """
    parameter = next(model.parameters())
    clone = copy.deepcopy(model).train()
    clone._forward_pre_hooks.clear()
    images = torch.zeros(shape, device=parameter.device, dtype=parameter.dtype)
    with torch.enable_grad(), FlopCounterMode(display=False) as counter:
        out = clone(images)
        (out[-1] if isinstance(out, tuple) else out).sum().backward()
    return counter.get_total_flops()
