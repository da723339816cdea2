"""From checks to points and a status for every task."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from instructor.core.result import (
    NOT_GRADED,
    NOT_RUN,
    NOT_STARTED,
    PARTIAL,
    PASSED,
    WRONG,
    CheckResult,
    Result,
    TaskResult,
)
from instructor.core.tasks import Task, load_tasks


def score_tasks(
    checks: Iterable[CheckResult],
    started: Mapping[str, bool | None],
    modules: Collection[str],
    remarks: Collection[str] = (),
) -> list[TaskResult]:
    """The result of every task in the order of the tasks; a notebook's is still to be run.

    An aspect is earned when it has checks and all of them passed. `started` tells whether a block was
    touched, `modules` names the files that the submission holds, `remarks` says why one can't be read.
    """
    by_task: dict[str, list[CheckResult]] = {}
    for check in checks:
        by_task.setdefault(check.task, []).append(check)
    results: list[TaskResult] = []
    for task in load_tasks():
        own = tuple(by_task.get(task.id, ()))
        aspects = {aspect: (_earned(aspect, points, own), points) for aspect, points in task.aspects.items()}
        status = _status(task, own, aspects, started.get(task.id))
        missing = task.module not in modules and not task.is_notebook
        remark = _missing(task, remarks) if missing else _needs(task, status, results)
        result = _result(task, status, aspects, own, remark)
        results.append(replace(result, started=started.get(task.id)))
    return results


def _missing(task: Task, remarks: Collection[str]) -> str:
    """Why a task's file is not there, as intake said it."""
    said = (remark for remark in remarks if remark.startswith(f"{task.module} "))
    return next(said, f"{task.module} is missing from the submission.")


def score_notebook(
    task: Task, share: float, checks: tuple[CheckResult, ...], others: Iterable[TaskResult]
) -> TaskResult:
    """The result of a notebook that earned a share of its points."""
    aspects = {aspect: (round(points * share, 2), points) for aspect, points in task.aspects.items()}
    status = _status(task, checks, aspects, None)
    return replace(_result(task, status, aspects, checks, _needs(task, status, others)), share=share)


def score_again(result: Result, modules: Collection[str]) -> Result | None:
    """The result under the tasks as they are now, from the checks that it holds; nothing is run.

    None when that can't be told: the check cells of notebooks count only for tasks that passed, and now other
    tasks have.
    """
    kept = {task.id: task for task in result.tasks}
    ran = {task.id: task for task in result.tasks if task.share is not None}  # notebooks
    checks = [check for task in result.tasks if task.id not in ran for check in task.checks]
    started = {task.id: task.started for task in result.tasks}
    scored = score_tasks(checks, started, modules, result.remarks)
    if ran and _passed(scored, ran) != _passed(result.tasks, ran):
        return None
    counted = {task.id: task for task in scored if task.id in kept}
    for task in load_tasks():
        if task.id in ran:
            notebook = ran[task.id]
            counted[task.id] = score_notebook(task, notebook.share, notebook.checks, scored)
    return replace(result, tasks=list(counted.values()))


def _passed(tasks: Iterable[TaskResult], left_out: Collection[str]) -> set[str]:
    return {task.id for task in tasks if task.status == PASSED and task.id not in left_out}


def _result(
    task: Task,
    status: str,
    aspects: dict[str, tuple[float, int]],
    checks: tuple[CheckResult, ...],
    remark: str,
) -> TaskResult:
    earned = sum(part for part, _ in aspects.values())
    return TaskResult(
        task.id, task.title, task.points, earned, status, aspects, checks, remark, task.hint, task.bonus
    )


def _earned(aspect: str, points: int, checks: tuple[CheckResult, ...]) -> float:
    own = [check.passed for check in checks if check.aspect == aspect]
    return float(points) if own and all(own) else 0.0


def _status(
    task: Task,
    checks: tuple[CheckResult, ...],
    aspects: Mapping[str, tuple[float, int]],
    started: bool | None,
) -> str:
    earned = sum(part for part, _ in aspects.values())
    if earned == task.points and (earned or (checks and all(check.passed for check in checks))):
        return PASSED  # of a task that is worth nothing this term, the checks tell
    if earned:
        return PARTIAL
    if not checks:
        return NOT_GRADED
    if any(check.outcome == "not run" for check in checks):
        return NOT_RUN
    failed = [check for check in checks if not check.passed]
    if started is False or all(check.not_started for check in failed):
        return NOT_STARTED
    return WRONG


def _needs(task: Task, status: str, others: Iterable[TaskResult]) -> str:
    """A remark on a task that builds on others which are not right."""
    known = [other for other in others if other.status != NOT_RUN]  # nobody is blamed for the others
    broken = [other.title for other in known if other.id in task.needs and other.status != PASSED]
    if not broken or status in (PASSED, NOT_STARTED):
        return ""
    return f"It builds on work that is not right yet: {', '.join(broken)}. Look there first."
