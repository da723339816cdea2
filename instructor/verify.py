"""`python -m instructor verify`: the grader, measured with answers whose verdict is known.

The untouched package has to earn nothing, the reference and every other right answer all points, and every
wrong answer has to be caught by the check that is meant for it. What does not hold is named.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from instructor.compose import Fillin, fillins
from instructor.grading.seeds import fresh_seed
from instructor.sandbox.bubblewrap import SandboxUnavailable
from instructor.sandbox.jail import JailBroken
from instructor.tasks import Task, code_tasks
from instructor.trials import EVERY_CHECK, UNTOUCHED, Verdict, run_trials, trials

LEGEND = "untouched earns 0; reference and right earn all; wrong is caught, as meant: by the check for it"


@dataclass(frozen=True)
class Row:
    """What holds for one task: each pair counts the fill-ins for which it holds with every seed, and all."""

    task: Task
    untouched: tuple[int, int]
    reference: tuple[int, int]
    accepted: tuple[int, int]
    caught: tuple[int, int]
    as_intended: tuple[int, int]
    faults: tuple[str, ...]


def verify(options: argparse.Namespace) -> int:
    """Run the trials asked for; return 0 when all holds, 1 when something does not, 2 when it can't tell."""
    console, errors = Console(), Console(stderr=True)
    known = [task.id for task in code_tasks()]
    chosen = options.tasks.split(",") if options.tasks else known
    if unknown := sorted(set(chosen) - set(known)):
        errors.print(Text(f"No such task: {', '.join(unknown)}. There are {', '.join(known)}."))
        return 2
    first = fresh_seed() if options.seed is None else options.seed
    seeds = [first + k for k in range(options.seeds)]
    tasks = [task for task in code_tasks() if task.id in chosen]
    todo = trials([task.id for task in tasks], seeds)
    started, verdicts = time.monotonic(), []
    try:
        with tempfile.TemporaryDirectory(prefix="cs231n-verify-") as folder, _progress(errors) as progress:
            line = progress.add_task("Starting", total=len(todo))
            for verdict in run_trials(todo, Path(folder), options.sandbox, options.jobs):
                verdicts.append(verdict)
                trial = verdict.trial
                progress.update(line, advance=1, description=f"{trial.task}: {trial.fillin}")
                if not errors.is_terminal and len(verdicts) % 25 == 0:  # a log shows no bar
                    errors.print(f"{len(verdicts)} of {len(todo)} trials after {_since(started)}")
    except (SandboxUnavailable, JailBroken) as error:
        errors.print(Text(str(error)))
        return 2
    rows = [judge(task, verdicts) for task in tasks]
    console.print(_table(rows))
    console.print(Text(LEGEND), style="dim")
    faults = [fault for row in rows for fault in row.faults]
    for fault in faults:
        console.print(Text(f"✗ {fault}"))
    told = f"seed {first}" if len(seeds) == 1 else f"seeds {first} to {seeds[-1]}"
    count = "no faults" if not faults else "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    console.print(Text(f"{len(todo)} trials with {told} in {_since(started)}: {count}."))
    return 1 if faults else 0


def judge(task: Task, verdicts: Iterable[Verdict]) -> Row:
    """What the verdicts, one for each fill-in of the task and each seed, say about the task's checks."""
    by_name: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.trial.task == task.id:
            by_name.setdefault(verdict.trial.fillin, []).append(verdict)
    known = fillins(task.id)
    columns: dict[str, list[bool]] = {
        "untouched": [],
        "reference": [],
        "correct": [],
        "wrong": [],
        "intended": [],
    }
    faults: list[str] = []
    for name, each in by_name.items():
        kind = UNTOUCHED if name == UNTOUCHED else known[name].kind
        found = [fault for verdict in each for fault in _faults(task, known.get(name), verdict)]
        found += _unsteady(each) if kind == "wrong" else []
        columns[kind].append(not any(fault.weighty for fault in found))
        if kind == "wrong":
            columns["intended"].append(not found)
        faults += _told(task, name, found, len(each))
    untouched, reference, accepted, caught, as_intended = ((sum(c), len(c)) for c in columns.values())
    return Row(task, untouched, reference, accepted, caught, as_intended, tuple(faults))


