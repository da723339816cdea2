"""The result as a table in the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from instructor.core.result import Result
from instructor.grading.report.words import conditions, extra, number

STYLES = {
    "passed": "green",
    "partial": "yellow",
    "wrong": "red",
    "not started": "dim",
    "could not run": "magenta",
    "not graded": "dim",
}


def show(result: Result, console: Console) -> None:
    """Print every task with its points and status, the total, and what else there is to say."""
    if result.tasks:
        console.print(_table(result))
    for remark in [*result.remarks, *result.internal]:
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


def _table(result: Result) -> Table:
    table = Table(title=Text(f"Submission {result.name}"), title_justify="left")
    table.add_column("Task")
    table.add_column("Points", justify="right")
    table.add_column("Status")
    for task in result.tasks:
        points = f"{number(task.earned)}/{task.points}"
        table.add_row(Text(task.title), points, Text(task.status, style=STYLES[task.status]))
    table.add_section()
    table.add_row("Total", f"{number(result.score)}/{result.points}{extra(result)}", "", style="bold")
    return table
