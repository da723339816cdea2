"""From checks to points and a status for every task."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from instructor.grading.result import (
    NOT_RUN,
    NOT_STARTED,
    PARTIAL,
    PASSED,
    WRONG,
    CheckResult,
    TaskResult,
)
from instructor.tasks import Task, load_tasks


def score_tasks(
    checks: Iterable[CheckResult],
    started: Mapping[str, bool | None],
    modules: Collection[str],
    earned_shares: Mapping[str, float] | None = None,
) -> list[TaskResult]:
    """The result of every task in the order of the tasks.

    An aspect is earned when it has checks and all of them passed. `started` tells whether a block was touched,
    `modules` which files there are, `earned_shares` what share of its points a notebook earned.
    """
    by_task: dict[str, list[CheckResult]] = {}
    for check in checks:
        by_task.setdefault(check.task, []).append(check)
    results: list[TaskResult] = []
    for task in load_tasks():
        own = tuple(by_task.get(task.id, ()))
        share = (earned_shares or {}).get(task.id, 0.0)
        aspects = _notebook_aspects(task, share) if task.is_notebook else _aspects(task, own)
        earned = sum(part for part, _ in aspects.values())
        status = _status(task, own, earned, started.get(task.id))
        broken = [result.title for result in results if result.id in task.needs and result.status != PASSED]
        remark = _remark(task, status, broken, modules)
        results.append(
            TaskResult(task.id, task.title, task.points, earned, status, aspects, own, remark, task.hint)
        )
    return results


def _aspects(task: Task, checks: tuple[CheckResult, ...]) -> dict[str, tuple[float, int]]:
    aspects = {}
    for aspect, points in task.aspects.items():
        own = [check.passed for check in checks if check.aspect == aspect]
        aspects[aspect] = (float(points) if own and all(own) else 0.0, points)
    return aspects


def _notebook_aspects(task: Task, share: float) -> dict[str, tuple[float, int]]:
    return {aspect: (round(points * share, 2), points) for aspect, points in task.aspects.items()}


def _status(task: Task, checks: tuple[CheckResult, ...], earned: float, started: bool | None) -> str:
    if earned == task.points:
        return PASSED
    if earned:
        return PARTIAL
    if not checks or any(check.outcome == "not run" for check in checks):
        return NOT_RUN
    failed = [check for check in checks if not check.passed]
    if started is False or all(check.not_started for check in failed):
        return NOT_STARTED
    return WRONG


def _remark(task: Task, status: str, broken: list[str], modules: Collection[str]) -> str:
    if task.module not in modules and not task.is_notebook:
        return f"{task.module} is missing from the submission."
    if broken and status not in (PASSED, NOT_STARTED):
        return f"It builds on work that is not right yet: {', '.join(broken)}. Look there first."
    return ""
