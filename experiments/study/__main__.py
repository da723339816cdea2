"""A fair comparison thoroughly: all arms, tuned equally hard, several label budgets and seeds.

    python -m experiments.study --data digits --labels-per-class 1 5 10 50 --seeds 5

It writes results as they come and goes on where it was cut.
"""

import argparse
import math
import sys
from pathlib import Path

from cs231n.data_utils import MissingData
from cs231n.simclr.comparison import ARMS
from cs231n.simclr.model import ENCODERS

from ..precision import NAMED
from .findings import plot, tables
from .jobs import DATA
from .tuning import TRIALS, study


def main(arguments=None):
    """Run the comparison; return its exit status: 0 done, 2 can't start, 130 cut short."""
    options = vars(parser().parse_args(arguments))
    folder = Path(options.pop("results") or f"results/fair_comparison_{options['data']}")
    budgets = options["labels_per_class"] = sorted(set(options["labels_per_class"]))
    options["tune_at"] = options["tune_at"] or budgets[len(budgets) // 2]
    try:
        settings, finished = study(options, folder, progress=not options["quiet"])
        text = tables(settings, finished)
        (folder / "table.md").write_text(text, encoding="utf-8")
        plot([(settings, finished)], folder / "plot.png")
    except (MissingData, ValueError) as error:
        print(f"study: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        where = error.filename or folder
        print(f"study: can't read or write {where}: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"study: cut short; the same command goes on from {folder}.", file=sys.stderr)
        return 130
    print(text)
    print(f"The table is in {folder / 'table.md'}, the plot in {folder / 'plot.png'}.")
    return 0


def parser():
    """Return the parser of the command's options."""
    p = argparse.ArgumentParser(
        prog="python -m experiments.study",
        description="SimCLR against training from scratch with counted budgets, tuned equally hard.",
    )
    p.add_argument("--data", choices=DATA, default="digits")
    p.add_argument("--size", type=positive, default=32, help="side of the images in pixels")
    p.add_argument("--encoder", choices=ENCODERS, default="small")
    p.add_argument("--labels-per-class", type=positive, nargs="+", default=[1, 5, 10, 50])
    p.add_argument(
        "--arms",
        nargs="+",
        metavar="ARM",
        choices=[arm.name for arm in ARMS],
        help="some of the arms, each name in quotes; all of them if not given: "
        + "; ".join(arm.name for arm in ARMS),
    )
    p.add_argument("--seeds", type=positive, default=5, help="number of seeds")
    p.add_argument("--epochs", type=positive, default=20, help="of pretraining")
    p.add_argument("--batch-size", type=positive, default=128, help="of pretraining, in images")
    p.add_argument("--temperature", type=above_zero, default=0.5)
    p.add_argument(
        "--steps", type=positive, default=200, help="with labels, after pretraining and in short arms"
    )
    p.add_argument("--trials", type=positive, default=len(TRIALS), help="tuning trials for each arm")
    p.add_argument(
        "--tune-at", type=positive, help="labels a class for tuning; the middle budget if not given"
    )
    p.add_argument(
        "--precision", choices=["auto", *NAMED], default="auto", help="auto: a short trial decides"
    )
    p.add_argument("--jobs", type=positive, default=1, help="runs at a time, each on one thread")
    p.add_argument("--results", help="folder; results/fair_comparison_DATA if not given")
    p.add_argument("--quiet", action="store_true", help="no progress bars")
    return p


def above_zero(text):
    """Return a finite number above 0, as argparse wants it."""
    number = float(text)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


def positive(text):
    """Return a whole number of at least 1, as argparse wants it."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
