"""One submission, graded by itself: what an instructor and the term's rules add to its points."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from instructor.classroom.adjustments import Adjustment, Adjustments, read_adjustments
from instructor.classroom.entries import Entry, Student
from instructor.classroom.exports import created_at
from instructor.classroom.lateness import lateness
from instructor.classroom.settling import settle
from instructor.core.questions import load_written
from instructor.core.result import Result
from instructor.core.term import load_term, read_moment
from instructor.core.text import sanitize
from instructor.core.whole_grade import Grade
from instructor.grading.intake import submission_name

METADATA = "submission_metadata.json"  # beside the submission, in Gradescope's container
BYTES = 64 << 20


class Alone:
    """A submission, whose it is, and when it was handed in, as far as that is said.

    Of `adjust`, the table of a whole class, the rows of this student count; `handed_in` is a time, else that
    of Gradescope's metadata beside the submission, which also tells of extensions. Raises ValueError with a
    sentence for a table or a time that can't be understood.
    """

    def __init__(self, path: Path, adjust: Path | None = None, handed_in: str | None = None) -> None:
        self._term = load_term()
        if adjust and not adjust.is_file():
            raise ValueError(f"There is no table of adjustments {adjust}.")
        self._adjustments = read_adjustments(adjust, self._term) if adjust else Adjustments()
        people, when, self._until = _gradescope(path)
        if handed_in:
            try:
                when = read_moment(handed_in, self._term.local)
            except ValueError as error:
                raise ValueError(f"--handed-in: {error}.") from None
        name = submission_name(path)
        self._students = people or (Student(name=name),)
        self._entry = Entry(name, path, self._students, when=when)
        self.whose = ", ".join(person.name for person in people)

    def settled(self, result: Result) -> Grade:
        """What the student gets for this result; of a group, all do."""
        known = {row: None for who in self._students for row in self._adjustments.of(who, self._entry)}
        rows, due = list(known), self._term.due
        if due and self._until and self._until > due and not any(row.until for row in rows):
            rows.append(Adjustment(0, self._entry.name, "Given on Gradescope.", until=self._until))
        late = lateness(self._students[0], self._entry, self._term, rows)
        grade = settle(result, rows=rows, late=late, term=self._term)
        share = load_written().share
        if not share or result.problem:
            return grade
        told = f"Beside these points, written answers make up {share} of the 100: they are marked apart."
        return replace(grade, notes=(*grade.notes, told))


def _gradescope(path: Path) -> tuple[tuple[Student, ...], datetime | None, datetime | None]:
    """Whose a submission is, when it was handed in, and the latest deadline of one of them.

    So the metadata says that Gradescope puts beside it.
    """
    file = path.resolve().parent / METADATA
    try:
        if not file.is_file() or file.stat().st_size > BYTES:
            return (), None, None
        content = json.loads(file.read_text(encoding="utf-8"))
        people = tuple(_student(user) for user in content.get("users", ()))
        dates = [
            created_at((user.get("assignment") or {}).get("due_date")) for user in content.get("users", ())
        ]
        until = max(filter(None, dates), default=None)
        return people, created_at(content.get("created_at")), until
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return (), None, None


def _student(user: dict) -> Student:
    said = {key: sanitize(str(user.get(key) or ""), 200) for key in ("name", "sid", "email")}
    return Student(name=said["name"], number=said["sid"], email=said["email"])
