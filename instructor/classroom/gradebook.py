"""The gradebook: a row for each student, in shapes for reading, for Canvas and for Moodle."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from instructor.classroom.entries import Entry, Student
from instructor.classroom.lateness import Lateness
from instructor.classroom.sheets import Columns
from instructor.classroom.table_file import write_table
from instructor.core.result import Result
from instructor.core.tasks import Task
from instructor.core.whole_grade import ADJUSTED, LATE, Grade
from instructor.grading.report.words import marked, number

HEADER = ("student", "id", "number", "login", "email", "section", "submission", "status", "late")
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = ("Identifier", "Full name", "Email address", "Grade", "Maximum Grade", "Last modified (grade)")
MOODLE += ("Feedback comments",)
GRADED, NOT_GRADED, NOTHING = "graded", "not graded", "nothing handed in"
NOT_YET, UNREAD, UNSURE = "not graded yet", "could not be read", "ambiguous"
LOST = "gone since it was graded"


ENDS = (".", "!", "?", "…", "。")
NO_DEADLINE = Lateness(is_asked=False)


@dataclass(frozen=True)
class Line:
    """One student's submission: without `entry` nothing was handed in, without `grade` it is not graded yet.

    Where nothing was handed in, there may be a grade all the same: one that somebody has given. `help_used`
    is what the student says of help, `told` what there is to know where there is no grade, `lost` a
    submission that was graded before and is not there any more.
    """

    student: Student
    entry: Entry | None = None
    grade: Grade | None = None
    late: Lateness = NO_DEADLINE
    help_used: str = ""
    told: tuple[str, ...] = ()
    lost: str = ""

    @property
    def result(self) -> Result | None:
        return self.grade and self.grade.result

    @property
    def written(self) -> float | None:
        return self.grade and self.grade.written

    @property
    def submission(self) -> str:
        return self.entry.name if self.entry else ""

    @property
    def status(self) -> str:
        if self.entry is None:
            return UNSURE if self.student.note else LOST if self.lost else NOTHING
        if self.entry.problem:
            return UNREAD
        if self.result is None:
            return NOT_YET
        return NOT_GRADED if self.result.problem else GRADED

    @property
    def note(self) -> str:
        """What is unsure about this line, or was left out of it."""
        said = [self.entry.problem, self.entry.doubt, *self.entry.notes] if self.entry else []
        said += [f"{self.lost} was graded before and is not in the folder any more."] if self.lost else []
        return " ".join(filter(None, [self.student.note, *said]))

    @property
    def total(self) -> float | None:
        """Points in all: bonus, written answers, what was adjusted and taken off; None without a grade."""
        if self.grade is None or (self.status != GRADED and not self.grade.is_given):
            return None
        return self.grade.total

    @property
    def whys(self) -> list[str]:
        """What made the total differ from the points of checks and answers, and what else to know."""
        return self.grade.whys() if self.grade else list(self.told)

    @property
    def why(self) -> str:
        """All of `whys` in one text."""
        return " ".join(self.whys)


def slim(grade: Grade) -> Grade:
    """A grade with its points and comments alone, so that a large class fits into memory."""
    tasks = [replace(task, checks=(), remark="", hint="") for task in grade.result.tasks]
    result = replace(grade.result, tasks=tasks, remarks=[], internal=[], ignored=[], pictures=[])
    return replace(grade, result=result, marks=tuple(replace(mark, answer="") for mark in grade.marks))


def write_gradebooks(
    folder: Path, lines: Iterable[Line], tasks: Sequence[Task], columns: Columns, share: int = 0
) -> None:
    """Write gradebook.csv, canvas.csv and moodle.csv into `folder`; `columns` are for the last two.

    `share` are the points of written answers among the whole; they come on top where it is 0.
    """
    ordered, points = sorted(lines, key=_place), max_points(tasks) + share
    more = _more(ordered, points, share)
    header = [*HEADER, *(name for name, _ in more)]
    for task in tasks:
        header += [task.id, *(f"{task.id}.{aspect}" for aspect in task.aspects)]
    write_table(folder / "gradebook.csv", header, (_row(line, tasks, more) for line in ordered))
    ordered = _once(ordered)
    rows = [("    Points Possible", "", "", "", "", points), *map(_canvas, ordered)]
    write_table(folder / "canvas.csv", [*CANVAS, columns.assignment], rows, for_people=False)
    graded = [line for line in ordered if line.status != NOT_YET]
    if sheet := columns.sheet:
        known = {line.student.id: (line.total, _comment(line)) for line in graded}
        write_table(folder / "moodle.csv", sheet.header, sheet.filled(known), for_people=False)
        return
    write_table(folder / "moodle.csv", MOODLE, (_moodle(line, points) for line in graded), for_people=False)


def in_doubt(line: Line) -> bool:
    """Whether it is unsure that what was graded is this student's last work."""
    return bool(line.entry and (line.entry.doubt or (line.student.note and not _ids(line.student))))


