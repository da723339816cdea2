"""`python -m instructor compose DEST --fill …`: a folder like a student's checkout, with chosen fill-ins."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from instructor.core.composition import compose
from instructor.core.tasks import code_tasks
from instructor.release.student_zip import lay_out

COMPOSED, REFUSED = 0, 2
UNFILLED = "unfilled"


def add(commands) -> None:
    """Add the command to the parser of all commands."""
    command = commands.add_parser("compose", help="lay out a folder as a student's checkout, with fill-ins")
    command.add_argument("destination", type=Path, metavar="DEST", help="a folder that is new or empty")
    command.add_argument(
        "--fill",
        action="append",
        required=True,
        metavar="FILL",
        help="reference, unfilled, or TASK=NAME for one task; may be repeated, later ones count",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Lay out the folder; return 0, or 2 when it can't be."""
    destination: Path = options.destination
    if destination.exists() and (not destination.is_dir() or any(destination.iterdir())):
        return _refuse(f"{destination} exists already and is not an empty folder.")
    try:
        choice = _choice(options.fill)
        destination.mkdir(parents=True, exist_ok=True)
        _compose_whole(destination, choice)
        lay_out(destination, package=False)
    except KeyError as error:
        return _refuse(error.args[0])
    except OSError as error:
        return _refuse(f"{destination} can't be written: {error.strerror or error}.")
    filled = sum(name is not None for name in choice.values())
    print(f"Composed {destination}: {filled} of {len(code_tasks())} blocks filled.")
    return COMPOSED


def _compose_whole(destination: Path, choice: dict[str, str | None]) -> None:
    """Compose the package, or leave nothing of it behind."""
    try:
        compose(destination, choice)
    except KeyError:
        shutil.rmtree(destination / "cs231n", ignore_errors=True)
        raise


def _choice(fills: list[str]) -> dict[str, str | None]:
    """Fill-ins by task from words like `reference`, `unfilled`, `sim=wrong_dot`; later ones count."""
    choice: dict[str, str | None] = {}
    for fill in fills:
        task, equals, name = fill.partition("=")
        if equals:
            choice[task] = None if name == UNFILLED else name
        elif fill == UNFILLED:
            choice = {}
        else:
            choice = {task.id: fill for task in code_tasks()}
    return choice


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return REFUSED
