"""`python -m instructor gradescope`: a zip to upload to Gradescope as the autograder of an assignment."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from instructor.core.files import write_bytes_atomically
from instructor.core.tasks import load_tasks
from instructor.core.text import did_you_mean
from instructor.sandbox.launch import KINDS

if TYPE_CHECKING:
    from instructor.grading.report.for_gradescope import Settings

CONTAINER = "3 GB of memory (1.5 GB at least) and its timeout to 40 minutes; docs/ci.md says why"


def add(commands) -> None:
    """Add the command to the parser of all commands."""
    command = commands.add_parser(
        "gradescope",
        help="pack an autograder for Gradescope",
        description="Write a zip to upload to Gradescope as the autograder of an assignment: the kit with "
        "setup.sh and run_autograder. It holds the answers; give it to nobody else.",
    )
    add = command.add_argument
    add("path", type=Path, nargs="?", default=Path("autograder.zip"), metavar="ZIP", help="what to write")
    add("--sandbox", choices=KINDS, default="auto", help="what run_autograder uses (default: auto)")
    add("--notebooks", choices=("quick", "full", "none"), default="quick", help="as for grade")
    add("--tasks", metavar="A,B", default="", help="as for grade")
    add(
        "--visibility",
        action="append",
        default=[],
        metavar="WHEN",
        help="when students see checks: visible, hidden, after_due_date or after_published; of one task or "
        "one aspect as sim=hidden or sim.value=hidden; may be repeated (default: visible)",
    )
    add("--tries", default="", metavar="N", help="how many submissions count, as 5 or 5/day (default: all)")
    add("--no-pictures", action="store_true", help="leave the feedback's pictures out of the results")
    add(
        "--measure",
        action="store_true",
        help="instead of packing: run the bundle on the reference as there; tell memory and time",
    )
    add(
        "--grade",
        type=Path,
        metavar="DIR",
        help="what run_autograder does: grade DIR/submission",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the bundle; return 0, or 2 when it can't be written or the options make no sense."""
    from instructor.release.gradescope_bundle import bundle, grade_here

    if options.grade:
        return grade_here(options.grade)
    try:
        settings = _settings(options)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if options.measure:
        from instructor.release.gradescope_trial import measure

        return measure(settings)
    data = bundle(settings)
    try:
        options.path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes_atomically(options.path, data)
    except OSError as error:
        print(f"{options.path} can't be written: {error.strerror or error}.", file=sys.stderr)
        return 2
    print(f"Written {options.path} ({len(data) / 1e6:.1f} MB). It holds the answers: keep it to yourself.")
    print(f"Set the assignment's container to {CONTAINER}.")
    return 0


def _settings(options: argparse.Namespace) -> Settings:
    """What a bundle with these options does. Raises ValueError with a sentence."""
    from instructor.grading.report.for_gradescope import TRIES, Settings, read_visibility

    known = [task.id for task in load_tasks()]
    chosen = [name.strip() for name in options.tasks.split(",") if name.strip()]
    if unknown := [name for name in chosen if name not in known]:
        near = "".join(did_you_mean(name, known) for name in unknown)
        raise ValueError(f"No such task: {', '.join(unknown)}.{near} There are {', '.join(known)}.")
    books = {task.id for task in load_tasks() if task.is_notebook}
    if options.notebooks == "none" and chosen and set(chosen) <= books:
        raise ValueError(f"{', '.join(chosen)} and --notebooks none: there is nothing to grade.")
    if options.tries and not TRIES.fullmatch(options.tries):
        raise ValueError(f"--tries {options.tries}: give a number, as 5, or one for 24 hours, as 5/day.")
    general, apart = read_visibility(options.visibility, load_tasks())
    return Settings(
        options.sandbox,
        options.notebooks,
        tuple(chosen),
        general,
        apart,
        options.tries,
        not options.no_pictures,
    )
