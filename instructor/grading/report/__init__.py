"""What is told about a result, to people and to machines. Each file is complete or not there."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from instructor.core.files import write_atomically
from instructor.core.result import Result
from instructor.grading.report.for_machines import gradescope_json, junit_xml
from instructor.grading.report.for_people import feedback_html


def write_reports(result: Result, folder: Path, whose: str = "") -> Path:
    """Write results.json, junit.xml and feedback.html into `folder`/<name of the submission>; return that.

    `whose` are the names of its students, where they are known. A report that can't be made of all that is
    known is made of the points alone, and `result.internal` says so.
    """
    target = folder / result.name
    target.mkdir(parents=True, exist_ok=True)
    made = {
        "feedback.html": lambda result: feedback_html(result, whose),
        "junit.xml": junit_xml,
        "results.json": gradescope_json,
    }
    for name, make in made.items():
        try:
            text = make(result)
        except Exception as error:
            result.internal.append(f"{name} holds the points alone: {type(error).__name__}: {error}"[:500])
            text = make(_points_alone(result))
        write_atomically(target / name, text)
    return target


def _points_alone(result: Result) -> Result:
    """The result without what explains it."""
    tasks = [dataclasses.replace(task, checks=(), remark="") for task in result.tasks]
    return dataclasses.replace(result, tasks=tasks, pictures=[], ignored=[])
