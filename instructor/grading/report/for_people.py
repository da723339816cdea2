"""A result as people read it: feedback.html for the student, and a table in the terminal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from rich.console import Console
from rich.table import Table
from rich.text import Text

from instructor.core.result import NOT_GRADED, NOT_RUN, NOT_STARTED, PASSED, Result, TaskResult
from instructor.core.tasks import load_tasks
from instructor.core.whole_grade import Grade
from instructor.grading.report.words import (
    aspect_words,
    conditions,
    explanations,
    extra,
    number,
    sentence,
    signed,
    worth,
)

FOLDER = Path(__file__).parent
SHOWN = 12  # names of ignored files that are listed
STEPS = 3
STYLES = {
    "passed": "green",
    "partial": "yellow",
    "wrong": "red",
    "not started": "dim",
    "could not run": "magenta",
    "not graded": "dim",
}


def feedback_html(result: Result, whose: str = "", grade: Grade | None = None) -> str:
    """The page for one result, with the names of its students where they are known; all of it is escaped.

    `grade` is what they get for it, where that is more or less than what the checks say.
    """
    grade = grade or Grade(result)
    return _template().render(
        result=result,
        grade=grade,
        is_plain=not (grade.changes or grade.share or grade.written),
        whose=whose or result.name,
        conditions=conditions(result),
        steps=next_steps(result),
        shown=SHOWN,
    )


def _slug(status: str) -> str:
    return status.replace(" ", "-")


def _breakable(text: str) -> Markup:
    """The text, escaped, with places where a long name like NetworkVisualization may be broken."""
    return Markup("<wbr>").join(re.split(r"(?<=[a-z])(?=[A-Z])", text))


def environment(folder: Path) -> Environment:
    """What renders a page whose template is in `folder`: everything is escaped, the style is shared."""
    found = Environment(
        loader=FileSystemLoader([folder, FOLDER]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"number": number, "words": aspect_words, "slug": _slug, "sentence": sentence}
    found.filters |= {
        "explained": explanations,
        "extra": extra,
        "signed": signed,
        "worth": worth,
        "breakable": _breakable,
    }
    return found


@cache
def _template() -> Template:
    return environment(FOLDER).get_template("feedback.html.j2")


@dataclass(frozen=True)
class Step:
    """A task to go on with, and a sentence on how."""

    task: TaskResult
    how: str


def next_steps(result: Result) -> list[Step]:
    """Up to three tasks that do not build on others still to be done; begun ones first, bonus last."""
    needs = {task.id: task.needs for task in load_tasks()}
    open_tasks = {task.id: task for task in result.tasks if task.status not in (PASSED, NOT_RUN, NOT_GRADED)}
    ready = [
        task for task in open_tasks.values() if not any(need in open_tasks for need in needs.get(task.id, ()))
    ]
    ready.sort(key=lambda task: (task.bonus, task.status == NOT_STARTED))
    return [Step(task, _how(task)) for task in ready[:STEPS]]


def _how(task: TaskResult) -> str:
    if task.status != NOT_STARTED:
        return task.hint
    return task.remark or f"Not started yet. {task.hint}"  # a remark: its file is missing or can't be read


def show(result: Result, console: Console, grade: Grade | None = None) -> None:
    """Print every task with its points and status, the total, and what else there is to say."""
    grade = grade or Grade(result)
    if result.tasks:
        console.print(_table(grade))
    for remark in [*grade.whys(), *result.remarks, *result.internal]:
        console.print(Text(f"- {remark}"), soft_wrap=True)
    if result.ignored:
        console.print(Text(f"- {_ignored(len(result.ignored))}"))
    if result.problem:
        console.print(Text(f"Not graded: {result.problem}", style="bold red"), soft_wrap=True)
    else:
        style = "bold red" if result.sandbox == "none" else ""
        console.print(Text(conditions(result), style=style), soft_wrap=True)


def _ignored(count: int) -> str:
    return "1 other file was ignored." if count == 1 else f"{count} other files were ignored."


def _table(grade: Grade) -> Table:
    result = grade.result
    table = Table(title=Text(f"Submission {result.name}"), title_justify="left")
    table.add_column("Task")
    table.add_column("Points", justify="right")
    table.add_column("Status")
    for task in result.tasks:
        points = f"{number(grade.earned(task))}/{task.points}"
        table.add_row(Text(task.title), points, Text(task.status, style=STYLES[task.status]))
    table.add_section()
    table.add_row("Total", f"{number(result.score)}/{result.points}{extra(result)}", "", style="bold")
    if grade.changes:
        table.add_row("Grade", f"{number(grade.total)}/{grade.points}", "", style="bold")
    return table
