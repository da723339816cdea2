"""What the commands do: each takes parsed options and returns an exit status."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from instructor.compose import compose
from instructor.release.listing import lay_out
from instructor.tasks import code_tasks, load_tasks

GRADED, NOT_GRADED = 0, 2


def grade_command(options: argparse.Namespace) -> int:
    """Grade one submission, print the table and write the reports; or all of a class."""
    from instructor.classroom.entries import is_class

    if not options.one and is_class(options.path):
        from instructor.classroom.command import grade_class_command

        return grade_class_command(options)
    from instructor.grading.grade import grade
    from instructor.grading.intake import IntakeError, submission_name
    from instructor.grading.report import write_reports
    from instructor.grading.report.table import show
    from instructor.grading.result import Result
    from instructor.grading.seeds import run_seed
    from instructor.sandbox.bubblewrap import SandboxUnavailable
    from instructor.sandbox.jail import JailBroken

    console, errors = Console(), Console(stderr=True)
    if unknown := sorted(set(options.tasks or ()) - {task.id for task in load_tasks()}):
        return _refuse(f"No such task: {', '.join(unknown)}.")
    seed = run_seed(options.seed)
    try:
        with _bar(errors) as bar:
            line = bar.add_task("Starting", total=None)

            def progress(what: str, done: int, total: int) -> None:
                bar.update(line, description=what, completed=done, total=total)

            result = grade(
                options.path,
                sandbox=options.sandbox,
                seed=seed,
                notebooks=options.notebooks,
                tasks=options.tasks,
                progress=progress,
            )
    except (IntakeError, SandboxUnavailable, JailBroken) as error:
        result = Result(submission_name(options.path), seed, "", problem=str(error))
    except OSError as error:
        problem = f"This machine can't grade it now: {error.strerror or error}."
        result = Result(submission_name(options.path), seed, "", problem=problem)
    show(result, console)
    try:
        folder = write_reports(result, options.results)
    except OSError as error:
        errors.print(Text(f"The results can't be written to {options.results}: {error.strerror or error}."))
        return NOT_GRADED
    console.print(Text(f"Written to {folder}: results.json, junit.xml, feedback.html"), soft_wrap=True)
    return NOT_GRADED if result.problem else GRADED


def compose_command(options: argparse.Namespace) -> int:
    """Lay out a folder as a student's checkout, with chosen fill-ins."""
    destination: Path = options.destination
    if destination.exists() and (not destination.is_dir() or any(destination.iterdir())):
        return _refuse(f"{destination} exists already and is not an empty folder.")
    try:
        choice = _choice(options.fill)
        destination.mkdir(parents=True, exist_ok=True)
        _compose_whole(destination, choice)
        lay_out(destination, package=False)
    except KeyError as error:
        return _refuse(f"{error.args[0]}.")
    except OSError as error:
        return _refuse(f"{destination} can't be written: {error.strerror or error}.")
    filled = f"{len(choice)} of {len(code_tasks())} blocks filled"
    print(f"Composed {destination}: {filled}.")
    return GRADED


def notebooks_command(options: argparse.Namespace) -> int:
    """Run the notebooks with the reference and keep them tidy, then write those in other languages."""
    from instructor.languages.writing import languages_command
    from instructor.notebooks import tidy_notebooks

    return tidy_notebooks(check=options.check) or languages_command(options)


def doctor_command(options: argparse.Namespace) -> int:
    """Try which sandboxes work here."""
    from instructor.sandbox.doctor import doctor_command as examine

    return examine(options)


def languages_command(options: argparse.Namespace) -> int:
    """Write what students read in other languages."""
    from instructor.languages.writing import languages_command as write

    return write(options)


def verify_command(options: argparse.Namespace) -> int:
    """Measure the grader with every fill-in of the catalogue."""
    from instructor.verify import verify

    return verify(options)


def diagnosis_command(options: argparse.Namespace) -> int:
    """Measure how often feedback names the right mistake."""
    from instructor.diagnosis.command import measure

    return measure(options)


def _compose_whole(destination: Path, choice: dict[str, str]) -> None:
    """Compose the package, or leave nothing of it behind."""
    try:
        compose(destination, choice)
    except KeyError:
        shutil.rmtree(destination / "cs231n", ignore_errors=True)
        raise


def _choice(fills: list[str]) -> dict[str, str]:
    """Fill-ins by task from words like `reference`, `unfilled`, `sim=wrong_dot`; later ones count."""
    choice: dict[str, str] = {}
    for fill in fills:
        task, equals, name = fill.partition("=")
        if equals:
            choice[task] = name
        elif fill == "unfilled":
            choice = {}
        else:
            choice = {task.id: fill for task in code_tasks()}
    return choice


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return NOT_GRADED


def _bar(console: Console) -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn())
    return Progress(*columns, MofNCompleteColumn(), TimeElapsedColumn(), console=console, transient=True)
