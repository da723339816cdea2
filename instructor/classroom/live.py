"""The live view of a class run: what is done, what is running, how long it will take."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from instructor.classroom.entries import Entry
from instructor.classroom.pool import Event
from instructor.core.result import Result
from instructor.grading.report.words import extra, number

SHOWN = 12  # running submissions that are listed
LATEST = 3  # finished ones


class LiveTable(AbstractContextManager):
    """Shows a run of `total` submissions by `jobs` workers; a log gets a line for each result.

    `share` are the points that written answers make up.
    """

    def __init__(self, console: Console, total: int, jobs: int, share: int = 0) -> None:
        self._console, self._total, self._jobs, self._share = console, total, jobs, share
        self._began = time.monotonic()
        self._running: dict[str, tuple[Event, float]] = {}
        self._latest: list[Text] = []
        self.done = self.failed = self.unchanged = 0
        self._seconds: list[float] = []
        self._live = Live(get_renderable=self._view, console=console, refresh_per_second=4, transient=True)

    def __enter__(self) -> LiveTable:
        if self._console.is_terminal:
            self._live.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        if self._console.is_terminal:
            self._live.__exit__(*error)

    def happened(self, event: Event) -> None:
        started = self._running.get(event.name, (event, time.monotonic()))[1]
        self._running[event.name] = (event, started)

    def settled(self, entry: Entry, result: Result, fresh: bool) -> None:
        self.done += 1
        self.failed += bool(result.problem)
        self.unchanged += not fresh
        if entry.name in self._running:
            self._seconds.append(time.monotonic() - self._running.pop(entry.name)[1])
        line = Text(f"{entry.name}  {said(result, self._share)}", style="red" if result.problem else "")
        self._latest = [*self._latest, line][-LATEST:]
        if fresh and not self._console.is_terminal:
            self._console.print(f"[{self.done}/{self._total}]", line, markup=False, soft_wrap=True)

    def left(self) -> float | None:
        """Seconds that the run will still take, as far as the finished ones tell; None before the first."""
        if not self._seconds:
            return None
        mean = sum(self._seconds) / len(self._seconds)
        spent = sum(min(mean, time.monotonic() - started) for _, started in self._running.values())
        todo = self._total - self.done
        return max(0.0, todo * mean - spent) / max(1, min(self._jobs, todo or 1))

    def _view(self) -> Group:
        failed = f" ({self.failed} not gradable)" if self.failed else ""
        waiting = self._total - self.done - len(self._running)
        head = f"{self.done} of {self._total} done{failed} · {len(self._running)} running · {waiting} waiting"
        left = self.left()
        if left is not None and self.done < self._total:
            head += f" · {_minutes(left)} left"
        table = Table(box=None, pad_edge=False, show_header=bool(self._running))
        for column, justify in (("Running", "left"), ("", "left"), ("Step", "right"), ("Seconds", "right")):
            table.add_column(column, justify=justify)
        for name, (event, started) in list(self._running.items())[:SHOWN]:
            step = f"{event.done}/{event.total}" if event.total else ""
            table.add_row(Text(name), Text(event.what), step, f"{time.monotonic() - started:.0f}")
        if len(self._running) > SHOWN:
            table.add_row(f"and {len(self._running) - SHOWN} more")
        bar = ProgressBar(self._total, self.done, width=min(60, self._console.width))
        return Group(Text(head), bar, table, *self._latest)


def said(result: Result, share: int = 0) -> str:
    """A result in a few words; `share` are the points of written answers, which are no part of it."""
    if result.problem:
        return f"not graded: {result.problem.splitlines()[0]}"
    apart = f", without the {share} of written answers" if share else ""
    return f"{number(result.score)} of {result.points} points{extra(result)}{apart}"


def _minutes(seconds: float) -> str:
    return "less than a minute" if seconds < 45 else f"about {max(1, round(seconds / 60))} min"
