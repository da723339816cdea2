"""Written answers, gathered into a table to grade by hand, and the hand grades read back from it.

Answers are the cells of students' notebooks that `cs231n.answer_cells` finds. `answers.csv` is the one place
for hand grades: it is filled in with a spreadsheet, read at the next run, and written again with what is new.
A grade stays with its answer; where that has changed since, it is said. What can't be read back is refused,
so that no mark is lost.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from pathlib import Path

from cs231n.answer_cells import expected_in, is_answer, located, source_of, written
from instructor.classroom.entries import Entry
from instructor.classroom.table_file import read_table, write_table
from instructor.core.tasks import ROOT, notebooks
from instructor.core.text import sanitize
from instructor.grading.intake import Submission

HEADER = ("submission", "student", "question", "question text", "answer", "points", "comment", "note")
CHANGED = "the answer has changed since it was marked"
SHOWN = 300  # characters of a question in the table
LONGEST = 20_000  # characters of one answer that are kept
NEEDED = ("submission", "question", "points")  # columns without which there is no mark
LOST = "can't be found"  # in the remarks on answers


@dataclass(frozen=True)
class HandGrade:
    """One answer; `points` is None until it is graded. `more` is what the instructor's own columns hold."""

    submission: str
    student: str
    question: str
    answer: str
    points: float | None = None
    comment: str = ""
    note: str = ""
    more: dict[str, str] = field(default_factory=dict)

    @property
    def is_marked(self) -> bool:
        """Whether somebody has written anything into its row."""
        return self.points is not None or bool(self.comment) or any(self.more.values())


class HandGrades:
    """The hand grades in the table at `path`, if there is one, of these submissions (None: of any).

    Raises ValueError with a sentence when a mark can't be read, or belongs to nothing.
    """

    def __init__(self, path: Path, submissions: Collection[str] | None = None) -> None:
        self._path = path
        self._before = path.read_bytes() if path.is_file() else None
        self._known = _read(path, submissions)
        self._own_columns = list(next(iter(self._known.values())).more) if self._known else []
        self.grades: list[HandGrade] = []

    def of(self, entry: Entry, answers: Mapping[str, str]) -> list[HandGrade]:
        """The answers of a submission, with the grades that there are for them."""
        student = ", ".join(person.name for person in entry.students)
        own = []
        for question in questions():
            known, answer = self._known.pop((entry.name, question), None), answers.get(question, "")
            if answer or (known and known.is_marked):
                own.append(_with_known(HandGrade(entry.name, student, question, answer), known))
        self.grades += own
        return own

    @staticmethod
    def total(own: list[HandGrade]) -> float | None:
        """The sum of a submission's hand grades; None when nothing is graded."""
        points = [grade.points for grade in own if grade.points is not None]
        return sum(points) if points else None

    def write(self) -> None:
        """Write the table again, also with what it holds on submissions that this run is not about.

        Raises ValueError when somebody has saved another one meanwhile.
        """
        if self._before != (self._path.read_bytes() if self._path.is_file() else None):
            raise ValueError(f"{self._path.name} was saved while the reports were written: run this again.")
        grades = [*self.grades, *self._known.values()]
        grades.sort(key=lambda grade: (list(questions()).index(grade.question), grade.submission))
        rows = ([*_row(grade), *(grade.more.get(name, "") for name in self._own_columns)] for grade in grades)
        write_table(self._path, [*HEADER, *self._own_columns], rows, keep=True)


def _with_known(grade: HandGrade, known: HandGrade | None) -> HandGrade:
    if known is None or not known.is_marked:
        return grade
    note = CHANGED if known.note or _words(known.answer) != _words(grade.answer) else ""
    return replace(grade, points=known.points, comment=known.comment, note=note, more=known.more)


def _words(text: str) -> list[str]:
    return text.split()


def _row(grade: HandGrade) -> list[object]:
    text = " ".join(questions()[grade.question].split())
    row = [grade.submission, grade.student, grade.question, text[:SHOWN], grade.answer]
    return [*row, grade.points, grade.comment, grade.note]


def _read(path: Path, submissions: Collection[str] | None) -> dict[tuple[str, str], HandGrade]:
    if not path.is_file():
        return {}
    grades: dict[tuple[str, str], HandGrade] = {}
    for number, row in enumerate(read_table(path, HEADER, NEEDED), 2):
        place = f"{path.name}, row {number}"
        fields = [row.get(name, "") for name in ("submission", "student", "question", "answer")]
        more = {name: text for name, text in row.items() if name and name not in HEADER}
        points = _points(row["points"], place)
        grade = HandGrade(*fields, points, row.get("comment", ""), row.get("note", ""), more)
        key = (grade.submission, grade.question)
        if grade.question not in questions():
            if grade.is_marked:
                raise ValueError(_astray(place, f"no question {grade.question[:80]!r}"))
            continue
        if grade.is_marked and submissions is not None and grade.submission not in submissions:
            raise ValueError(_astray(place, f"no submission called {grade.submission[:80]!r}"))
        if key in grades and grades[key].is_marked and grade.is_marked:
            raise ValueError(f"{place}: this answer is marked above already. Keep one of the two rows.")
        if key not in grades or grade.is_marked:
            grades[key] = grade
    return grades


def _astray(place: str, what: str) -> str:
    return (
        f"{place}: there is {what} in this class (any more), and the mark would count for nobody. Correct "
        "the row, or move it to a file of its own; nothing was changed."
    )


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
        for before, cell in pairwise(_given(name)):
            if is_answer(cell):
                found[f"{name}#{cell['id']}"] = source_of(before)
    return found


def written_answers(submission: Submission) -> dict[str, str]:
    """What a student wrote, by the keys of `questions()`; an untouched or empty answer is left out."""
    return gathered_answers(submission)[0]


def gathered_answers(submission: Submission) -> tuple[dict[str, str], list[str]]:
    """The written answers, and remarks on answers whose cell or question can't be found."""
    answers: dict[str, str] = {}
    remarks = []
    for name in notebooks():
        if not (cells := submission.cells.get(name)):
            continue
        found, lost = located(cells, expected_in(_given(name)))
        for key, places in found.items():
            if text := sanitize(written(cells, places), LONGEST):
                answers[f"{name}#{key}"] = text
        asked = [_heading(name, key) for key, places in found.items() if not places]
        if asked:
            remarks.append(f"{name}: the cells of the answers to {', '.join(asked)} {LOST}.")
        for place in lost:
            if text := written(cells, [place]):
                said = sanitize(" ".join(text.split()), SHOWN)
                remarks.append(f"{name}: the question of an answer {LOST}: “{said}”")
    return answers, remarks


def _heading(name: str, key: str) -> str:
    number = dict(expected_in(_given(name)))[key]
    return key if number is None else f"Question {number}"


@cache
def _given(name: str) -> list[dict]:
    return json.loads((ROOT / name).read_text(encoding="utf-8"))["cells"]
