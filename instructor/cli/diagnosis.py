"""`python -m instructor diagnosis`: how often the right mistake is named, counted with fresh inputs."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import as_completed
from contextlib import suppress
from itertools import combinations
from typing import TYPE_CHECKING, Any

from instructor.core.tasks import Task, code_tasks

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from instructor.core.composition import Fillin
    from instructor.verify.held_out import Tally
    from instructor.verify.measure import Count


GOAL = 0.95
DESCRIBED = 0.85  # of the mistakes that the catalogue has not got
Job = tuple[str, "tuple[Fillin, ...]", int]  # what is counted, of which fill-ins, with which seed


def add(commands) -> None:
    """Add the command to the parser of all commands."""
    command = commands.add_parser(
        "diagnosis",
        help="measure how often feedback names the right mistake",
        description="Take every wrong fill-in for a student's answer, with fresh inputs, and count how often "
        "its own mistake is named first. Exit status 0: the goals hold; 1: they do not; "
        "2: there is no such task; 130: cut short, after what was found until then.",
    )
    command.add_argument("--tasks", metavar="A,B", help="only these tasks (default: all)")
    command.add_argument("--seeds", type=int, default=1, metavar="K", help="repeat with K seeds (default: 1)")
    command.add_argument("--seed", type=int, help="the first seed (default: a fresh one)")
    command.add_argument("--pairs", type=int, default=40, metavar="P", help="pairs of mistakes (default: 40)")
    command.add_argument(
        "--held-out",
        action="store_true",
        help="measure what is said of unknown mistakes: each of the catalogue left out in turn, and mutants",
    )
    command.add_argument("--jobs", type=int, default=2, metavar="J", help="processes (default: 2)")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print how often each task's mistakes are named first; return 0 when the goals hold, 1 when not.

    2 is returned for an unknown task, 130 after a Ctrl-C and what was found until then.

    The goals: at least 95 % of the mistakes of every task, no right answer, and for every pair of mistakes in
    two tasks of one file at least one of the two. With --held-out: at least 85 % of the mistakes that the
    catalogue has not got are described by a symptom, and none gets a wrong name.
    """
    from rich.console import Console
    from rich.text import Text

    from instructor.core.seeds import fresh_seed
    from instructor.verify.held_out import Tally, unknown
    from instructor.verify.measure import Count

    console, errors, began = Console(), Console(stderr=True), time.monotonic()
    first = fresh_seed() if options.seed is None else options.seed
    seeds = range(first, first + options.seeds)
    known = [task.id for task in code_tasks()]
    chosen = known if options.tasks is None else [name.strip() for name in options.tasks.split(",")]
    if strange := [name for name in chosen if name not in known]:
        errors.print(Text(f"No such task: {', '.join(strange)}. There are {', '.join(known)}."))
        return 2
    tasks = [task for task in code_tasks() if task.id in chosen]
    told = f"seed {first}" if len(seeds) == 1 else f"seeds {first} to {seeds[-1]}"
    if options.held_out:
        jobs = [("unknown", (each,), seed) for seed in seeds for task in tasks for each in unknown(task.id)]
        tallies = {task.id: Tally() for task in tasks}
        taken = _take(jobs, options.jobs, errors, lambda job, told: tallies[job[1][0].task].add(told))
        table, faults, held = _held_out(tallies)
    else:
        jobs = [job for seed in seeds for job in _jobs(tasks, seed, options.pairs)]
        counts, pairs = {task.id: Count() for task in tasks}, Count()
        taken = _take(jobs, options.jobs, errors, lambda job, answer: _count(counts, pairs, job, answer))
        table, faults, held = _named(tasks, counts, pairs)
    console.print(table)
    for fault in faults:
        console.print(Text(f"· {fault}"))
    words = "the goals hold" if held else "the goals do not hold"
    number, cut = f"{taken}", taken < len(jobs)
    if cut:
        number += f" of {len(jobs)}"
        words += " in these; the others were not tried"
    console.print(f"{number} answers with {told} in {time.monotonic() - began:.0f} s: {words}.")
    return 130 if cut else 0 if held else 1


