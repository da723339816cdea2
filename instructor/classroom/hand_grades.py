"""Written answers, gathered into a table to grade by hand, and the hand grades read back from it.

Answers are the markdown cells of students' notebooks that carry the tag `answer`. `answers.csv` is the one
place for hand grades: it is filled in with a spreadsheet, read at the next run, and written again with what
is new. A grade stays with its answer; where that has changed since, it is said.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path

from instructor.classroom.entries import Entry
from instructor.classroom.table_file import read_table, write_table
from instructor.core.tasks import ROOT, notebooks
from instructor.core.text import sanitize
from instructor.grading.intake import BROKEN, Submission

HEADER = ("submission", "student", "question", "question text", "answer", "points", "comment", "note")
CHANGED = "the answer has changed since it was marked"
SHOWN = 300  # characters of a question in the table
UNTOUCHED = ("double-click here and write over this line", "双击这里，用你的回答替换这一行")
PREFIXES = ("**Your answer:**", "**你的回答：**")  # in each language of the notebooks
LONGEST = 20_000  # characters of one answer that are kept


@dataclass(frozen=True)
class HandGrade:
    """One answer; `points` is None until it is graded."""

    submission: str
    student: str
    question: str
    answer: str
    points: float | None = None
    comment: str = ""
    note: str = ""


class HandGrades:
    """The hand grades in the table at `path`, if there is one. Raises ValueError when one can't be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = {(grade.submission, grade.question): grade for grade in _read(path)}
        self.grades: list[HandGrade] = []

    def of(self, entry: Entry, answers: Mapping[str, str]) -> list[HandGrade]:
        """The answers of a submission, with the grades that there are for them."""
        student = ", ".join(person.name for person in entry.students)
        own = []
        for question in questions():
            known, answer = self._known.pop((entry.name, question), None), answers.get(question, "")
            if answer or (known and known.points is not None):
                own.append(_with_known(HandGrade(entry.name, student, question, answer), known))
        self.grades += own
        return own

    @staticmethod
    def total(own: list[HandGrade]) -> float | None:
        """The sum of a submission's hand grades; None when nothing is graded."""
        points = [grade.points for grade in own if grade.points is not None]
        return sum(points) if points else None

    def write(self) -> None:
        """Write the table again, also with what it holds on submissions that this run is not about."""
        grades = [*self.grades, *self._known.values()]
        grades.sort(key=lambda grade: (list(questions()).index(grade.question), grade.submission))
        write_table(self._path, HEADER, map(_row, grades))


def _with_known(grade: HandGrade, known: HandGrade | None) -> HandGrade:
    if known is None or (known.points is None and not known.comment):
        return grade
    note = CHANGED if known.note or _words(known.answer) != _words(grade.answer) else ""
    return replace(grade, points=known.points, comment=known.comment, note=note)


def _words(text: str) -> list[str]:
    return text.split()


def _row(grade: HandGrade) -> list[object]:
    text = " ".join(questions()[grade.question].split())
    row = [grade.submission, grade.student, grade.question, text[:SHOWN], grade.answer]
    return [*row, grade.points, grade.comment, grade.note]


def _read(path: Path) -> list[HandGrade]:
    if not path.is_file():
        return []
    grades = []
    for number, row in enumerate(read_table(path), 2):
        question = row.get("question", "")
        if question in questions() and row.get("submission"):
            fields = [row.get(name, "") for name in ("submission", "student", "question", "answer")]
            points = _points(row.get("points", ""), f"{path.name}, row {number}")
            grades.append(HandGrade(*fields, points, row.get("comment", ""), row.get("note", "")))
    return grades


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


@cache
def questions() -> dict[str, str]:
    """The text of each question by the cell of its answer, as `notebooks/Name.ipynb#cell`."""
    found = {}
    for name in notebooks():
        cells = json.loads((ROOT / name).read_text(encoding="utf-8"))["cells"]
        for before, cell in pairwise(cells):
            if "answer" in cell["metadata"].get("tags", ()):
                found[f"{name}#{cell['id']}"] = "".join(before["source"])
    return found


def written_answers(submission: Submission) -> dict[str, str]:
    """What a student wrote, by the keys of `questions()`; an untouched or empty answer is left out."""
    found = {}
    for name in notebooks():
        cells = _cells(submission.notebooks.get(name, b""))
        for key in questions():
            if key.startswith(f"{name}#"):
                text = _answer(cells.get(key.partition("#")[2], ""))
                if text:
                    found[key] = text
    return found


def _answer(source: str) -> str:
    text = sanitize(source, LONGEST).strip()
    for prefix in PREFIXES:
        text = text.removeprefix(prefix).strip()
    return "" if any(given in text and len(text) < len(given) + 10 for given in UNTOUCHED) else text


def _cells(data: bytes) -> dict[str, str]:
    """Sources of the markdown cells of a notebook that a student handed in, by the cell's id."""
    try:
        content = json.loads(data)
        return {
            str(cell.get("id")): _text(cell.get("source"))
            for cell in content["cells"]
            if isinstance(cell, dict) and cell.get("cell_type") == "markdown"
        }
    except (*BROKEN, KeyError, TypeError, AttributeError):
        return {}


def _text(source: object) -> str:
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""
