"""The gradebook: a row for each student, in shapes for reading, for Canvas and for Moodle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from instructor.classroom.entries import Entry, Student
from instructor.classroom.sheets import Columns
from instructor.classroom.table_file import write_table
from instructor.core.result import Result
from instructor.core.tasks import Task
from instructor.grading.report.words import number

HEADER = ("student", "id", "number", "login", "email", "section", "submission", "status", "late")
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = ("Identifier", "Full name", "Email address", "Grade", "Maximum Grade", "Last modified (grade)")
MOODLE += ("Feedback comments",)
GRADED, NOT_GRADED, NOTHING = "graded", "not graded", "nothing handed in"
NOT_YET, UNREAD, UNSURE = "not graded yet", "could not be read", "ambiguous"


@dataclass(frozen=True)
class Line:
    """One student's submission: without `entry` nothing was handed in, without `result` it is not graded yet.

    `written` are the points of hand grades, `help_used` what the student says of help.
    """

    student: Student
    entry: Entry | None = None
    result: Result | None = None
    written: float | None = None
    help_used: str = ""

    @property
    def submission(self) -> str:
        return self.entry.name if self.entry else ""

    @property
    def status(self) -> str:
        if self.entry is None:
            return UNSURE if self.student.note else NOTHING
        if self.entry.problem:
            return UNREAD
        if self.result is None:
            return NOT_YET
        return NOT_GRADED if self.result.problem else GRADED

    @property
    def note(self) -> str:
        """What is unsure about this line, or was left out of it."""
        said = [self.entry.problem, self.entry.doubt, *self.entry.notes] if self.entry else []
        return " ".join(filter(None, [self.student.note, *said]))

    @property
    def total(self) -> float | None:
        """Points in all, bonus and written answers included; None where there is no grade."""
        if self.status != GRADED:
            return None
        return self.result.total + (self.written or 0.0)


def slim(result: Result) -> Result:
    """A result with its points alone, so that those of a large class fit into memory."""
    tasks = [replace(task, checks=(), remark="", hint="") for task in result.tasks]
    return replace(result, tasks=tasks, remarks=[], internal=[], ignored=[], pictures=[])


def write_gradebooks(folder: Path, lines: Iterable[Line], tasks: Sequence[Task], columns: Columns) -> None:
    """Write gradebook.csv, canvas.csv and moodle.csv into `folder`; `columns` are for the last two."""
    ordered = sorted(lines, key=_place)
    by_hand, points = any(line.written is not None for line in ordered), max_points(tasks)
    noted, declared = any(line.note for line in ordered), any(line.help_used for line in ordered)
    header = [
        *HEADER,
        *(["note"] if noted else []),
        *(["help used"] if declared else []),
        "total",
        "points",
        *(["written"] if by_hand else []),
    ]
    for task in tasks:
        header += [task.id, *(f"{task.id}.{aspect}" for aspect in task.aspects)]
    write_table(
        folder / "gradebook.csv", header, (_row(line, tasks, by_hand, noted, declared) for line in ordered)
    )
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


def max_points(tasks: Iterable[Task]) -> int:
    """What a full score is: bonus tasks come on top."""
    return sum(task.points for task in tasks if not task.bonus)


def _place(line: Line) -> tuple[str, str]:
    return line.student.name.casefold(), line.submission


def _once(lines: Iterable[Line]) -> list[Line]:
    """The lines for tables to import: one for each student whom an id tells from others.

    Of several the graded one; where it is in doubt which that is, one without points.
    """
    found: dict[object, list[Line]] = {}
    for place, line in enumerate(lines):
        who = line.student
        found.setdefault(_ids(who) or place, []).append(line)
    return [_import(each) for each in found.values()]


def _import(lines: list[Line]) -> Line:
    graded = [line for line in lines if line.total is not None]
    best = (graded or lines)[0]
    doubt = best.entry.doubt if best.entry else ""
    if best.entry and best.student.note and not _ids(best.student):
        doubt = best.student.note
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


def _row(line: Line, tasks: Sequence[Task], by_hand: bool, noted: bool, declared: bool) -> list[object]:
    student, entry = line.student, line.entry
    row: list[object] = [student.name, student.id, student.number, student.login, student.email]
    row += [student.section, entry.name if entry else "", line.status, entry.late if entry else None]
    row += [line.note] if noted else []
    row += [line.help_used] if declared else []
    row += [line.total, max_points(tasks), *([line.written] if by_hand else [])]
    graded = {} if line.total is None else {task.id: task for task in line.result.tasks}
    for task in tasks:
        own = graded.get(task.id)
        row += [own.earned if own else None]
        row += [own.aspects.get(aspect, (None,))[0] if own else None for aspect in task.aspects]
    return row


def _comment(line: Line) -> str:
    if line.status == UNSURE or (line.status == UNREAD and line.result and not line.result.problem):
        return ""  # what is to be said of it is said to the instructor
    if line.status == UNREAD:
        return line.entry.problem
    if line.total is None:
        return line.result.problem.splitlines()[0] if line.result else "Nothing was handed in."
    lost = [task for task in line.result.tasks if task.earned < task.points]
    return "; ".join(f"{task.title}: {number(task.earned)} of {task.points}" for task in lost)
