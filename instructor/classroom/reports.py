"""All that is written about a class: the same journal and submissions give the same files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from instructor.classroom.adjustments import NAME as ADJUST
from instructor.classroom.adjustments import Adjustment, Adjustments, read_adjustments, write_empty
from instructor.classroom.class_run import read_entry
from instructor.classroom.entries import ClassFolder, Entry, Student
from instructor.classroom.freshness import brought_up_to_date
from instructor.classroom.gradebook import GRADED, NOT_YET, Line, slim, write_gradebooks
from instructor.classroom.hand_grades import CHANGED, HandGrade, HandGrades
from instructor.classroom.journal import Journal
from instructor.classroom.last_run import (
    LastRun,
    about_vanished,
    gone,
    read_last,
    require_same_class,
    require_tables,
    vanished,
    write_last,
)
from instructor.classroom.lateness import NAMED, Lateness, lateness, without_times
from instructor.classroom.page import class_html, summary_markdown
from instructor.classroom.pseudonyms import pseudonyms
from instructor.classroom.returns import write_returns
from instructor.classroom.settling import settle
from instructor.classroom.sheets import Columns
from instructor.classroom.tallies import Statistics
from instructor.classroom.work import Options
from instructor.core.files import write_atomically
from instructor.core.result import Result
from instructor.core.tasks import Task, load_tasks
from instructor.core.term import Term, load_term
from instructor.core.whole_grade import TOTAL, Grade, Mark
from instructor.grading.report import remove_reports, write_reports
from instructor.grading.report.words import not_run, number

_NOTHING = Result("", 0, "", problem="Nothing was handed in.")


@dataclass(frozen=True)
class Class:
    """A class: its submissions, where its reports go, who handed in nothing, which tasks count, and how.

    A record that was graded with other `options` is as good as none; None: what they were is not looked at.
    `columns` are the words of the tables to import, by default the class's own name and Moodle's in English.
    `adjust` is the table of adjustments, if it is not the one among the reports; with `anonymous` those who
    mark the answers don't learn whose they are. `roster` is the class list that was given, `source` the
    folder that was, where the class lies within it; with `force` what counted last time may be gone.
    """

    folder: ClassFolder
    target: Path
    absent: list[Student]
    task_ids: tuple[str, ...]
    options: Options | None = None
    columns: Columns | None = None
    adjust: Path | None = None
    anonymous: bool = False
    roster: Path | None = None
    source: Path | None = None
    force: bool = False

    @property
    def title(self) -> str:
        return self.target.name

    @property
    def adjust_file(self) -> Path:
        return self.adjust or self.target / ADJUST

    @property
    def answers_file(self) -> Path:
        return self.target / "answers.csv"

    @property
    def tasks(self) -> list[Task]:
        return [task for task in load_tasks() if task.id in self.task_ids]


@dataclass(frozen=True)
class ByHand:
    """What people and the term's rules add to the checks: marks, adjustments, lateness.

    `readable` are the students with work that can be read: what else they uploaded is adjusted in no way.
    `run` is what to keep for the next run, `gone` are sentences on what counted in the last one, `lost` the
    submissions that are not there any more.
    """

    grades: HandGrades
    adjustments: Adjustments
    term: Term
    run: LastRun
    readable: frozenset[Student] = frozenset()
    gone: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    def lost_by(self, student: Student) -> str:
        """The submission of a student that was graded before and is not there any more; "" if none is."""
        return next((name for name in self.lost if student.name in self.run.authors.get(name, ())), "")

    def late(self, student: Student, entry: Entry) -> Lateness:
        return lateness(student, entry, self.term, self.adjustments.of(student, entry))

    def settled(
        self, student: Student, entry: Entry | None, result: Result, marks: Sequence[Mark] = ()
    ) -> Grade:
        """The grade of a student of a submission, or of none."""
        is_beside = entry is not None and bool(entry.problem) and student in self.readable
        rows = [] if is_beside else self.adjustments.of(student, entry)
        late = lateness(student, entry, self.term, rows) if entry else None
        return settle(result, marks, self.grades.written.share, rows, late, self.term)

    def told(self, folder: ClassFolder) -> list[str]:
        """Sentences on what is gone, and on what is not known of when submissions were handed in."""
        late = [
            (entry.name, self.late(student, entry)) for entry in folder.entries for student in entry.students
        ]
        is_asked = self.term.due or any(each.when for _, each in late)
        return [*self.gone, *(without_times(late) if is_asked else [])]


def by_hand(course: Class) -> ByHand:
    """All marks, adjustments and rules that there are already.

    Raises ValueError with a sentence when one of them would be lost or can't be understood.
    """
    names = [entry.name for entry in course.folder.entries]
    run, last = _about(course, names), read_last(course.target)
    if last and not course.force:
        require_same_class(last, run, course.target)
    hidden = pseudonyms(course.target / "journal", names, course.anonymous)
    grades = HandGrades(course.answers_file, set(names), hidden, course.anonymous)
    term = load_term()
    if course.adjust and not course.adjust.is_file():
        raise ValueError(f"There is no table of adjustments {course.adjust}.")
    adjustments = read_adjustments(course.adjust_file, term)
    adjustments.require_known(course.folder.entries, course.absent)
    whole = (entry for entry in course.folder.entries if not entry.problem)
    readable = frozenset(student for entry in whole for student in entry.students)
    lost = vanished(names, course.target / "students")
    before = {name: authors for name, authors in (last.authors if last else {}).items() if name in lost}
    authors = {each.name: tuple(who.name for who in each.students) for each in course.folder.entries}
    run = replace(run, adjustments=adjustments.named(), marks=grades.marked(), authors=before | authors)
    if last and not course.force:
        require_tables(last, run, course.adjust_file, course.answers_file)
    told = [
        *(gone(last, run, course.answers_file) if last else ()),
        *about_vanished(lost),
    ]
    return ByHand(grades, adjustments, term, run, readable, tuple(told), tuple(lost))


def _about(course: Class, names: list[str]) -> LastRun:
    folder = course.source or course.folder.path
    given = (str(path.resolve()) if path else "" for path in (course.roster, course.adjust))
    return LastRun(str(folder.resolve()), tuple(names), *given)


def write_class_reports(course: Class, journal: Journal) -> str:
    """Write every report into the class's folder; return the summary for people in a few lines.

    Raises ValueError, and writes nothing, when a mark by hand or an adjustment would be lost.
    """
    course.target.mkdir(parents=True, exist_ok=True)
    added = by_hand(course)
    grades, statistics = added.grades, Statistics(course.tasks)
    lines = list(_lines(course, journal, added, statistics))
    columns = course.columns or Columns(course.title)
    write_gradebooks(course.target, lines, course.tasks, columns, grades.written.share)
    kept = write_returns(course.target, lines, columns.sheet is not None)
    grades.write()
    if course.adjust is None:
        write_empty(course.adjust_file)
    told = [
        *_without_notebooks(course),
        *waiting(lines),
        *unmarked(lines),
        *changed(grades.grades),
        *_lowered(lines, added.adjustments),
        *_idle(lines, added.adjustments),
    ]
    left_out = [*course.folder.left_out(), *added.told(course.folder)]
    summary = summary_markdown(course.title, statistics, lines, left_out, told)
    write_atomically(course.target / "summary.md", summary)
    page = class_html(course.title, statistics, lines, grades, left_out, told)
    write_atomically(course.target / "class.html", page)
    write_last(course.target, added.run)
    if page := os.environ.get("GITHUB_STEP_SUMMARY"):
        with open(page, "a", encoding="utf-8") as file:
            file.write(summary)
    return "\n".join([statistics.sentence(), *told, *kept])


def _without_notebooks(course: Class) -> list[str]:
    told = not_run(course.options.notebooks, course.options.tasks) if course.options else ""
    return [told] if told else []


def waiting(lines: Sequence[Line]) -> list[str]:
    """A sentence on the submissions that are not graded yet; none where all are."""
    every = dict.fromkeys(line.submission for line in lines if line.submission)
    names = list(dict.fromkeys(line.submission for line in lines if line.status == NOT_YET))
    if not names:
        return []
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return [f"Not graded yet: {len(names)} of {len(every)} submissions: {', '.join(names[:NAMED])}{more}."]


def unmarked(lines: Sequence[Line]) -> list[str]:
    """A sentence on the answers that count and are not marked yet; none where none is."""
    left = {line.submission: line.grade.unmarked for line in lines if line.grade and line.grade.share}
    count = sum(left.values())
    are = "1 written answer counts and is" if count == 1 else f"{count} written answers count and are"
    told = "Until then canvas.csv and moodle.csv hold no points of those who gave them."
    return [f"{are} not marked yet: fill in answers.csv. {told}"] if count else []


def _lowered(lines: Sequence[Line], adjustments: Adjustments) -> list[str]:
    """A sentence on the overrides that take points away: under other points they may have been a gift."""
    rows = ((line, row) for line in lines for row in adjustments.of(line.student, line.entry))
    found = {
        f"{line.submission}, {row.of}: {number(row.points)} instead of {number(before)}": None
        for line, row in rows
        if line.status == GRADED and not row.adds and row.points is not None
        if row.points < (before := _overridden(line.grade, row))
    }
    if not found:
        return []
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    told = "An override lowers" if len(found) == 1 else f"{len(found)} overrides lower"
    return [
        f"{told} what was earned: {'; '.join(list(found)[:NAMED])}{more}. If tasks are worth something else "
        "since, correct the table of adjustments."
    ]


def _overridden(grade: Grade, row: Adjustment) -> float:
    """What a task, or the total, would have without an override; 0 where it is of no task here."""
    if row.of == TOTAL:
        return row.points - sum(change.points for change in grade.of(TOTAL) if change.fixes)
    return next((task.earned for task in grade.result.tasks if task.id == row.of), 0.0)


def changed(grades: Sequence[HandGrade]) -> list[str]:
    """A sentence on the marks that count for another answer than was marked; none where none does."""
    count = sum(grade.points is not None and grade.note == CHANGED for grade in grades)
    have = "1 answer has" if count == 1 else f"{count} answers have"
    return [f"{have} changed since the mark that counts: look at note in answers.csv."] if count else []


def _idle(lines: Sequence[Line], adjustments: Adjustments) -> list[str]:
    """A sentence on the adjustments of tasks that change nothing, because there is no grade."""
    graded = {line.student for line in lines if line.status == GRADED}
    names = {
        line.submission or line.student.name: None
        for line in lines
        if line.status not in (GRADED, NOT_YET)
        and line.student not in graded
        and any(row.of != TOTAL for row in adjustments.of(line.student, line.entry))
    }
    told = "Nothing was graded here, so that points of single tasks change nothing; give points for the total"
    return [f"{told}: {', '.join(names)}."] if names else []


def _lines(course: Class, journal: Journal, added: ByHand, statistics: Statistics) -> Iterator[Line]:
    """A line for each student; on the way each submission's own reports are written and it is counted."""
    for entry in course.folder.entries:
        record = journal.read(entry.name)
        read = read_entry(entry)
        current = record and brought_up_to_date(record, read, course.options)
        late = {student: added.late(student, entry) for student in entry.students}
        if current is None:
            remove_reports(entry.name, course.target / "students")
            for each in entry.students:
                told = added.settled(each, entry, _NOTHING).notes
                yield Line(each, entry, late=late[each], told=told)
            continue
        marks = (
            added.grades.marks(added.grades.of(entry, current.answers)) if not current.result.problem else []
        )
        grades = {each: added.settled(each, entry, current.result, marks) for each in entry.students}
        declared = "" if isinstance(read, Result) else read.help_used
        whose = ", ".join(student.name for student in entry.students)
        write_reports(current.result, course.target / "students", whose, _shared(grades))
        statistics.add(entry, current.result, _shared(grades))
        for student, grade in grades.items():
            yield Line(student, entry, slim(grade), late[student], declared)
    for student in course.absent:
        grade = added.settled(student, None, _NOTHING)
        given = grade if grade.is_given else None
        yield Line(student, grade=given, told=grade.notes, lost=added.lost_by(student))


def _shared(grades: dict[Student, Grade]) -> Grade:
    """The grade of a submission; where its students have several, without what they don't share."""
    first, *others = grades.values()
    if all((each.changes, each.notes) == (first.changes, first.notes) for each in others):
        return first
    told = []
    for student, grade in grades.items():
        points = "no grade" if grade.total is None else f"{number(grade.total)} of {grade.points} points"
        told.append(" ".join([f"{student.name}: {points}.", *grade.whys()]))
    return replace(first, changes=(), notes=tuple(told))
