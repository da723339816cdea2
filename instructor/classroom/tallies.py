"""What a class did, counted: one submission at a time, so that its size does not matter."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import mean, median

from instructor.classroom.entries import Entry
from instructor.core.result import NOT_GRADED, NOT_STARTED, PASSED, Result, TaskResult
from instructor.core.tasks import Task, load_tasks
from instructor.core.whole_grade import Grade
from instructor.grading.report.words import number

BINS = 10
SLOWEST = 10
RAISED = "your code raised "
MISSING = re.compile(RAISED + r"(ModuleNotFoundError|ImportError)\b")


@dataclass
class TaskCount:
    """One task over a class: how many passed it, and the mean share of its points, aspect by aspect."""

    task: Task
    statuses: Counter = field(default_factory=Counter)
    shares: list[float] = field(default_factory=list)
    aspects: dict[str, list[float]] = field(default_factory=dict)

    @property
    def share(self) -> float:
        return mean(self.shares) if self.shares else 0.0

    def passed(self) -> int:
        return self.statuses[PASSED]

    def aspect_shares(self) -> list[tuple[str, float]]:
        """The mean share of each aspect's points, the hardest first."""
        return sorted(((name, mean(each)) for name, each in self.aspects.items()), key=lambda pair: pair[1])


@dataclass(frozen=True)
class Mistake:
    """A mistake and the submissions that show it."""

    task: str
    sentence: str
    names: tuple[str, ...]


class Statistics:
    """Counts results with `add`; everything else may be asked at any time."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self.tasks = {task.id: TaskCount(task) for task in tasks}
        self.scores: list[tuple[str, float, int]] = []  # name, score, points
        self.problems: dict[str, str] = {}
        self.look: dict[str, list[str]] = {}  # submission → why a person should look at it
        self.idle: list[str] = []  # who has started nothing, and so made no mistake
        self._mistakes: dict[tuple[str, str], list[str]] = {}
        self._failures: dict[tuple[str, str], list[str]] = {}
        self._seconds: list[tuple[float, str]] = []

    def add(self, entry: Entry, result: Result, grade: Grade | None = None) -> None:
        """Count one submission, whose score is that of its `grade`, if there is one."""
        reasons = list(_reasons(result))
        if reasons:
            self.look[entry.name] = reasons
        if result.problem:
            self.problems[entry.name] = result.problem
            return
        grade = grade or Grade(result)
        self.scores.append((entry.name, grade.total, grade.points))
        self._seconds = sorted([*self._seconds, (result.seconds, entry.name)], reverse=True)[:SLOWEST]
        begun = _begun(result)
        self.idle += [] if begun else [entry.name]
        for task in result.tasks:
            if task.id in self.tasks:
                self._add_task(entry.name, task, begun)

    @property
    def histogram(self) -> list[int]:
        """How many scores lie in each tenth of the points; full marks and more are in the last."""
        counts = [0] * BINS
        for _, score, points in self.scores:
            counts[min(BINS - 1, int(BINS * score / points)) if points else 0] += 1
        return counts

    @property
    def mistakes(self) -> list[Mistake]:
        """Recognized mistakes, the most common first."""
        return _common(self._mistakes)

    @property
    def failures(self) -> list[Mistake]:
        """What did not hold, by the label of the check, the most common first."""
        return _common(self._failures)

    @property
    def slowest(self) -> list[tuple[float, str]]:
        return self._seconds

    def sentence(self) -> str:
        """The class in one line."""
        if not self.scores and not self.problems:
            return "No submission is graded yet."
        if not self.scores:
            return f"None of {len(self.problems)} submissions could be graded."
        scores, points = [score for _, score, _ in self.scores], self.scores[0][2]
        told = f"{len(scores)} graded: mean {number(mean(scores))}, median {number(median(scores))}, "
        told += f"from {number(min(scores))} to {number(max(scores))} of {points} points"
        told += ", bonus or written answers on top" if max(scores) > points else ""
        told += f"; {len(self.problems)} not graded" if self.problems else ""
        return f"{told}; {len(self.look)} to look at by hand." if self.look else f"{told}."

    def _add_task(self, name: str, task: TaskResult, begun: bool) -> None:
        count = self.tasks[task.id]
        count.statuses[task.status] += 1
        count.shares.append(task.earned / task.points if task.points else 0.0)
        for aspect, (earned, points) in task.aspects.items():
            count.aspects.setdefault(aspect, []).append(earned / points if points else 0.0)
        if task.status == NOT_STARTED or not begun:
            return
        for check in task.checks:
            if check.outcome == "failed" and not check.not_started:
                _note(self._failures, (task.id, check.label), name)
                for diagnosis in check.diagnosis[:1]:
                    _note(self._mistakes, (task.id, diagnosis.misconception), name)


def _begun(result: Result) -> bool:
    """Whether any code was written; a notebook that ran proves nothing, it is the kit's own."""
    code = [task for task in result.tasks if task.share is None]
    return not code or any(task.status not in (NOT_STARTED, NOT_GRADED) for task in code)


def _reasons(result: Result) -> list[str]:
    reasons = [result.problem] if result.problem else []
    if result.internal:
        reasons.append("A hidden check stumbled: " + result.internal[0].strip().splitlines()[-1][:300])
    if any(check.outcome == "not run" for task in result.tasks for check in task.checks):
        reasons.append("Some checks could not run.")
    if not result.problem and result.sandbox == "none":
        reasons.append("It ran without a sandbox.")
    return [*reasons, *_failed_imports(result), *result.remarks]


def _failed_imports(result: Result) -> list[str]:
    """A sentence for each file that can't be imported, and each module that is missing where it runs."""
    found: dict[str, None] = {}
    modules = {task.id: task.module for task in load_tasks() if not task.is_notebook}
    said: dict[str, list[str]] = {}
    for task in result.tasks:
        if task.id in modules:
            said.setdefault(modules[task.id], []).extend(check.message for check in task.checks)
    for module, messages in said.items():
        if len(messages) > 1 and len(set(messages)) == 1 and messages[0].startswith(RAISED):
            found[f"{module} can't be imported: {messages[0]}."] = None
        for message in messages:
            if MISSING.match(message):
                found.setdefault(f"{module} can't be imported: {message}.")
    return list(found)


def _note(where: dict[tuple[str, str], list[str]], what: tuple[str, str], name: str) -> None:
    names = where.setdefault(what, [])
    if not names or names[-1] != name:
        names.append(name)


def _common(found: dict[tuple[str, str], list[str]]) -> list[Mistake]:
    mistakes = [Mistake(task, sentence, tuple(names)) for (task, sentence), names in found.items()]
    return sorted(mistakes, key=lambda each: (-len(each.names), each.task, each.sentence))