def _take(jobs: list[Job], count: int, errors: Console, add: Callable[[Job, Any], None]) -> int:
    """Add up what comes of the jobs in `count` processes; return how many there were until a Ctrl-C."""
    from instructor.verify.workers import processes

    began, number = time.monotonic(), 0
    with suppress(KeyboardInterrupt), processes(count) as (pool, _):
        running = {pool.submit(_run, job): job for job in jobs}
        for done in as_completed(running):
            add(running[done], done.result())
            number += 1
            if number % 50 == 0:
                errors.print(f"{number} of {len(jobs)} after {time.monotonic() - began:.0f} s")
    return number


def _held_out(tallies: dict[str, Tally]) -> tuple[Table, list[str], bool]:
    """How many unknown mistakes are described and how many wrongly named; whether the goals hold."""
    from rich.table import Table

    from instructor.verify.held_out import Tally

    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("task", no_wrap=True)
    for heading in ("unknown mistakes described", "wrongly named"):
        table.add_column(heading, justify="right")
    counted = ("tried", "described", "misnamed")
    every = Tally(*(sum(getattr(each, name) for each in tallies.values()) for name in counted))
    for name, tally in [*tallies.items(), ("all", every)]:
        table.add_row(name, _fraction(tally.described, tally.tried), str(tally.misnamed))
    faults = [fault for tally in tallies.values() for fault in tally.faults]
    return table, faults, every.described >= DESCRIBED * every.tried and not every.misnamed


def _jobs(tasks: list[Task], seed: int, pairs: int) -> Iterator[Job]:
    from instructor.core.composition import fillins

    for task in tasks:
        for fillin in fillins(task.id).values():
            yield "own" if fillin.kind == "wrong" else "right", (fillin,), seed
    together = [
        (a, b)
        for one, two in combinations(tasks, 2)
        if one.module == two.module
        for a in _wrong(one)
        for b in _wrong(two)
    ]
    for pair in random.Random(seed).sample(together, min(pairs, len(together))):
        yield "pair", pair, seed


def _wrong(task: Task) -> list[Fillin]:
    """The mistakes of a task that take no time limit to be seen."""
    from instructor.core.composition import fillins

    return [each for each in fillins(task.id).values() if each.kind == "wrong" and not each.symptom]


def _count(counts: dict[str, Count], pairs: Count, job: Job, answer: str | bool | None) -> None:
    kind, some, seed = job
    count = pairs if kind == "pair" else counts[some[0].task]
    names = " and ".join(f"{fillin.task}, {fillin.name}" for fillin in some)
    if kind == "own":
        good = answer in (some[0].name, some[0].same_as.partition(" ")[0])
        count.tried += 1
        count.first += good
        said = f"named {answer}" if answer else "nothing was named"
    elif kind == "right":
        good = not answer
        count.right += 1
        count.silent += good
        said = f"a right answer was named {answer}"
    else:
        good = answer is not False
        count.tried += answer is not None
        count.first += bool(answer)
        said = "neither was named"
    if not good:
        count.faults.append(f"{names}: {said} (seed {seed})")


def _named(tasks: list[Task], counts: dict[str, Count], pairs: Count) -> tuple[Table, list[str], bool]:
    """How often each task's mistakes are named first; whether the goals hold."""
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("task", no_wrap=True)
    for heading in ("own mistake named first", "right answers without a name"):
        table.add_column(heading, justify="right")
    for task in tasks:
        count = counts[task.id]
        table.add_row(task.id, _fraction(count.first, count.tried), _fraction(count.silent, count.right))
    every = counts.values()
    firsts, tried = sum(count.first for count in every), sum(count.tried for count in every)
    table.add_row(
        "all",
        _fraction(firsts, tried),
        _fraction(sum(count.silent for count in every), sum(count.right for count in every)),
    )
    table.add_row("two mistakes at once, one named", _fraction(pairs.first, pairs.tried), "")
    held = all(count.first >= GOAL * count.tried and count.silent == count.right for count in every)
    faults = [fault for count in (*every, pairs) for fault in count.faults]
    return table, faults, held and pairs.first == pairs.tried


def _fraction(part: int, whole: int) -> str:
    return f"{part}/{whole}" + (f" ({part / whole:.1%})" if whole else "")


def _run(job: Job) -> object:
    from instructor.verify.held_out import held_out
    from instructor.verify.measure import own_mistake, pair_named, right_answer_named

    kind, some, seed = job
    asked = {"own": own_mistake, "right": right_answer_named, "pair": pair_named, "unknown": held_out}
    return asked[kind](*some, seed)
