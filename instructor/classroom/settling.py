"""From a result to a grade: tasks changed by hand, written answers, lateness, the total changed by hand.

In this order, so that each reason counts on what stands above it, and the last word is the instructor's.
Nothing is graded again for any of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from instructor.classroom.adjustments import Adjustment
from instructor.classroom.lateness import Lateness
from instructor.core.result import Result
from instructor.core.term import LatePolicy, Term, shown
from instructor.core.whole_grade import ADJUSTED, LATE, TOTAL, Change, Grade, Mark
from instructor.grading.report.words import number


def settle(
    result: Result,
    marks: Sequence[Mark] = (),
    share: int = 0,
    rows: Sequence[Adjustment] = (),
    late: Lateness | None = None,
    term: Term | None = None,
) -> Grade:
    """The grade of one student for a result that may also say why there is none.

    `share` is what written answers make up of the whole, `rows` are the student's adjustments.
    """
    term = term or Term()
    grade = Grade(result, tuple(marks), share=share, notes=tuple(_notes(rows, late, term)))
    if not result.problem:
        grade = _with(grade, _of_tasks(result, rows))
        grade = _with(grade, _for_lateness(grade, late, term.late))
    for row in sorted(rows, key=lambda row: row.adds):
        if row.of == TOTAL and row.points is not None:
            before = grade.total or 0.0
            after = max(0.0, before + row.points) if row.adds else row.points
            why, fixes = _why(row, "the total", before, after), not row.adds or bool(result.problem)
            grade = _with(grade, [Change(ADJUSTED, TOTAL, round(after - before, 2), why, fixes)])
    return grade


def _with(grade: Grade, changes: Iterable[Change]) -> Grade:
    changed = (*grade.changes, *changes)
    return Grade(grade.result, grade.marks, changed, grade.share, grade.notes)


def _of_tasks(result: Result, rows: Sequence[Adjustment]) -> list[Change]:
    """The changes of tasks, fixed points first; no task has more than its points, or less than 0."""
    tasks, found = {task.id: task for task in result.tasks}, []
    earned = {task.id: task.earned for task in result.tasks}
    for row in sorted(rows, key=lambda row: row.adds):
        if row.of not in tasks or row.points is None:
            continue
        before, most = earned[row.of], tasks[row.of].points
        after = min(max(before + row.points, 0.0), most) if row.adds else row.points
        earned[row.of] = after
        why = _why(row, tasks[row.of].title, before, after)
        found.append(Change(ADJUSTED, row.of, round(after - before, 2), why))
    return found


def _why(row: Adjustment, what: str, before: float, after: float) -> str:
    """The reason with what it did, and what of it did not count."""
    told = f"{what[:1].upper()}{what[1:]}: {number(after)} instead of {number(before)} points"
    if row.adds and abs(after - before - row.points) > 1e-9:
        told += f" (of {row.points:+g}, what there is room for)"
    return f"{told}. {_sentence(row.reason)}"


def _for_lateness(grade: Grade, late: Lateness | None, policy: LatePolicy) -> list[Change]:
    if late is None or not late.days or not policy.per_day:
        return []
    points = policy.deduction(late.days, grade.total or 0.0)
    days = f"{late.days} day{'s' if late.days > 1 else ''}"
    return [Change(LATE, TOTAL, 0.0 - points, f"{late.said} That is {days}: {policy.said(late.days)}.")]


def _notes(rows: Sequence[Adjustment], late: Lateness | None, term: Term) -> Iterable[str]:
    """What a student is to know and what costs nothing."""
    for row in rows:
        if row.until:
            yield f"Extension until {shown(row.until)}. {_sentence(row.reason)}"
    if late and late.said and not (late.days and term.late.per_day):
        yield late.said
    if late and late.doubt and term.late.per_day:
        yield "When this was handed in is not known here, so that nothing was taken off for lateness."


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…", "。")) else f"{text}."
