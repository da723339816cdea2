"""What a student should try next: a few tasks, those first that others build on."""

from __future__ import annotations

from dataclasses import dataclass

from instructor.core.result import NOT_GRADED, NOT_RUN, NOT_STARTED, PASSED, Result, TaskResult
from instructor.core.tasks import load_tasks

STEPS = 3


@dataclass(frozen=True)
class Step:
    """A task to go on with, and a sentence on how."""

    task: TaskResult
    how: str


def next_steps(result: Result) -> list[Step]:
    """Up to three tasks that do not build on others still to be done; begun ones first, bonus last."""
    needs = {task.id: task.needs for task in load_tasks()}
    open_tasks = {task.id: task for task in result.tasks if task.status not in (PASSED, NOT_RUN, NOT_GRADED)}
    ready = [
        task for task in open_tasks.values() if not any(need in open_tasks for need in needs.get(task.id, ()))
    ]
    ready.sort(key=lambda task: (task.bonus, task.status == NOT_STARTED))
    return [Step(task, _how(task)) for task in ready[:STEPS]]


def _how(task: TaskResult) -> str:
    begin = "Not started yet. " if task.status == NOT_STARTED else ""
    return begin + task.hint
