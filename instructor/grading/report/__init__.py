"""What is told about a result, to people and to machines. Each file is complete or not there."""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path

from instructor.core.files import write_atomically
from instructor.core.result import Result
from instructor.core.whole_grade import Grade
from instructor.grading.report.for_machines import gradescope_json, junit_xml
from instructor.grading.report.for_people import feedback_html

FILES = ("results.json", "junit.xml", "feedback.html")


def write_reports(result: Result, folder: Path, whose: str = "", grade: Grade | None = None) -> Path:
    """Write results.json, junit.xml and feedback.html into `folder`/<name of the submission>; return that.

    `whose` are the names of its students, where they are known, and `grade` is what they get for it; None:
    what the checks say alone. A report that can't be made of all that is
    known is made of the points alone, and `result.internal` says so.
    """
    target = folder / result.name
    target.mkdir(parents=True, exist_ok=True)
    grade = grade or Grade(result)
    made = {
        "results.json": lambda result: gradescope_json(result, dataclasses.replace(grade, result=result)),
        "junit.xml": lambda result: junit_xml(result, grade),
        "feedback.html": lambda result: feedback_html(
            result, whose, dataclasses.replace(grade, result=result)
        ),
    }
    for name, make in sorted(made.items()):  # what an earlier one can't tell, results.json says
        try:
            text = make(result)
        except Exception as error:
            result.internal.append(f"{name} holds the points alone: {type(error).__name__}: {error}"[:500])
            text = make(_points_alone(result))
        write_atomically(target / name, text)
    return target


def remove_reports(name: str, folder: Path) -> None:
    """Remove the reports on a submission whose result no longer holds."""
    for file in FILES:
        (folder / name / file).unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # there is no such folder, or it holds something of somebody's
        (folder / name).rmdir()


def _points_alone(result: Result) -> Result:
    """The result without what explains it."""
    tasks = [dataclasses.replace(task, checks=(), remark="") for task in result.tasks]
    return dataclasses.replace(result, tasks=tasks, pictures=[], ignored=[])
