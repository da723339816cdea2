"""The package that is graded: the kit's own files with the student's modules among them."""

from __future__ import annotations

import ast

from instructor.core.composition import PACKAGE, MarkerError, block_source, is_filled
from instructor.core.tasks import ROOT, code_tasks
from instructor.core.text import sanitize
from instructor.grading.intake import Submission
from instructor.grading.reading_process import BROKEN

NOTEBOOKS = ROOT / "notebooks"
LEFT_OVER = {"__pycache__", ".ipynb_checkpoints"}  # folders of nobody's


def compose_submission(submission: Submission) -> dict[str, bytes]:
    """The pristine package and notebooks with the student's modules, by path; a missing one is not filled."""
    files = {}
    for folder in (PACKAGE, NOTEBOOKS):
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder.parent)
            if path.is_file() and path.suffix != ".pyc" and not LEFT_OVER & set(name.parts):
                files[name.as_posix()] = path.read_bytes()
    return files | submission.modules


def started_tasks(submission: Submission) -> dict[str, bool | None]:
    """Whether each task's block was touched; None where that cannot be told from the file."""
    started: dict[str, bool | None] = {}
    for task in code_tasks():
        data = submission.modules.get(task.module)
        pristine = (ROOT / task.module).read_text(encoding="utf-8")
        try:
            source = "" if data is None else data.decode("utf-8", "replace")
            started[task.id] = data is not None and is_filled(source, task.block, pristine)
        except (MarkerError, *BROKEN):
            started[task.id] = None
    return started


def marker_remarks(submission: Submission) -> list[str]:
    """A sentence for each block whose markers are not as they were given; it is graded all the same."""
    remarks = []
    for task in code_tasks():
        source = submission.modules.get(task.module, b"").decode("utf-8", "replace")
        try:
            if source and _parses(source):
                block_source(source, task.block)
        except (MarkerError, *BROKEN) as error:
            remarks.append(
                f"{task.module}: {sanitize(str(error))}. What your code does was graded all the same."
            )
    return remarks


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except BROKEN:
        return False
    return True
