"""`python -m instructor grade|verify|compose|notebooks`: the instructor's commands."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from instructor.commands import compose_command, grade_command, notebooks_command, verify_command
from instructor.release import command as release


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return 0 when it did its work, 2 when it could not, 1 when verify finds a fault."""
    options = parser().parse_args(arguments)
    try:
        return options.run(options)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m instructor", description="The instructor's commands.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    grade = commands.add_parser(
        "grade",
        help="grade a submission, a zip or a folder",
        description="Grade a submission: print a table, write results.json, junit.xml and feedback.html. "
        "Exit status 0: graded; 2: could not be graded.",
    )
    grade.add_argument("path", type=Path, metavar="PATH", help="the submission, a zip or a folder")
    grade.add_argument(
        "--sandbox",
        choices=("auto", "bwrap", "none"),
        default="auto",
        help="auto: bubblewrap, or refuse; none: unprotected, and every result says so (default: auto)",
    )
    grade.add_argument("--seed", type=int, help="draw the same inputs as a run with this seed")
    grade.add_argument(
        "--results",
        type=Path,
        default=Path("results"),
        metavar="DIR",
        help="where to write (default: results)",
    )
    grade.add_argument(
        "--notebooks",
        choices=("quick", "full", "none"),
        default="quick",
        help="run the notebooks with few iterations, in full, or not at all (default: quick)",
    )
    grade.set_defaults(run=grade_command)

    compose = commands.add_parser("compose", help="lay out a folder as a student's checkout, with fill-ins")
    compose.add_argument("destination", type=Path, metavar="DEST", help="a folder that is new or empty")
    compose.add_argument(
        "--fill",
        action="append",
        required=True,
        metavar="FILL",
        help="reference, unfilled, or TASK=NAME for one task; may be repeated, later ones count",
    )
    compose.set_defaults(run=compose_command)

    notebooks = commands.add_parser(
        "notebooks", help="run the notebooks with the reference, keep the verdicts of their check cells only"
    )
    notebooks.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if a file would change"
    )
    notebooks.set_defaults(run=notebooks_command)

    verify = commands.add_parser(
        "verify",
        help="measure the grader with every fill-in",
        description="Run every fill-in through the hidden checks and print what they say. Exit status 0: the "
        "untouched package earns nothing, right answers earn everything, wrong ones are caught by the check "
        "meant for them; 1: some of that does not hold; 2: there is no sandbox.",
    )
    verify.add_argument("--tasks", metavar="A,B", help="only these tasks (default: all)")
    verify.add_argument("--seeds", type=int, default=1, metavar="K", help="repeat with K seeds (default: 1)")
    verify.add_argument("--seed", type=int, help="the first seed (default: a fresh one)")
    verify.add_argument("--jobs", type=int, default=2, metavar="J", help="processes at a time (default: 2)")
    verify.add_argument("--sandbox", choices=("auto", "bwrap", "none"), default="auto", help="as for grade")
    verify.set_defaults(run=verify_command)
    release.add_parsers(commands)
    return top


if __name__ == "__main__":
    sys.exit(main())
