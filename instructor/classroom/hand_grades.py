"""Written answers, gathered into a table to mark by hand, and the marks read back from it.

`answers.csv` is the one place for marks: it is filled in with a spreadsheet, read at the next run, and
written again with what is new. A mark stays with its answer; where that has changed since, it is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from instructor.classroom.answers import questions
from instructor.classroom.entries import Entry
from instructor.classroom.table_file import read_table, write_table

HEADER = ("submission", "student", "question", "question text", "answer", "points", "comment", "note")
CHANGED = "the answer has changed since it was marked"
SHOWN = 300  # characters of a question in the table


@dataclass(frozen=True)
class Mark:
    """One answer; `points` is None until it is marked."""

    submission: str
    student: str
    question: str
    answer: str
    points: float | None = None
    comment: str = ""
    note: str = ""


class Marks:
    """The marks in the table at `path`, if there is one. Raises ValueError when one can't be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = {(mark.submission, mark.question): mark for mark in _read(path)}
        self.marks: list[Mark] = []

    def of(self, entry: Entry, answers: Mapping[str, str]) -> list[Mark]:
        """The answers of a submission, with the marks that there are for them."""
        student = ", ".join(person.name for person in entry.students)
        own = []
        for question in questions():
            known, answer = self._known.pop((entry.name, question), None), answers.get(question, "")
            if answer or (known and known.points is not None):
                own.append(_marked(Mark(entry.name, student, question, answer), known))
        self.marks += own
        return own

    @staticmethod
    def total(own: list[Mark]) -> float | None:
        """The sum of a submission's marks; None when nothing is marked."""
        points = [mark.points for mark in own if mark.points is not None]
        return sum(points) if points else None

    def write(self) -> None:
        """Write the table again, also with what it holds on submissions that this run is not about."""
        marks = [*self.marks, *self._known.values()]
        marks.sort(key=lambda mark: (list(questions()).index(mark.question), mark.submission))
        write_table(self._path, HEADER, map(_row, marks))


def _marked(mark: Mark, known: Mark | None) -> Mark:
    if known is None or (known.points is None and not known.comment):
        return mark
    note = CHANGED if known.note or _words(known.answer) != _words(mark.answer) else ""
    return Mark(mark.submission, mark.student, mark.question, mark.answer, known.points, known.comment, note)


def _words(text: str) -> list[str]:
    return text.split()


def _row(mark: Mark) -> list[object]:
    text = " ".join(questions()[mark.question].split())
    row = [mark.submission, mark.student, mark.question, text[:SHOWN], mark.answer]
    return [*row, mark.points, mark.comment, mark.note]


def _read(path: Path) -> list[Mark]:
    if not path.is_file():
        return []
    marks = []
    for number, row in enumerate(read_table(path), 2):
        question = row.get("question", "")
        if question in questions() and row.get("submission"):
            fields = [row.get(name, "") for name in ("submission", "student", "question", "answer")]
            points = _points(row.get("points", ""), f"{path.name}, row {number}")
            marks.append(Mark(*fields, points, row.get("comment", ""), row.get("note", "")))
    return marks


def _points(text: str, place: str) -> float | None:
    text = text.strip().replace(",", ".")
    if not text:
        return None
    try:
        points = float(text)
    except ValueError:
        points = float("nan")
    if not 0 <= points <= 1_000:
        raise ValueError(f"{place}: {text[:40]!r} is not a number of points.")
    return points
