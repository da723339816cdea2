"""What is told about a result, to people and to machines. Each file is complete or not there."""

from __future__ import annotations

import contextlib
from pathlib import Path

from instructor.core.files import write_atomically
from instructor.core.result import Result
from instructor.grading.report.for_machines import gradescope_json, junit_xml
from instructor.grading.report.for_people import feedback_html

FILES = ("results.json", "junit.xml", "feedback.html")


def write_reports(result: Result, folder: Path, whose: str = "") -> Path:
    """Write results.json, junit.xml and feedback.html into `folder`/<name of the submission>; return that.

    `whose` are the names of its students, where they are known.
    """
    target = folder / result.name
    target.mkdir(parents=True, exist_ok=True)
    texts = (gradescope_json(result), junit_xml(result), feedback_html(result, whose))
    for file, text in zip(FILES, texts, strict=True):
        write_atomically(target / file, text)
    return target


def remove_reports(name: str, folder: Path) -> None:
    """Remove the reports on a submission whose result no longer holds."""
    for file in FILES:
        (folder / name / file).unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # there is no such folder, or it holds something of somebody's
        (folder / name).rmdir()
