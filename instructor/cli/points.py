"""`python -m instructor points`: write what students see of tasks and questions, from tasks.toml."""

from __future__ import annotations

import argparse
import sys

from instructor.core.public_tasks import write_public_table
from instructor.release.question_points import not_current, write_question_points


def add(commands) -> None:
    """Add the command to the parser of all commands."""
    command = commands.add_parser(
        "points", help="write what students see of tasks and questions, from tasks.toml"
    )
    command.add_argument("--check", action="store_true", help="write nothing; exit 1 if it would change")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the files, or say with --check which are stale.

    Returns 1 in that case, 2 when tasks.toml can't be understood, else 0.
    """
    try:
        if not options.check:
            write_public_table()
            write_question_points()
            return 0
        stale = not_current()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    for sentence in stale:
        print(sentence, file=sys.stderr)
    return 1 if stale else 0
