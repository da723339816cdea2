"""From checks to points and a status for every task."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from instructor.core.result import (
    NOT_GRADED,
    NOT_RUN,
    NOT_STARTED,
    PARTIAL,
    PASSED,
    WRONG,
    CheckResult,
    TaskResult,
)
from instructor.core.tasks import Task, load_tasks


def score_tasks(
    checks: Iterable[CheckResult], started: Mapping[str, bool | None], modules: Collection[str]
) -> list[TaskResult]:
    """The result of every task in the order of the tasks; a notebook's is still to be run.

    An aspect is earned when it has checks and all of them passed. `started` tells whether a block was
    touched, `modules` names the files that the submission holds.
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
        remark = (
            f"{task.module} is missing from the submission." if missing else _needs(task, status, results)
        )
        results.append(_result(task, status, aspects, own, remark))
    return results


def score_notebook(
    task: Task, share: float, checks: tuple[CheckResult, ...], others: Iterable[TaskResult]
) -> TaskResult:
    """The result of a notebook that earned a share of its points."""
    aspects = {aspect: (round(points * share, 2), points) for aspect, points in task.aspects.items()}
    status = _status(task, checks, aspects, None)
    return _result(task, status, aspects, checks, _needs(task, status, others))


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
