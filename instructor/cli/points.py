"""`python -m instructor points`: write what students see of the tasks, from tasks.toml."""

from __future__ import annotations

import argparse
import sys

from instructor.core.public_tasks import TABLE_FILE, is_public_table_current, write_public_table
from instructor.core.tasks import ROOT


def add(commands) -> None:
    """Add the command to the parser of all commands."""
    command = commands.add_parser("points", help="write what students see of the tasks, from tasks.toml")
    command.add_argument("--check", action="store_true", help="write nothing; exit 1 if it would change")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the file, or say with --check that it is stale; return 1 in that case, else 0."""
    if options.check and not is_public_table_current():
        name = TABLE_FILE.relative_to(ROOT)
        print(f"{name} is not what tasks.toml says. Run: python -m instructor points", file=sys.stderr)
        return 1
    write_public_table()
    return 0
