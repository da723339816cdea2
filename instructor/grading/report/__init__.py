"""What is told about a result, to people and to machines. Each file is complete or not there."""

from __future__ import annotations

from pathlib import Path

from instructor.core.files import write_atomically
from instructor.core.result import Result
from instructor.grading.report.for_machines import gradescope_json, junit_xml
from instructor.grading.report.for_people import feedback_html


def write_reports(result: Result, folder: Path, whose: str = "") -> Path:
    """Write results.json, junit.xml and feedback.html into `folder`/<name of the submission>; return that.

    `whose` are the names of its students, where they are known.
    """
    target = folder / result.name
    target.mkdir(parents=True, exist_ok=True)
    write_atomically(target / "results.json", gradescope_json(result))
    write_atomically(target / "junit.xml", junit_xml(result))
    write_atomically(target / "feedback.html", feedback_html(result, whose))
    return target
