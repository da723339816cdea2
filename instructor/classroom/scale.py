"""`make scale N=100`: a class of made-up submissions whose every score is known beforehand.

Each submission is composed of fill-ins. What a fill-in earns is measured on its own, as `verify` does, with
the same seed; the class run has to give the sum for every submission. Wrong fill-ins stand only in tasks that
no other task builds on. The memory of the run is watched, and what is left of it afterwards.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from rich.console import Console
from rich.text import Text

from instructor.classroom.class_run import run_class, scratch_folder
from instructor.classroom.entries import Entry, Student
from instructor.classroom.journal import Journal
from instructor.classroom.live import LiveTable
from instructor.classroom.pool import Event, LocalPool
from instructor.classroom.work import Options
from instructor.core.composition import compose, fillins
from instructor.core.result import Result
from instructor.core.tasks import code_tasks, load_tasks, todo_modules
from instructor.sandbox.jail import choose
from instructor.verify.trials import Trial, run_trials
from instructor.verify.workers import processes

Choice = dict[str, str | None]
SLOW = ("wrong_endless",)  # waits for its time limits, again and again
MIB = 1 << 20


def main() -> int:
    """Make, grade and compare; return 0 when all scores are as expected and nothing is left over."""
    options = _parser().parse_args()
    console, rng = Console(stderr=True), random.Random(options.seed)
    chosen = [task.id for task in code_tasks() if not options.tasks or task.id in options.tasks.split(",")]
    choices = {f"made-up-{k:04d}": _choice(rng, chosen) for k in range(options.count)}
    with tempfile.TemporaryDirectory(prefix="cs231n-scale-") as work:
        expected = _expected(choices, chosen, options)
        console.print(
            f"{options.count} submissions of {len(chosen)} tasks; what they should earn is measured."
        )
        entries = [_write(name, choice, Path(work)) for name, choice in choices.items()]
        grading = Options(options.seed, choose(options.sandbox), "none", tuple(chosen))
        with (
            Journal(Path(work) / "journal") as journal,
            scratch_folder() as scratch,
            LocalPool(options.jobs, 1_800.0, scratch, grading) as pool,
            LiveTable(console, len(entries), options.jobs) as live,
        ):
            seen, began = _Seen(live, every=max(1, options.count // 10)), time.monotonic()
            run_class(entries, grading, journal, pool, seen)
            seconds = time.monotonic() - began
    wrong = [
        f"{name}: {seen.scores.get(name)} points, expected {score}"
        for name, score in expected.items()
        if seen.scores.get(name) != score
    ]
    left = _left_over()
    for line in (*wrong, *left):
        console.print(Text(f"✗ {line}"))
    memory = ", ".join(f"{done}: {size / MIB:.0f}" for done, size in seen.memory)
    each = seconds / options.count
    print(f"{options.count} submissions, {options.jobs} jobs: {seconds:.0f} s, {each:.1f} s each.")
    print(f"Memory in MiB of the run and its workers (proportional), after so many submissions: {memory}.")
    print(f"{len(wrong)} scores not as expected, {len(left)} left-over processes and folders.")
    return 1 if wrong or left else 0


@dataclass
class _Seen:
    """Notes scores and, now and then, the memory of this process and all below it."""

    live: LiveTable
    every: int
    scores: dict[str, float] = field(default_factory=dict)
    memory: list[tuple[int, int]] = field(default_factory=list)

    def happened(self, event: Event) -> None:
        self.live.happened(event)

    def settled(self, entry: Entry, result: Result, fresh: bool) -> None:
        self.live.settled(entry, result, fresh)
        self.scores[entry.name] = -1.0 if result.problem else result.total
        if len(self.scores) % self.every == 0:
            self.memory.append((len(self.scores), _memory()))


def _choice(rng: random.Random, tasks: list[str]) -> Choice:
    """Right answers of any kind; in a third of the tasks that may be wrong a mistake, or nothing."""
    needed = {need for task in load_tasks() if not task.is_notebook for need in task.needs}
    choice: Choice = {}
    for task in code_tasks():
        names = [name for name in fillins(task.id) if name not in SLOW]
        right = [name for name in names if not name.startswith("wrong_")]
        wrong: list[str | None] = [None, *(name for name in names if name.startswith("wrong_"))]
        may_be_wrong = task.id in tasks and task.id not in needed
        choice[task.id] = rng.choice(wrong if may_be_wrong and rng.random() < 1 / 3 else right)
    return choice


def _expected(
    choices: Mapping[str, Choice], tasks: list[str], options: argparse.Namespace
) -> dict[str, float]:
    """What every submission should earn: the sum of what its fill-ins earn one by one."""
    used = {(task, choice[task]) for choice in choices.values() for task in tasks}
    todo = [Trial(task, name, options.seed) for task, name in sorted(used, key=str) if name is not None]
    with processes(options.jobs, options.sandbox) as (pool, place):
        earned = {
            (verdict.trial.task, verdict.trial.fillin): verdict.earned
            for verdict in run_trials(todo, pool, place)
        }
    return {
        name: round(sum(earned[task, choice[task]] for task in tasks if choice[task] is not None), 2)
        for name, choice in choices.items()
    }


def _write(name: str, choice: Choice, folder: Path) -> Entry:
    path = folder / f"{name}.zip"
    with tempfile.TemporaryDirectory(dir=folder) as work:
        compose(Path(work), choice)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for module in todo_modules():
                text = (Path(work) / module).read_text(encoding="utf-8")
                archive.writestr(module, f"{text}# {name}\n")  # no two are alike
    return Entry(name, path, (Student(name=name),))


def _memory() -> int:
    """Bytes of this process and of all below it, shared pages counted once."""
    total = 0
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return total


def _left_over() -> list[str]:
    """Processes of the run that have not ended, and folders that are still there."""
    own = psutil.Process().children(recursive=True)
    kept = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")  # end with this process
    lines = [" ".join(process.cmdline())[:120] for process in own]
    left = [line for line in lines if line and not any(name in line for name in kept)]
    return left + [str(path) for path in Path(tempfile.gettempdir()).glob("cs231n-scale-*")]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m instructor.classroom.scale", description=__doc__)
    add, cores = parser.add_argument, len(os.sched_getaffinity(0))
    add("--count", type=int, default=10, metavar="N", help="submissions (default: 10)")
    add("--tasks", metavar="A,B", help="only the checks of these tasks (default: all but the notebooks)")
    add("--jobs", type=int, default=cores, metavar="J", help="submissions at a time (default: cores)")
    add("--seed", type=int, default=1, help="of the class and of its grading (default: 1)")
    add("--sandbox", default="auto", help="as for grade")
    return parser


if __name__ == "__main__":
    sys.exit(main())
