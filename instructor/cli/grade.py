"""`python -m instructor grade PATH`: one submission, or all of a class."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import is_zipfile

from instructor.core.tasks import load_tasks
from instructor.core.text import did_you_mean
from instructor.sandbox.launch import KINDS

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress


ABOUT = """\
Grade one submission, or all of a class.

PATH is one submission when it is a zip, or a folder that holds cs231n/: a table is printed, and results.json,
junit.xml and feedback.html are written to DIR/NAME. Any other folder is a class, in which each zip and each
folder is a submission, as Canvas, Gradescope, Moodle, Blackboard, D2L Brightspace and GitHub Classroom name
them: DIR/NAME then holds gradebook.csv, canvas.csv, moodle.csv, class.html, summary.md, answers.csv,
students/, and return-canvas.zip or return-moodle.zip to give the feedback back. What has been graded as it
is now is not graded again, so that after Ctrl-C, or worse, the same command goes on where it stopped."""
STATUS = """\
exit status:
  0    graded: all of what there was
  1    a class in which some submissions could not be graded; the others were
  2    nothing could be graded: no submission, no sandbox, no place for the results
  130  stopped with Ctrl-C"""
GRADED, NOT_GRADED = 0, 2


def add(commands) -> None:
    """Add the command to the parser of all commands."""
    command = commands.add_parser(
        "grade",
        help="grade a submission, or a folder of them",
        description=ABOUT,
        epilog=STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    put = command.add_argument
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
        help="run the notebooks with few iterations, in full, or not at all: their points are then left out "
        "(default: quick)",
    )
    put("--tasks", type=_parts, metavar="A,B", help="grade these tasks only; the points are theirs alone")
    put("--one", action="store_true", help="take PATH for one submission, whatever it holds")
    put(
        "--adjust",
        type=Path,
        metavar="CSV",
        help="a table of overrides, partial credit and extensions (default: of a class, its adjust.csv)",
    )
    put(
        "--handed-in",
        metavar="TIME",
        help="when one submission was handed in, such as 2027-02-01T23:59+01:00",
    )
    course = command.add_argument_group("a class")
    put = course.add_argument
    put("--jobs", type=_positive, default=cores(), metavar="J", help="submissions at a time (default: cores)")
    put(
        "--only",
        action="append",
        metavar="A,B",
        help="grade these students or submissions, also as 'Surname, Name'; reports stay on all",
    )
    put(
        "--force",
        action="store_true",
        help="grade again what has been graded as it is, also where what the last run had is gone",
    )
    put("--roster", type=Path, metavar="CSV", help="a class list with names and numbers of the students")
    put(
        "--assignment",
        metavar="NAME",
        help="what Canvas calls the assignment, as 'Homework 1 (31337)' (default: as the roster does)",
    )
    put("--anonymous", action="store_true", help="write pseudonyms into answers.csv, for those who mark it")
    put("--cluster", metavar="ADDRESS", help="a Dask scheduler, as tcp://host:8786, whose workers grade")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Grade what is at the path; the exit status is as STATUS says."""
    from instructor.classroom.entries import is_class

    path = options.path
    if not path.exists():
        return _refuse(f"There is no {path}: give a zip, a folder, or a folder of zips and folders.")
    is_zip = path.is_file() and (path.name.lower().endswith(".zip") or is_zipfile(path))
    if not is_zip and not path.is_dir():
        return _refuse(f"{path} is neither a zip nor a folder, so there is nothing to grade in it.")
    known = [task.id for task in load_tasks()]
    if options.tasks is not None and (not options.tasks or set(options.tasks) - set(known)):
        wrong = sorted(set(options.tasks) - set(known))
        unknown, near = (
            ", ".join(wrong) or "none is named",
            "".join(did_you_mean(word, known) for word in wrong),
        )
        return _refuse(f"No such task: {unknown}.{near} There are {', '.join(known)}.")
    books = {task.id for task in load_tasks() if task.is_notebook}
    if options.notebooks == "none" and options.tasks and set(options.tasks) <= books:
        return _refuse(f"{', '.join(options.tasks)} and --notebooks none: there is nothing to grade.")
    if options.one or not is_class(path):
        if options.only or options.roster or options.cluster or options.assignment or options.anonymous:
            names = "--only, --roster, --assignment, --anonymous and --cluster"
            return _refuse(f"{path} is one submission: {names} are for a class.")
        return grade_one(options)
    if options.handed_in:
        return _refuse(
            f"{path} is a class: --handed-in is for one submission. A class list has a column 'handed in'."
        )
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


def grade_one(options: argparse.Namespace) -> int:
    """Grade one submission, print the table and write the reports; return 0, or 2 when that can't be done."""
    from rich.console import Console
    from rich.text import Text

    from instructor.classroom.alone import Alone
    from instructor.grading.report import write_reports
    from instructor.grading.report.for_people import show
    from instructor.grading.report.words import not_run

    console, errors = Console(), Console(stderr=True)
    try:
        alone = Alone(options.path, options.adjust, options.handed_in)
    except ValueError as error:
        return _refuse(str(error))
    with _bar(errors) as bar:
        line = bar.add_task("Starting", total=None)

        def progress(what: str, done: int, total: int) -> None:
            bar.update(line, description=what, completed=done, total=total)

        from instructor.core.seeds import run_seed  # torch takes seconds, and somebody is looking
        from instructor.grading.one_submission import result_of

        result = result_of(
            options.path,
            sandbox=options.sandbox,
            seed=run_seed(options.seed),
            notebooks=options.notebooks,
            tasks=options.tasks,
            progress=progress,
        )
    try:
        settled = alone.settled(result)
        folder = write_reports(result, options.results, alone.whose, settled)
    except OSError as error:
        show(result, console)
        errors.print(Text(f"The results can't be written to {options.results}: {error.strerror or error}."))
        return NOT_GRADED
    show(result, console, settled)  # after the reports: it says as well what went wrong with them
    if not result.problem and (told := not_run(options.notebooks, options.tasks)):
        console.print(Text(told), soft_wrap=True)
    console.print(Text(f"Written to {folder}: results.json, junit.xml, feedback.html"), soft_wrap=True)
    return NOT_GRADED if result.problem else GRADED


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return NOT_GRADED


def _bar(console: Console) -> Progress:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn())
    return Progress(*columns, MofNCompleteColumn(), TimeElapsedColumn(), console=console, transient=True)
