"""All that is written about a class: the same journal and submissions give the same files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from instructor.classroom.class_run import read_entry
from instructor.classroom.entries import ClassFolder, Entry, Student
from instructor.classroom.gradebook import Line, slim, write_gradebooks
from instructor.classroom.hand_grades import HandGrades
from instructor.classroom.journal import Journal, Record
from instructor.classroom.page import class_html, summary_markdown
from instructor.classroom.tallies import Statistics
from instructor.core.files import write_atomically
from instructor.core.tasks import Task, load_tasks
from instructor.grading.intake import Submission
from instructor.grading.report import write_reports


@dataclass(frozen=True)
class Class:
    """A class: its submissions, where its reports go, who handed in nothing, and which tasks count."""

    folder: ClassFolder
    target: Path
    absent: list[Student]
    task_ids: tuple[str, ...]

    @property
    def title(self) -> str:
        return self.target.name

    @property
    def tasks(self) -> list[Task]:
        return [task for task in load_tasks() if task.id in self.task_ids]


def write_class_reports(course: Class, journal: Journal) -> str:
    """Write every report into the class's folder; return the summary for people in a few lines."""
    course.target.mkdir(parents=True, exist_ok=True)
    grades = HandGrades(course.target / "answers.csv")
    statistics = Statistics(course.tasks)
    lines = list(_lines(course, journal, grades, statistics))
    write_gradebooks(course.target, lines, course.tasks, course.title)
    grades.write()
    left_out = course.folder.left_out()
    summary = summary_markdown(course.title, statistics, lines, left_out)
    write_atomically(course.target / "summary.md", summary)
    page = class_html(course.title, statistics, lines, grades, left_out)
    write_atomically(course.target / "class.html", page)
    if page := os.environ.get("GITHUB_STEP_SUMMARY"):
        with open(page, "a", encoding="utf-8") as file:
            file.write(summary)
    return statistics.sentence()


def _lines(course: Class, journal: Journal, grades: HandGrades, statistics: Statistics) -> Iterator[Line]:
    """A line for each student; on the way each submission's own reports are written and it is counted."""
    for entry in course.folder.entries:
        record = journal.read(entry.name)
        if record is None or _has_changed(entry, record):
            yield from (Line(student, entry) for student in entry.students)
            continue
        own = grades.of(entry, record.answers)
        whose = ", ".join(student.name for student in entry.students)
        write_reports(record.result, course.target / "students", whose)
        statistics.add(entry, record.result)
        for student in entry.students:
            yield Line(student, entry, slim(record.result), grades.total(own))
    for student in course.absent:
        yield Line(student)


def _has_changed(entry: Entry, record: Record) -> bool:
    """Whether other work lies there than was graded: the run was stopped before it, or left it out."""
    submission = read_entry(entry)
    return isinstance(submission, Submission) and submission.digest() != record.result.digest
