"""What a student gets: the points of checks, of written answers, and what was changed by hand or by rule."""

from __future__ import annotations

from dataclasses import dataclass

from instructor.core.result import Result, TaskResult

ADJUSTED, LATE = "adjusted", "late"
TOTAL = "total"  # what a change is of that is of no task


@dataclass(frozen=True)
class Mark:
    """A written answer as it was marked; `points` is None until it is, `most` where there is no maximum."""

    title: str
    answer: str
    points: float | None = None
    most: float | None = None
    comment: str = ""
    note: str = ""


@dataclass(frozen=True)
class Change:
    """Points that come on top of those of the checks, or are taken off (below 0): of what, and why.

    `of` is a task's id or `total`. One that `fixes` says what there is in all, also where nothing was graded.
    """

    kind: str
    of: str
    points: float
    why: str
    fixes: bool = False


@dataclass(frozen=True)
class Grade:
    """The result of a submission, and all that a student's points are made of beside it.

    `share` are the points, out of the whole, that written answers make up; `notes` are sentences for the
    student that cost nothing.
    """

    result: Result
    marks: tuple[Mark, ...] = ()
    changes: tuple[Change, ...] = ()
    share: int = 0
    notes: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing beside the result."""
        return not (self.marks or self.changes or self.share or self.notes)

    @property
    def points(self) -> int:
        """What can be earned, bonus tasks left out."""
        return self.result.points + self.share

    @property
    def written(self) -> float | None:
        """The points of written answers; None where nothing is marked."""
        marked = [mark.points for mark in self.marks if mark.points is not None]
        return round(sum(marked), 2) if marked else None

    @property
    def unmarked(self) -> int:
        """How many written answers are still to be marked."""
        return sum(mark.points is None for mark in self.marks)

    @property
    def is_given(self) -> bool:
        """Whether somebody has said what it is in all."""
        return any(change.fixes for change in self.changes)

    @property
    def total(self) -> float | None:
        """The grade: everything in all; None where there is none."""
        if self.result.problem and not self.is_given:
            return None
        earned = 0.0 if self.result.problem else self.result.total + (self.written or 0.0)
        return round(max(0.0, earned + sum(change.points for change in self.changes)), 2)

    def earned(self, task: TaskResult) -> float:
        """The points of a task with what was changed by hand."""
        return round(task.earned + sum(change.points for change in self.of(task.id)), 2)

    def of(self, what: str) -> list[Change]:
        """The changes of a task, or of the total."""
        return [change for change in self.changes if change.of == what]

    def whys(self) -> list[str]:
        """Each reason once, in the order in which the changes count."""
        return list(dict.fromkeys([*(change.why for change in self.changes), *self.notes]))
