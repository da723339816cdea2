"""The fair comparison: every cell of experiments/contrast.toml, tuned, over all seeds.

    python -m experiments.study --results experiments/fair_comparison

It writes results as they come and goes on where it was cut. `make fair-answer` says what they answer.
"""

import argparse
import sys
from pathlib import Path

from cs231n.data_utils import MissingData

from .cells import Hours
from .contrast import FILE, read_question
from .results import read_results

RESULTS = Path(__file__).parents[1] / "fair_comparison"


def main(arguments=None):
    """Run the study; return its exit status: 0 done, 2 can't start or go on, 130 cut short."""
    options = parser().parse_args(arguments)
    try:
        question = read_question(options.question)
        if options.plan:
            hours = Hours(question, read_results(options.results / "results.jsonl"))
            for cell in question.cells:
                print(f"{hours.of([cell]):6.2f} CPU hours  {cell.name}")
            print(f"{hours.of(question.cells):6.2f} CPU hours in all, beside levels that tuning adds")
            return 0
        from .plan import study  # not for what is only asked or printed: it imports torch

        study(question, options.results, options.cells, options.jobs, progress=not options.quiet)
    except (MissingData, ValueError) as error:
        print(f"study: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        where = error.filename or options.results
        print(f"study: can't read or write {where}: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"study: cut short; the same command goes on from {options.results}.", file=sys.stderr)
        return 130
    print(f"All runs are in {options.results}. What they answer: make fair-answer")
    return 0


def parser():
    """Return the parser of the command's options."""
    p = argparse.ArgumentParser(
        prog="python -m experiments.study",
        description="SimCLR and fine-tuning against training from scratch, with equal time and equal tuning.",
    )
    p.add_argument("--question", type=Path, default=FILE, help="what is compared (experiments/contrast.toml)")
    p.add_argument("--results", type=Path, default=RESULTS, help="folder (experiments/fair_comparison)")
    p.add_argument(
        "--cells", nargs="+", metavar="CELL", help="names of some cells, each in quotes; see --plan"
    )
    p.add_argument("--plan", action="store_true", help="only print the cells and the CPU hours that are left")
    p.add_argument("--jobs", type=positive, default=1, help="runs at a time, each on one thread")
    p.add_argument("--quiet", action="store_true", help="no progress bars")
    return p


def positive(text):
    """Return a whole number of at least 1, as argparse wants it."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
