"""`python -m instructor grade|verify|compose`: the instructor's commands."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m instructor")
    commands = parser.add_subparsers(dest="command", required=True)
    grading = commands.add_parser("grade")
    grading.add_argument("path", type=Path)
    grading.add_argument("--sandbox", default="auto")
    grading.add_argument("--seed", type=int)
    options = parser.parse_args(arguments)
    from instructor.grading.grade import grade
    from instructor.grading.seeds import fresh_seed
    from instructor.grading.table import show

    seed = fresh_seed() if options.seed is None else options.seed
    result = grade(
        options.path,
        sandbox=options.sandbox,
        seed=seed,
        progress=lambda check: print(check.name, check.outcome, check.message),
    )
    show(result, Console())
    print(result.remarks, result.ignored, result.seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
