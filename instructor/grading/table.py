"""The result as a table in the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from instructor.grading.result import Result

STYLES = {
    "passed": "green",
    "partial": "yellow",
    "wrong": "red",
    "not started": "dim",
    "could not run": "magenta",
}


def show(result: Result, console: Console) -> None:
    """Print every task with its points and status, the total, and what else there is to say."""
    table = Table(title=Text(f"Submission {result.name}"), title_justify="left")
    table.add_column("Task")
    table.add_column("Points", justify="right")
    table.add_column("Status")
    for task in result.tasks:
        points = f"{number(task.earned)}/{task.points}"
        table.add_row(Text(task.title), points, Text(task.status, style=STYLES[task.status]))
    table.add_section()
    table.add_row(
        Text("Total", style="bold"), Text(f"{number(result.score)}/{result.points}", style="bold"), ""
    )
    console.print(table)


def number(points: float) -> str:
    """Points without a needless fraction: 3, 1.5."""
    return f"{points:.2f}".rstrip("0").rstrip(".")
