"""`python -m instructor notebooks [NAME …]`: run the notebooks with the reference and keep them tidy."""

from __future__ import annotations

import argparse
import sys

REFUSED = 2


def add(commands) -> None:
    """Add the command to the parser of all commands."""
    command = commands.add_parser(
        "notebooks", help="run the notebooks with the reference, keep the verdicts of their check cells only"
    )
    command.add_argument("names", nargs="*", metavar="NAME", help="run these only, as NetworkVisualization")
    command.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file would change")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the notebooks, write what has changed, then those in other languages; 1 when something is wrong."""
    from instructor.cli import languages
    from instructor.release.kept_notebooks import tidy_notebooks

    try:
        return tidy_notebooks(options.check, options.names) or languages.run(options)
    except ValueError as error:
        print(error, file=sys.stderr)
        return REFUSED
