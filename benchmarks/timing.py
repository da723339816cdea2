"""Time and memory of several ways, measured in turns so that other work on the machine slows all alike."""

import os
import platform
import resource
import statistics
import sys
import time

import torch


def in_turns(ways, rounds, device="cpu", clock=time.perf_counter):
    """Return {name: [seconds of each round]} of the functions in `ways`, after one untimed call of each.

    Each round calls every way once, in the other direction every second time. On a machine that is busy with
    other work, the clock time.process_time, of this process's own work on all its threads, disturbs less.
    """
    for way in ways.values():
        way()
    seconds = {name: [] for name in ways}
    for number in range(rounds):
        names = list(ways) if number % 2 == 0 else list(ways)[::-1]
        for name in names:
            wait(device)
            start = clock()
            ways[name]()
            wait(device)
            seconds[name].append(clock() - start)
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return seconds


def wait(device):
    """Wait until the device has done what it was asked to."""
    if torch.device(device).type == "cuda":
        torch.cuda.synchronize()


def ratio(slow, fast):
    """Return the median over the rounds of slow / fast: each round compares what ran side by side."""
    return statistics.median(a / b for a, b in zip(slow, fast, strict=True))


def peak_bytes(device="cpu"):
    """Return the most memory held so far: of this process, or of the GPU."""
    if torch.device(device).type == "cuda":
        return torch.cuda.max_memory_allocated()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def machine(device="cpu"):
    """Return a line that says where the figures are from."""
    name = torch.cuda.get_device_name() if torch.device(device).type == "cuda" else _processor()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    versions = f"torch {torch.__version__}, Python {platform.python_version()}"
    return f"{name}, {torch.get_num_threads()} threads{load}, {versions}"


def _processor():
    try:
        with open("/proc/cpuinfo") as lines:
            return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "CPU"


def table(header, rows):
    """Return lines of Markdown."""
    lines = ["| " + " | ".join(header) + " |", "|---|" + "---:|" * (len(header) - 1)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])
