"""SimCLR's speed, memory and features against the published recipe and lightly.

    python -m benchmarks.simclr training --encoder small resnet18 resnet50
    python -m benchmarks.simclr loss --sizes 128 512 2048 8192
    python -m benchmarks.simclr features --seeds 3

All run on a GPU as they are, when torch sees one; --device chooses.
"""

import argparse
import json
import subprocess
import sys
import time

import torch

from experiments.precision import NAMED, keep_freed_memory

from . import simclr_features, simclr_training
from .simclr_loss import WAYS, one_size
from .timing import machine, table


def main(arguments=None):
    """Run one of the three measurements and print it as Markdown."""
    options = _parser().parse_args(arguments)
    keep_freed_memory()  # as the commands do; here it serves all alike
    print(f"{machine(options.device)}\n")
    {"training": training, "loss": loss, "features": simclr_features.main}[options.what](options)


def training(options):
    """Print pairs per second and the ratios to the published recipe, to lightly, and to the encoder alone."""
    rows = []
    for encoder in options.encoder:
        rows += simclr_training.rows(encoder, options)
    print(table(simclr_training.HEADER, rows))


def loss(options):
    """Print time and memory of the losses; each runs in a process of its own, so that its peak is its own."""
    header = ("N, loss", "ms", "time / fast", "MiB", "of one 2N × 2N matrix", "value")
    rows = []
    for n in options.sizes:
        found = {way: _measured(way, n, options) for way in WAYS}
        for way, result in found.items():
            if result:
                seconds, memory, value = result
                times = f"{1000 * seconds:.1f}", f"{seconds / found['fast'][0]:.2f}"
                held = f"{memory / 2**20:.0f}", f"{memory / (4 * (2 * n) ** 2):.2f}"
                rows.append((f"{n:,} {way}", *times, *held, f"{value:.6f}"))
    print(table(header, rows))


def _measured(way, n, options):
    command = [sys.executable, "-m", "benchmarks.simclr", "one-loss", way, str(n), options.device]
    command += ["cpu-time"] if options.cpu_time else []
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and "skipped" not in done.stderr:
        print(f"{way}, N = {n}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
    return json.loads(done.stdout) if done.returncode == 0 else None


def _parser():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simclr", description=__doc__.split("\n")[0])
    device = argparse.ArgumentParser(add_help=False)
    device.add_argument("--cpu-time", action="store_true", help="CPU seconds, on a machine that is busy")
    device.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    commands = parser.add_subparsers(dest="what", required=True)

    p = commands.add_parser("training", parents=[device], help="pairs per second")
    p.add_argument("--encoder", nargs="+", default=["small", "resnet18"])
    p.add_argument("--batch-size", type=int, default=128)
    p.add_argument("--steps", type=int, default=2, help="in each round")
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--workers", type=int, default=0, help="of the DataLoaders; 16 for a fair row on a GPU")
    p.add_argument(
        "--precision",
        choices=["auto", *NAMED],
        default="auto",
        help="of the fast path; auto: a short trial, which other work on the machine can mislead",
    )
    p.add_argument("--compile", action="store_true", help="the fast path with torch.compile")

    p = commands.add_parser("loss", parents=[device], help="time and memory of the loss")
    p.add_argument("--sizes", type=int, nargs="+", default=[128, 512, 2048, 8192])

    p = commands.add_parser("features", parents=[device], help="accuracy of what was learned")
    p.add_argument("--seeds", type=int, default=3)
    p.add_argument("--epochs", type=int, default=5)
    return parser


if __name__ == "__main__":
    if sys.argv[1:2] == ["one-loss"]:
        clock = time.process_time if sys.argv[5:] else time.perf_counter
        one_size(sys.argv[2], int(sys.argv[3]), sys.argv[4], clock)
    else:
        main()
