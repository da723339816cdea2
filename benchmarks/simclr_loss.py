"""One loss at one batch size: seconds and peak memory of a forward and backward pass."""

import json
import sys
import time

import torch

from experiments.fast.loss import nt_xent
from instructor.checks.reference import answer

from .timing import peak_bytes, wait

DIMENSION, TEMPERATURE = 128, 0.5
NAIVE_UP_TO = 64  # its loop makes 4N² small operations


def _lightly(left, right):
    from lightly.loss import NTXentLoss

    return NTXentLoss(TEMPERATURE)(left, right)


WAYS = {
    "naive": lambda left, right: answer("simclr_loss_naive")(left, right, TEMPERATURE),
    "vectorized": lambda left, right: answer("simclr_loss_vectorized")(left, right, TEMPERATURE),
    "lightly": _lightly,
    "fast": lambda left, right: nt_xent(left, right, TEMPERATURE),
}


def one_size(name, n, device, clock=time.perf_counter):
    """Print [seconds, bytes above what was there before, value] as JSON."""
    if name == "naive" and n > NAIVE_UP_TO:
        sys.exit("skipped")
    way = WAYS[name]
    torch.manual_seed(0)
    small = torch.randn(2, 2, DIMENSION, device=device, requires_grad=True)
    way(*small).backward()  # imports, and memory that the first call keeps
    left, right = torch.randn(2, n, DIMENSION, device=device)
    left, right = left.requires_grad_(), right.requires_grad_()
    wait(device)
    before = peak_bytes(device)

    best = float("inf")
    for _ in range(1 if n > 4000 else 5):
        left.grad = right.grad = None
        start = clock()
        value = way(left, right)
        value.backward()
        wait(device)
        best = min(best, clock() - start)
    print(json.dumps([best, peak_bytes(device) - before, value.item()]))
