"""The package that is graded: the kit's own files with the student's modules among them."""

from __future__ import annotations

from instructor.core.composition import PACKAGE
from instructor.core.tasks import ROOT
from instructor.grading.intake import Submission

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