@dataclass(frozen=True)
class _Fault:
    """Something that does not hold with one seed; a weighty one makes the verdict itself wrong."""

    seed: int
    sentence: str
    weighty: bool = True


def _faults(task: Task, fillin: Fillin | None, verdict: Verdict) -> list[_Fault]:
    seed, failed = verdict.trial.seed, verdict.failed
    faults = [_Fault(seed, sentence) for sentence in verdict.broken]
    if fillin is None:
        started = [check.name for check in verdict.checks if not check.not_started]
        if started or verdict.earned:
            faults.append(
                _Fault(seed, f"earned {verdict.earned:g} points; {', '.join(started)} saw an answer")
            )
    elif fillin.kind != "wrong":
        messages = {check.name: check.message for check in verdict.checks}
        faults += [_Fault(seed, f"failed {name}: {messages[name]}") for name in failed]
        if verdict.earned != task.points and not failed and verdict.trial.extent == EVERY_CHECK:
            faults.append(_Fault(seed, f"earned {verdict.earned:g} of {task.points} points"))
    elif not failed or verdict.earned >= task.points:
        faults.append(_Fault(seed, "was not caught"))
    elif fillin.caught_by not in failed:
        sentence = f"was caught by {', '.join(failed)}, not by {fillin.caught_by}"
        faults.append(_Fault(seed, sentence, weighty=False))
    return faults


def _unsteady(verdicts: Sequence[Verdict]) -> list[_Fault]:
    """Checks that catch a wrong answer with some seeds and let it pass with others."""
    passed: dict[str, dict[int, bool]] = {}
    for verdict in verdicts:
        for check in verdict.checks:
            passed.setdefault(check.name, {})[verdict.trial.seed] = check.passed
    faults = []
    for name, by_seed in passed.items():
        if len(set(by_seed.values())) > 1:
            rarer = sum(by_seed.values()) * 2 <= len(by_seed)
            word = "passed" if rarer else "was caught by"
            faults += [
                _Fault(seed, f"{word} {name}", False) for seed, good in by_seed.items() if good == rarer
            ]
    return faults


def _told(task: Task, name: str, faults: Sequence[_Fault], seeds: int) -> list[str]:
    """One sentence for each kind of fault, with the seeds that show it."""
    by_sentence: dict[str, list[int]] = {}
    for fault in faults:
        by_sentence.setdefault(fault.sentence, []).append(fault.seed)
    return [
        f"{task.id}, {name}: {sentence}"
        + ("" if len(shown) == seeds else f" (only with seed {', '.join(map(str, shown))})")
        for sentence, shown in by_sentence.items()
    ]


def _table(rows: Sequence[Row]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0))  # fits 80 columns
    table.add_column("task", no_wrap=True)
    for heading in ("untouched", "reference", "right", "wrong", "as meant"):
        table.add_column(heading, justify="right", no_wrap=True)
    totals = [[0, 0] for _ in range(5)]
    for row in rows:
        pairs = (row.untouched, row.reference, row.accepted, row.caught, row.as_intended)
        for total, pair in zip(totals, pairs, strict=True):
            total[0], total[1] = total[0] + pair[0], total[1] + pair[1]
        table.add_row(row.task.id, *(_fraction(*pair) for pair in pairs))
    table.add_row("all", *(_fraction(*total) for total in totals))
    return table


def _fraction(part: int, whole: int) -> Text:
    return Text(f"{part}/{whole}", style="green" if part == whole else "bold red")


def _since(started: float) -> str:
    return f"{time.monotonic() - started:.0f} s"


def _progress(console: Console) -> Progress:
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    return Progress(*columns, console=console, transient=True)
