"""`python -m instructor grade SUBMISSION`: one submission, its table and its reports."""

from __future__ import annotations

import argparse
import sys

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

from instructor.core.result import Result
from instructor.core.seeds import run_seed
from instructor.core.tasks import load_tasks
from instructor.grading.grade import grade
from instructor.grading.intake import IntakeError, submission_name
from instructor.grading.report import write_reports
from instructor.grading.report.table import show
from instructor.sandbox.bubblewrap import SandboxUnavailable
from instructor.sandbox.jail import JailBroken

GRADED, NOT_GRADED = 0, 2


def grade_one(options: argparse.Namespace) -> int:
    """Grade one submission, print the table and write the reports; return 0, or 2 when that can't be done."""
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


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return NOT_GRADED


def _bar(console: Console) -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn())
    return Progress(*columns, MofNCompleteColumn(), TimeElapsedColumn(), console=console, transient=True)
