"""One submission in, one result out: intake, workspace, hidden checks, notebooks, points."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from instructor.compose import PACKAGE, MarkerError, is_filled
from instructor.grading.intake import Submission, read_submission
from instructor.grading.notebooks import run_notebook
from instructor.grading.plugin import run_checks
from instructor.grading.result import PASSED, CheckResult, Result, TaskResult
from instructor.grading.scoring import score_notebook, score_tasks
from instructor.sandbox.jail import Jail, choose
from instructor.sandbox.limits import Limits
from instructor.tasks import ROOT, code_tasks, load_tasks

NOTEBOOKS = ROOT / "notebooks"
LEFT_OVER = ("__pycache__", "*.pyc", ".ipynb_checkpoints")
Progress = Callable[[CheckResult], None]


def grade(
    path: Path,
    *,
    sandbox: str = "auto",
    seed: int,
    notebooks: str = "quick",
    limits: Limits | None = None,
    progress: Progress = lambda _: None,
) -> Result:
    """Grade the submission at `path`, a zip or a folder.

    `notebooks` is "quick", "full" or "none" (then their tasks could not run). Raises IntakeError when there
    is nothing to grade and SandboxUnavailable when there is no sandbox.
    """
    began, limits, kind = time.monotonic(), limits or Limits(), choose(sandbox)
    submission = read_submission(path)
    result = Result(submission.name, seed, kind, digest=submission.digest(), ignored=submission.ignored)
    with tempfile.TemporaryDirectory(prefix="cs231n-grade-") as folder:
        workspace = compose_submission(submission, Path(folder) / "submission")
        with Jail(workspace, kind, limits) as jail:
            outcome = run_checks(jail, seed, progress)
        tasks = score_tasks(outcome.results, started_tasks(submission), set(submission.modules))
        if notebooks != "none":
            tasks = _with_notebooks(tasks, workspace, kind, limits, notebooks == "quick", progress)
    result.tasks, result.remarks = tasks, submission.remarks
    result.internal = outcome.internal
    result.seconds = time.monotonic() - began
    return result


def compose_submission(submission: Submission, folder: Path) -> Path:
    """The pristine package and notebooks with the student's modules; a missing one stays unfilled."""
    folder.mkdir(mode=0o755, parents=True)
    for kept in (PACKAGE, NOTEBOOKS):
        if kept.is_dir():
            shutil.copytree(kept, folder / kept.name, ignore=shutil.ignore_patterns(*LEFT_OVER))
    for name, data in submission.modules.items():
        (folder / name).write_bytes(data)
    return folder


def _with_notebooks(
    tasks: list[TaskResult], workspace: Path, kind: str, limits: Limits, quick: bool, progress: Progress
) -> list[TaskResult]:
    right = {task.id for task in tasks if task.status == PASSED}
    done = []
    for task in load_tasks():
        result = next(each for each in tasks if each.id == task.id)
        if task.is_notebook:
            ran = run_notebook(ROOT / task.module, workspace, kind, limits, right, quick, progress)
            result = score_notebook(task, ran.share, ran.checks, tasks)
        done.append(result)
    return done


def started_tasks(submission: Submission) -> dict[str, bool | None]:
    """Whether each task's block was touched; None where that cannot be told from the file."""
    started: dict[str, bool | None] = {}
    for task in code_tasks():
        data = submission.modules.get(task.module)
        pristine = (ROOT / task.module).read_text(encoding="utf-8")
        try:
            source = "" if data is None else data.decode("utf-8", "replace")
            started[task.id] = False if data is None else is_filled(source, task.block, pristine)
        except (MarkerError, RecursionError, MemoryError, ValueError):
            started[task.id] = None
    return started
