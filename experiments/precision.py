"""Which number format and memory layout train a network fastest on this machine: a short trial."""

import copy
import ctypes
import time
from contextlib import nullcontext
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Precision:
    """How the numbers of training are held; weights and optimizer stay in float32 in any case.

    - bf16: convolutions and matrix products in bfloat16 (torch.autocast).
    - channels_last: a pixel's channels lie together in memory.
    """

    bf16: bool = False
    channels_last: bool = False

    def __str__(self):
        number = "bf16" if self.bf16 else "float32"
        return f"{number}, channels last" if self.channels_last else number

    @property
    def layout(self):
        return torch.channels_last if self.channels_last else torch.contiguous_format

    def cast(self, device):
        """Return the context for a forward pass."""
        return torch.autocast(torch.device(device).type, torch.bfloat16) if self.bf16 else nullcontext()


NAMED = {
    "float32": Precision(),
    "float32-channels-last": Precision(channels_last=True),
    "bf16": Precision(bf16=True),
    "bf16-channels-last": Precision(bf16=True, channels_last=True),
}


def fastest(model, shape, steps=2, rounds=3):
    """Return the name in NAMED under which forward and backward passes over `shape` take least time.

    Measured in turns, `rounds` times `steps` passes each, so that another job on the machine slows all alike;
    the least time of each counts. The model, its gradients and the random numbers are left as they are.
    """
    device = next(model.parameters()).device
    trials = {}
    for name, precision in NAMED.items():
        clone = copy.deepcopy(model).train().to(memory_format=precision.layout)
        images = torch.zeros(shape, device=device).to(memory_format=precision.layout)
        trials[name] = (clone, images, precision)
        _pass(*trials[name])  # the first one also plans and allocates
    best = dict.fromkeys(trials, float("inf"))
    for _ in range(rounds):
        for name, trial in trials.items():
            start = time.perf_counter()
            for _ in range(steps):
                _pass(*trial)
            best[name] = min(best[name], time.perf_counter() - start)
    return min(best, key=best.get)


def keep_freed_memory():
    """Make the C library keep what is freed, up to 1 GiB at a time, instead of handing it to the system.

    A training step frees and takes the same large blocks over and over; each time, the system clears their
    pages. It concerns the whole process, and does nothing where the C library is not glibc.
    """
    threshold_to_map, threshold_to_trim = -3, -1  # M_MMAP_THRESHOLD, M_TRIM_THRESHOLD of malloc.h
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(threshold_to_map, 1 << 30)
    mallopt(threshold_to_trim, (1 << 31) - 1)


def _pass(model, images, precision):
    with precision.cast(images.device):
        out = model(images)
    (out[-1] if isinstance(out, tuple) else out).float().sum().backward()
    if images.device.type == "cuda":
        torch.cuda.synchronize()
