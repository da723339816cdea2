"""`python -m instructor verify`: the grader, measured with answers whose verdict is known.

The untouched package has to earn nothing, the reference and every other right answer all points, every wrong
answer has to be caught by the check that is meant for it, and every small change of the reference that makes
it wrong by some check. The reference and the untouched package also go the whole way of a submission, from
the command that packs it to the report. What does not hold is named.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from instructor.core.tasks import code_tasks
from instructor.sandbox.launch import KINDS

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table
    from rich.text import Text

    from instructor.core.composition import Fillin
    from instructor.verify.judge import Row
    from instructor.verify.trials import Trial


LEGEND = (
    "blank: untouched earns 0; ref., right: both earn all; wrong is caught, as meant: by its own check, with "
    "every seed; mutants are caught, or listed as right with a reason"
)


def add(commands) -> None:
    """Add the command to the parser of all commands."""
    command = commands.add_parser(
        "verify",
        help="measure the grader with every fill-in",
        description="Run every fill-in through the hidden checks and print what they say. Exit status 0: the "
        "untouched package earns nothing, right answers earn everything, wrong ones are caught by the check "
        "meant for them; 1: some of that does not hold; 2: there is no sandbox; 130: cut short, after "
        "what was found until then.",
    )
    command.add_argument("--tasks", metavar="A,B", help="only these tasks (default: all)")
    command.add_argument("--seeds", type=int, default=1, metavar="K", help="repeat with K seeds (default: 1)")
    command.add_argument("--seed", type=int, help="the first seed (default: a fresh one)")
    command.add_argument("--jobs", type=int, default=2, metavar="J", help="processes at a time (default: 2)")
    command.add_argument(
        "--mutants",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="also try small changes of the reference, once (default: yes)",
    )
    command.add_argument("--sandbox", choices=KINDS, default="auto", help="as for grade")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the trials asked for; return 0 when all holds, 1 when something does not, 2 when it can't tell."""
    from rich.console import Console
    from rich.text import Text

    from instructor.core.seeds import fresh_seed
    from instructor.sandbox.bubblewrap import SandboxUnavailable
    from instructor.sandbox.jail import JailBroken
    from instructor.verify.judge import judge
    from instructor.verify.mutants import mutants
    from instructor.verify.trials import UNTOUCHED, run_trials, trials
    from instructor.verify.whole_way import go_whole_way
    from instructor.verify.workers import processes

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
    if options.mutants:
        todo += [_mutant_trial(mutant, first) for task in tasks for mutant in mutants(task.id)]
    started, verdicts, cut = time.monotonic(), [], False
    try:
        with processes(options.jobs, options.sandbox) as (pool, place), _progress(errors) as progress:
            asked = (first, place, chosen if options.tasks else None)
            whole = [pool.submit(go_whole_way, name, *asked) for name in ("reference", UNTOUCHED)]
            line = progress.add_task("Starting", total=len(todo))
            for verdict in run_trials(todo, pool, place):
                verdicts.append(verdict)
                trial = verdict.trial
                progress.update(line, advance=1, description=f"{trial.task}: {trial.fillin}")
                if not errors.is_terminal and len(verdicts) % 25 == 0:  # a log shows no bar
                    errors.print(f"{len(verdicts)} of {len(todo)} trials after {_since(started)}")
            faults = [fault for each in whole for fault in each.result()]
    except (SandboxUnavailable, JailBroken) as error:
        errors.print(Text(str(error)))
        return 2
    except KeyboardInterrupt:
        faults, cut = [], True
    rows = [judge(task, verdicts) for task in tasks]
    console.print(_table(rows))
    console.print(Text(LEGEND), style="dim")
    faults += [fault for row in rows for fault in row.faults]
    for fault in faults:
        console.print(Text(f"✗ {fault}"))
    for note in (note for row in rows for note in row.notes):
        console.print(Text(f"· {note}"), style="dim")
    told = f"seed {first}" if len(seeds) == 1 else f"seeds {first} to {seeds[-1]}"
    count = "no faults" if not faults else "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    if cut:
        count += " in these; the others were not tried"
    number = f"{len(verdicts)} of {len(todo)}" if cut else len(todo)
    console.print(Text(f"{number} trials with {told} in {_since(started)}: {count}."))
    return 130 if cut else 1 if faults else 0


def _mutant_trial(mutant: Fillin, seed: int) -> Trial:
    from instructor.verify.trials import UNTIL_CAUGHT, Trial

    return Trial(mutant.task, mutant.name, seed, False, UNTIL_CAUGHT, mutant)


def _table(rows: Sequence[Row]) -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0))  # fits 80 columns
    table.add_column("task", no_wrap=True)
    for heading in ("blank", "ref.", "right", "wrong", "as meant", "mutants"):
        table.add_column(heading, justify="right", no_wrap=True)
    totals = [[0, 0] for _ in range(6)]
    for row in rows:
        pairs = (row.untouched, row.reference, row.accepted, row.caught, row.as_intended, row.mutants)
        for total, pair in zip(totals, pairs, strict=True):
            total[0], total[1] = total[0] + pair[0], total[1] + pair[1]
        table.add_row(row.task.id, *(_fraction(*pair) for pair in pairs))
    table.add_row("all", *(_fraction(*total) for total in totals))
    return table


def _fraction(part: int, whole: int) -> Text:
    from rich.text import Text

    return Text(f"{part}/{whole}", style="green" if part == whole else "bold red")


def _since(started: float) -> str:
    return f"{time.monotonic() - started:.0f} s"


def _progress(console: Console) -> Progress:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    return Progress(*columns, console=console, transient=True)
