"""The package that is graded: the kit's own files with the student's modules among them."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

from instructor.core.composition import PACKAGE, MarkerError, block_source, is_filled
from instructor.core.tasks import ROOT, code_tasks, withheld
from instructor.core.text import sanitize
from instructor.grading.intake import BROKEN, Submission

NOTEBOOKS = ROOT / "notebooks"
LEFT_OVER = ("__pycache__", "*.pyc", ".ipynb_checkpoints")


def compose_submission(submission: Submission, folder: Path) -> Path:
    """The pristine package and notebooks with the student's modules; a missing one stays unfilled.

    Given modules that compute what a task asks for are left out.
    """
    folder.mkdir(mode=0o755, parents=True)
    for kept in (PACKAGE, NOTEBOOKS):
        if kept.is_dir():
            shutil.copytree(kept, folder / kept.name, ignore=shutil.ignore_patterns(*LEFT_OVER))
    for name in withheld():
        (folder / name).unlink()
    for name, data in submission.modules.items():
        (folder / name).write_bytes(data)
    return folder


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