def _more(lines: Sequence[Line], points: int, share: int) -> list[tuple[str, Callable[[Line], object]]]:
    """The columns between those of the student and those of the tasks; most only where they say something."""
    grades = [line.grade for line in lines if line.grade]
    kinds = {change.kind for grade in grades for change in grade.changes}
    columns: list[tuple[bool, str, Callable[[Line], object]]] = [
        (any(line.late.when for line in lines), "handed in", lambda line: _when(line.late)),
        (any(line.late.days for line in lines), "days late", lambda line: line.late.days or None),
        (any(map(_noted, lines)), "note", _noted),
        (any(line.help_used for line in lines), "help used", lambda line: line.help_used),
        (True, "total", lambda line: line.total),
        (True, "points", lambda line: points),
        (any(line.written is not None for line in lines), "written", lambda line: line.written),
        (
            bool(share) and any(grade.unmarked for grade in grades),
            "answers to mark",
            lambda line: line.grade.unmarked if line.grade else None,
        ),
        (ADJUSTED in kinds, ADJUSTED, lambda line: _changed(line, ADJUSTED)),
        (LATE in kinds, "for lateness", lambda line: _changed(line, LATE)),
        (any(line.why for line in lines), "why", lambda line: line.why),
    ]
    return [(name, told) for is_told, name, told in columns if is_told]


def _noted(line: Line) -> str:
    """The note of a line, and why a table to import has no points of it."""
    return " ".join(filter(None, [line.note, _to_mark(line)]))


def _to_mark(line: Line) -> str:
    """A sentence on answers that count and are not marked; "" without any, or where the total is given."""
    grade = line.grade
    if not grade or not grade.share or not grade.unmarked or grade.is_given:
        return ""
    are = "1 written answer is" if grade.unmarked == 1 else f"{grade.unmarked} written answers are"
    return f"{are} not marked yet: no points to import until then."


def _when(late: Lateness) -> str:
    return late.when.isoformat(sep=" ", timespec="seconds") if late.when else ""


def _changed(line: Line, kind: str) -> float | None:
    own = [change.points for change in line.grade.changes if change.kind == kind] if line.grade else []
    return sum(own) if own else None


def max_points(tasks: Iterable[Task]) -> int:
    """What a full score is: bonus tasks come on top."""
    return sum(task.points for task in tasks if not task.bonus)


def _place(line: Line) -> tuple[str, str]:
    return line.student.name.casefold(), line.submission


def _once(lines: Iterable[Line]) -> list[Line]:
    """The lines for tables to import: one for each student whom an id tells from others.

    Of several the graded one; where it is in doubt which that is, or answers that count are not marked yet,
    one without points.
    """
    found: dict[object, list[Line]] = {}
    for place, line in enumerate(lines):
        who = line.student
        found.setdefault(_ids(who) or place, []).append(line)
    return [_import(each) for each in found.values()]


def _import(lines: list[Line]) -> Line:
    if given := [line for line in lines if line.grade and line.grade.is_given]:
        return min(given, key=lambda line: line.status != GRADED)  # somebody has decided
    graded = [line for line in lines if line.total is not None]
    best = (graded or lines)[0]
    doubt = best.entry.doubt if best.entry else ""
    if best.entry and best.student.note and not _ids(best.student):
        doubt = best.student.note
    doubt = doubt or _to_mark(best)
    if len(graded) > 1:
        doubt = f"{len(graded)} submissions are of {best.student.name}: keep the one that is to be graded."
    return replace(best, entry=replace(best.entry, problem=doubt)) if doubt else best


def _ids(student: Student) -> tuple[str, ...]:
    """All that tells a student from another of the name; empty where nothing does."""
    known = (student.id, student.number, student.email, student.login)
    return known if any(known) else ()


def _canvas(line: Line) -> list[object]:
    student = line.student
    return [student.name, student.id, student.number, student.login, student.section, line.total]


def _moodle(line: Line, points: int) -> list[object]:
    identifier = f"Participant {line.student.id}" if line.student.id else ""
    return [identifier, line.student.name, line.student.email, line.total, points, "", _comment(line)]


def _row(
    line: Line, tasks: Sequence[Task], more: Sequence[tuple[str, Callable[[Line], object]]]
) -> list[object]:
    student, entry, grade = line.student, line.entry, line.grade
    row: list[object] = [student.name, student.id, student.number, student.login, student.email]
    row += [student.section, entry.name if entry else "", line.status, line.late.word if entry else None]
    row += [told(line) for _, told in more]
    graded = {task.id: task for task in grade.result.tasks} if line.status == GRADED else {}
    for task in tasks:
        own = graded.get(task.id)
        row += [grade.earned(own) if own else None]
        row += [own.aspects.get(aspect, (None,))[0] if own else None for aspect in task.aspects]
    return row


def _comment(line: Line) -> str:
    if line.status in (UNSURE, LOST) or (line.status == UNREAD and line.result and not line.result.problem):
        return ""  # what is to be said of it is said to the instructor
    if line.status == UNREAD:
        return " ".join(filter(None, [line.entry.problem, line.why]))
    if line.status != GRADED:
        said = line.result.problem.splitlines()[0] if line.result else "Nothing was handed in."
        return " ".join(filter(None, [said, line.why]))
    grade = line.grade
    lost = [task for task in line.result.tasks if grade.earned(task) < task.points]
    told = [f"{task.title}: {number(grade.earned(task))} of {task.points}" for task in lost]
    told += [marked(mark) for mark in grade.marks if mark.comment or mark.points != mark.most]
    return _joined(told, grade.whys())


def _joined(parts: Iterable[str], sentences: Sequence[str]) -> str:
    """Parts with semicolons between them, as far as they are no sentences, and then the sentences."""
    told = ""
    for part in parts:
        told += (" " if told.endswith(ENDS) else "; ") + part if told else part
    told += "." if told and sentences and not told.endswith(ENDS) else ""
    return " ".join(filter(None, [told, *sentences]))
