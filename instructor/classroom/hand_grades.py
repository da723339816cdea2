"""Written answers, gathered into a table to grade by hand, and the hand grades read back from it.

Answers are the cells of students' notebooks that `cs231n.answer_cells` finds. `answers.csv` is the one place
for hand grades: it is filled in with a spreadsheet, read at the next run, and written again with what is new.
A grade stays with its answer; where that has changed since, it is said. What can't be read back is refused,
so that no mark is lost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from cs231n.answer_cells import expected_in, located, written
from instructor.classroom.entries import Entry
from instructor.classroom.table_file import numbered_rows, write_table
from instructor.core.questions import given_cells, load_written, questions, rubric_of, title_of
from instructor.core.tasks import notebooks
from instructor.core.text import sanitize
from instructor.core.whole_grade import Mark
from instructor.grading.intake import Submission

HEADER = ("submission", "student", "question", "question text", "answer", "points", "comment", "note")
MOST, RUBRIC = OPTIONAL = ("maximum", "rubric")  # columns that are only written, where there is such a thing
UNANSWERED = "without an answer"
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

    The table names its submissions by their names or by `pseudonyms`, which are known in any case; with
    `anonymous` it is written with these. Raises ValueError with a sentence when a mark can't be read, is more
    than its question is worth, or belongs to nothing.
    """

    def __init__(
        self,
        path: Path,
        submissions: Collection[str] | None = None,
        pseudonyms: Mapping[str, str] | None = None,
        anonymous: bool = False,
    ) -> None:
        self._path, self._pseudonyms, self.anonymous = path, pseudonyms or {}, anonymous
        self._before = path.read_bytes() if path.is_file() else None
        self.written = load_written()
        self._known = _read(path, submissions, self._pseudonyms, self.written.most)
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

    def marked(self) -> tuple[str, ...]:
        """The submission and the question of each answer that has points."""
        every = (*self.grades, *self._known.values())
        return tuple(f"{each.submission}, {each.question}" for each in every if each.points is not None)

    def marks(self, own: Iterable[HandGrade]) -> list[Mark]:
        """What a student is told: every answer, and with a maximum every question, as it was marked."""
        by_question, most, found = {grade.question: grade for grade in own}, self.written.most, []
        for question in questions():
            grade = by_question.get(question)
            if grade:
                told = (title_of(question), grade.answer, grade.points, most.get(question))
                found.append(Mark(*told, grade.comment, grade.note))
            elif question in most:
                found.append(Mark(title_of(question), "", 0.0, most[question], note=UNANSWERED))
        return found

    def who(self, grade: HandGrade) -> tuple[str, str]:
        """The submission and the student of an answer, as whoever marks it may know them."""
        if self.anonymous:
            return self._pseudonyms[grade.submission], ""
        return grade.submission, grade.student

    def write(self) -> None:
        """Write the table again, also with what it holds on submissions that this run is not about.

        Raises ValueError when somebody has saved another one meanwhile.
        """
        if self._before != (self._path.read_bytes() if self._path.is_file() else None):
            raise ValueError(f"{self._path.name} was saved while the reports were written: run this again.")
        place, most = list(questions()).index, self.written.most
        grades = [*self.grades, *self._known.values()]
        grades.sort(key=lambda grade: (place(grade.question), self.who(grade)[0]))
        more = [MOST] if most else []
        more += [RUBRIC] if any(rubric_of(question) for question in questions()) else []
        rows = []
        for grade in grades:
            beside = {MOST: most.get(grade.question), RUBRIC: rubric_of(grade.question)}
            row = [*_row(grade, *self.who(grade)), *(beside[name] for name in more)]
            rows.append([*row, *(grade.more.get(name, "") for name in self._own_columns)])
        write_table(self._path, [*HEADER, *more, *self._own_columns], rows, keep=True)


def _with_known(grade: HandGrade, known: HandGrade | None) -> HandGrade:
    if known is None or not known.is_marked:
        return grade
    note = CHANGED if known.note or _words(known.answer) != _words(grade.answer) else ""
    return replace(grade, points=known.points, comment=known.comment, note=note, more=known.more)


def _words(text: str) -> list[str]:
    return text.split()


def _row(grade: HandGrade, submission: str, student: str) -> list[object]:
    text = " ".join(questions()[grade.question].split())
    row = [submission, student, grade.question, text[:SHOWN], grade.answer]
    return [*row, grade.points, grade.comment, grade.note]


def _read(
    path: Path, submissions: Collection[str] | None, pseudonyms: Mapping[str, str], most: Mapping[str, float]
) -> dict[tuple[str, str], HandGrade]:
    if not path.is_file():
        return {}
    grades: dict[tuple[str, str], HandGrade] = {}
    names = {pseudonym: name for name, pseudonym in pseudonyms.items()}
    for number, (_, row) in enumerate(numbered_rows(path, HEADER, NEEDED, OPTIONAL), 2):
        place = f"{path.name}, row {number}"
        fields = [row.get(name, "") for name in ("submission", "student", "question", "answer")]
        fields[0] = names.get(fields[0], fields[0])
        more = {name: text for name, text in row.items() if name and name not in (*HEADER, *OPTIONAL)}
        points = _points(row["points"], place)
        grade = HandGrade(*fields, points, row.get("comment", ""), row.get("note", ""), more)
        key = (grade.submission, grade.question)
        if grade.question not in questions():
            if grade.is_marked:
                raise ValueError(_astray(place, f"no question {grade.question[:80]!r}"))
            continue
        if points is not None and points > most.get(grade.question, points):
            raise ValueError(
                f"{place}: {points:g} points, and {title_of(grade.question)} has "
                f"{most[grade.question]:g} at most."
            )
        if submissions is not None and grade.submission not in submissions:
            if grade.is_marked:
                raise ValueError(_astray(place, f"no submission called {grade.submission[:80]!r}"))
            continue
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
        found, lost = located(cells, expected_in(given_cells(name)))
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
    number = dict(expected_in(given_cells(name)))[key]
    return key if number is None else f"Question {number}"
