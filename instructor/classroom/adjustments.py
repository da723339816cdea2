"""What an instructor changes by hand, in one table: overrides, appeals, partial credit, extensions.

`adjust.csv` is written by people and only read here, at each run. A row names a student, says what becomes of
a task or of the total, and why; or until when the student may hand in. Whatever can't be understood, or is
of nobody and nothing, is refused with its line, so that no change is lost or counts for another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from instructor.classroom.entries import Entry, Student, in_small_letters
from instructor.classroom.table_file import numbered_rows, write_table
from instructor.core.tasks import Task, load_tasks
from instructor.core.term import Term, read_moment, shown
from instructor.core.text import did_you_mean, sanitize
from instructor.core.whole_grade import TOTAL

NAME = "adjust.csv"
HEADER = ("student", "task", "points", "change", "reason", "extension until")
NEEDED = ("student", "reason")
NUMBER = re.compile(r"([+\-−–])? ?(\d{1,4}(?:[.,]\d+)?)")
LONGEST = 500  # characters of a reason


@dataclass(frozen=True)
class Adjustment:
    """A row: `points` are what a task, or the total, has in all, or with `adds` what is added to it.

    `until` moves the student's deadline. `line` is where the row stands.
    """

    line: int
    student: str
    reason: str
    of: str = TOTAL
    points: float | None = None
    adds: bool = False
    until: datetime | None = None


class Adjustments:
    """The rows of a table, whose name is `file`."""

    def __init__(self, rows: Sequence[Adjustment] = (), file: str = NAME) -> None:
        self._rows, self._file = list(rows), file
        self._named: dict[str, list[Adjustment]] = {}
        for row in rows:
            self._named.setdefault(in_small_letters(row.student), []).append(row)

    def of(self, student: Student, entry: Entry | None = None) -> list[Adjustment]:
        """The rows of a student, by any name that is theirs; those of one submission too."""
        found = (row for name in _names(student, entry) for row in self._named.get(name, ()))
        return sorted(found, key=lambda row: row.line)

    def named(self) -> tuple[str, ...]:
        """Whom and what each row is of."""
        return tuple(f"{row.student}, {'extension' if row.until else row.of}" for row in self._rows)

    def require_known(self, entries: Iterable[Entry], absent: Iterable[Student]) -> None:
        """Raise ValueError, naming the line, for a row that is of nobody or could be of several."""
        people: dict[object, set[str]] = {}
        written: dict[str, str] = {}  # who is called so, as they are written
        mentioned = [(who, each) for each in entries for who in each.students]
        for place, (student, entry) in enumerate([*mentioned, *((who, None) for who in absent)]):
            sure = (student.id, student.number, student.login, student.email)
            one = sure if any(sure) else place
            names = _names(student, entry)
            people.setdefault(one, set()).update(names)
            written = dict.fromkeys(names, student.name or (entry.name if entry else "")) | written
        for row in self._rows:
            wanted = in_small_letters(row.student)
            found = sum(wanted in names for names in people.values())
            if found > 1:
                raise ValueError(
                    f"{self._file}, line {row.line}: {found} students may be called {row.student!r}. Give "
                    "the number, the login, the e-mail address or the name of the submission."
                )
            if not found:
                raise ValueError(
                    f"{self._file}, line {row.line}: there is no student {row.student!r} in this "
                    f"class.{did_you_mean(wanted, written, written)} "
                    "Who has handed in nothing yet is known from a class list (--roster)."
                )


def read_adjustments(path: Path, term: Term, tasks: Sequence[Task] = ()) -> Adjustments:
    """The rows of the table at `path`; none where there is no such file.

    Raises ValueError with a sentence, which names the line, for a row that can't be understood.
    """
    if not path.is_file():
        return Adjustments()
    tasks = {task.id: task for task in tasks or load_tasks()}
    rows = [
        _row(f"{path.name}, line {line}", line, row, term, tasks)
        for line, row in numbered_rows(path, HEADER, NEEDED)
        if any(text.strip() for text in row.values())
    ]
    fixed: dict[tuple[str, str], int] = {}
    for row in rows:
        who, what = in_small_letters(row.student), "extension" if row.until else row.of
        if row.adds and not row.until:
            continue
        if (who, what) in fixed:
            told = "has an extension" if row.until else f"has points for {what}"
            raise ValueError(
                f"{path.name}, line {row.line}: {row.student} {told} in line {fixed[who, what]} already. "
                "Keep one of the two."
            )
        fixed[who, what] = row.line
    return Adjustments(rows, path.name)


def write_empty(path: Path) -> None:
    """Put a table without rows at `path`, where there is none, to be filled in."""
    if not path.exists():
        write_table(path, HEADER, [])


def _row(place: str, line: int, row: dict[str, str], term: Term, tasks: dict[str, Task]) -> Adjustment:
    text = {name: sanitize(row.get(name, "").strip(), LONGEST) for name in HEADER}
    if not text["student"]:
        raise ValueError(f"{place}: it names no student.")
    known = {in_small_letters(name) for task in tasks.values() for name in (task.id, task.title)} | {TOTAL}
    if in_small_letters(text["points"]) in known:
        told = f"{text['points']!r} stands where the points should: a name with a comma needs quotes, "
        raise ValueError(f'{place}: {told}as "Lee, Ann".')
    if not text["reason"]:
        raise ValueError(f"{place}: give a reason; the student reads it.")
    found = Adjustment(line, text["student"], text["reason"])
    if text["extension until"]:
        found = replace(found, until=_until(place, text["extension until"], term))
        if text["points"] or text["change"]:
            raise ValueError(f"{place}: an extension and points are two rows, each with its reason.")
        if text["task"] and in_small_letters(text["task"]) != TOTAL:
            raise ValueError(f"{place}: an extension is of the whole submission; leave {text['task']!r} out.")
        return found
    if bool(text["points"]) == bool(text["change"]):
        both = "points and change exclude each other" if text["points"] else "it changes nothing"
        raise ValueError(f"{place}: {both}. Give points, or a change such as +2, or extension until.")
    task = _task(place, text["task"], tasks)
    points, adds = _number(place, text["points"] or text["change"], bool(text["change"]))
    if task and not adds and points > task.points:
        raise ValueError(f"{place}: {points:g} points, and {task.id} has {task.points} at most.")
    return replace(found, of=task.id if task else TOTAL, points=points, adds=adds)


def _task(place: str, text: str, tasks: dict[str, Task]) -> Task | None:
    """The task of an id or a title; None for the total."""
    name = in_small_letters(text)
    if name == TOTAL:
        return None
    known = {in_small_letters(key): task for task in tasks.values() for key in (task.id, task.title)}
    if name not in known:
        told = f"there is no task {text[:60]!r}" if text else "it names no task"
        raise ValueError(f"{place}: {told}; there are {', '.join(tasks)}, and total.")
    return known[name]


def _number(place: str, text: str, adds: bool) -> tuple[float, bool]:
    """Points, and whether they are added: with a sign, or in the column of changes."""
    found = NUMBER.fullmatch(text)
    if not found:
        raise ValueError(f"{place}: {text[:40]!r} is not a number of points, such as 7, +2 or -1.5.")
    points = float(found[2].replace(",", "."))
    return (-points if found[1] and found[1] != "+" else points), adds or bool(found[1])


def _until(place: str, text: str, term: Term) -> datetime:
    try:
        until = read_moment(text, term.local)
    except ValueError as error:
        raise ValueError(f"{place}: {error}.") from None
    if term.due and until <= term.due:
        raise ValueError(
            f"{place}: the extension until {shown(until.astimezone(term.due.tzinfo))} ends no later than the "
            f"deadline, {shown(term.due)}."
        )
    return until


def _names(student: Student, entry: Entry | None) -> set[str]:
    """All that a student is known by; the name of a submission of several people is nobody's alone."""
    own = {entry.name, entry.path.name} if entry and len(entry.students) == 1 else set()
    return student.called() | {in_small_letters(name) for name in own}
