"""All that is written about a class: the same journal and submissions give the same files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from instructor.classroom.class_run import read_entry
from instructor.classroom.entries import ClassFolder, Student
from instructor.classroom.freshness import brought_up_to_date
from instructor.classroom.gradebook import Line, slim, write_gradebooks
from instructor.classroom.hand_grades import HandGrades
from instructor.classroom.journal import Journal
from instructor.classroom.page import class_html, summary_markdown
from instructor.classroom.returns import write_returns
from instructor.classroom.sheets import Columns
from instructor.classroom.tallies import Statistics
from instructor.classroom.work import Options
from instructor.core.files import write_atomically
from instructor.core.result import Result
from instructor.core.tasks import Task, load_tasks
from instructor.grading.report import remove_reports, write_reports


@dataclass(frozen=True)
class Class:
    """A class: its submissions, where its reports go, who handed in nothing, which tasks count, and how.

    A record that was graded with other `options` is as good as none; None: what they were is not looked at.
    `columns` are the words of the tables to import, by default the class's own name and Moodle's in English.
    """

    folder: ClassFolder
    target: Path
    absent: list[Student]
    task_ids: tuple[str, ...]
    options: Options | None = None
    columns: Columns | None = None

    @property
    def title(self) -> str:
        return self.target.name

    @property
    def tasks(self) -> list[Task]:
        return [task for task in load_tasks() if task.id in self.task_ids]


def hand_grades(course: Class) -> HandGrades:
    """The marks by hand that there are already. Raises ValueError when one of them would be lost."""
    return HandGrades(course.target / "answers.csv", {entry.name for entry in course.folder.entries})


def write_class_reports(course: Class, journal: Journal) -> str:
    """Write every report into the class's folder; return the summary for people in a few lines.

    Raises ValueError, and writes nothing, when a mark by hand would be lost.
    """
    course.target.mkdir(parents=True, exist_ok=True)
    grades = hand_grades(course)
    statistics = Statistics(course.tasks)
    lines = list(_lines(course, journal, grades, statistics))
    write_gradebooks(course.target, lines, course.tasks, course.columns or Columns(course.title))
    kept = write_returns(course.target, lines, bool(course.columns and course.columns.sheet))
    grades.write()
    left_out = course.folder.left_out()
    summary = summary_markdown(course.title, statistics, lines, left_out)
    write_atomically(course.target / "summary.md", summary)
    page = class_html(course.title, statistics, lines, grades, left_out)
    write_atomically(course.target / "class.html", page)
    if page := os.environ.get("GITHUB_STEP_SUMMARY"):
        with open(page, "a", encoding="utf-8") as file:
            file.write(summary)
    return "\n".join([statistics.sentence(), *kept])


def _lines(course: Class, journal: Journal, grades: HandGrades, statistics: Statistics) -> Iterator[Line]:
    """A line for each student; on the way each submission's own reports are written and it is counted."""
    for entry in course.folder.entries:
        record = journal.read(entry.name)
        read = read_entry(entry)
        current = record and brought_up_to_date(record, read, course.options)
        if current is None:
            remove_reports(entry.name, course.target / "students")
            yield from (Line(student, entry) for student in entry.students)
            continue
        told = "" if isinstance(read, Result) else read.help_used
        own = grades.of(entry, current.answers)
        whose = ", ".join(student.name for student in entry.students)
        write_reports(current.result, course.target / "students", whose)
        statistics.add(entry, current.result)
        for student in entry.students:
            yield Line(student, entry, slim(current.result), grades.total(own), told)
    for student in course.absent:
        yield Line(student)
