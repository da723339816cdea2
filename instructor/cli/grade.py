"""`python -m instructor grade PATH`: one submission, or all of a class."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from instructor.sandbox.launch import KINDS

ABOUT = """\
Grade one submission, or all of a class.

PATH is one submission when it is a zip, or a folder that holds cs231n/: a table is printed, and results.json,
junit.xml and feedback.html are written to DIR/NAME. Any other folder is a class, in which each zip and each
folder is a submission, as Canvas, Gradescope and Moodle export them: DIR/NAME then holds gradebook.csv,
canvas.csv, moodle.csv, class.html, summary.md, answers.csv and students/. What has been graded as it is now
is not graded again, so that after Ctrl-C, or worse, the same command goes on where it stopped."""
STATUS = """\
exit status:
  0    graded: all of what there was
  1    a class in which some submissions could not be graded; the others were
  2    nothing could be graded: no submission, no sandbox, no place for the results
  130  stopped with Ctrl-C"""


def add(commands) -> None:
    """Add the command to the parser of all commands."""
    grade = commands.add_parser(
        "grade",
        help="grade a submission, or a folder of them",
        description=ABOUT,
        epilog=STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    put = grade.add_argument
    put("path", type=Path, metavar="PATH", help="a zip, a folder, or a folder of zips and folders")
    put(
        "--sandbox",
        choices=KINDS,
        default="auto",
        help="auto: the best that there is, or refuse; none: unprotected, and every result says so "
        "(default: auto)",
    )
    put("--seed", type=int, help="draw the same inputs as a run with this seed; a class keeps its first one")
    put(
        "--results",
        type=Path,
        default=Path("results"),
        metavar="DIR",
        help="where to write (default: results)",
    )
    put(
        "--notebooks",
        choices=("quick", "full", "none"),
        default="quick",
        help="run the notebooks with few iterations, in full, or not at all (default: quick)",
    )
    put("--tasks", type=_parts, metavar="A,B", help="grade these tasks only; the points are theirs alone")
    put("--one", action="store_true", help="take PATH for one submission, whatever it holds")
    course = grade.add_argument_group("a class")
    put = course.add_argument
    put("--jobs", type=_positive, default=cores(), metavar="J", help="submissions at a time (default: cores)")
    put("--only", type=_parts, metavar="A,B", help="grade these students or submissions; reports stay on all")
    put("--force", action="store_true", help="grade again what has been graded as it is")
    put("--roster", type=Path, metavar="CSV", help="a class list with names and numbers of the students")
    put("--cluster", metavar="ADDRESS", help="a Dask scheduler, as tcp://host:8786, whose workers grade")
    grade.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Grade what is at the path; the exit status is as STATUS says."""
    from instructor.classroom.entries import is_class

    if options.one or not is_class(options.path):
        from instructor.cli.grade_one import grade_one

        return grade_one(options)
    from instructor.cli.grade_class import grade_class

    return grade_class(options)


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
