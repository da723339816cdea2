"""`python -m instructor attacks`: run the hostile collection and say what became of it."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table
    from rich.text import Text

    from instructor.attacks.samples import Sample
    from instructor.attacks.verdict import Verdict


JOBS = 2  # weak graders at a time, beside the two that are attacked
CROWDS = 4  # runs with as many hostile submissions as honest ones
EVERY = 10  # samples between two lines of a log
LONGEST = 8  # samples whose seconds are said


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command and its options."""
    attacks = commands.add_parser(
        "attacks",
        help="run the hostile collection: nothing gained, leaked, harmed or left behind",
        description="Grade every hostile sample with honest neighbours before, beside and after it, and "
        "print what it gained, leaked, harmed and left. Exit status 0: nothing; 1: something; 2: no sandbox.",
    )
    attacks.add_argument("--only", metavar="A,B", help="only these samples or classes (default: all)")
    attacks.add_argument(
        "--sandbox", choices=("auto", "bwrap", "sandlock"), default="auto", help="as for grade"
    )
    attacks.add_argument("--seed", type=int, help="draw the same inputs as a run with this seed")
    attacks.add_argument(
        "--alive", action="store_true", help="also show that each sample works against a weak grader"
    )
    attacks.add_argument(
        "--crowd",
        type=int,
        metavar="N",
        help="instead, grade N honest submissions among N hostile ones in one run, four times",
    )
    attacks.add_argument("--list", action="store_true", help="only list the samples and what each tries")
    attacks.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the samples asked for; return 0 when all holds, 1 when something does not, 2 when it can't tell."""
    from rich.console import Console
    from rich.text import Text

    from instructor.attacks.samples import load_samples
    from instructor.sandbox.bubblewrap import SandboxUnavailable

    console, errors = Console(), Console(stderr=True)
    samples = load_samples()
    if options.only:
        wanted = set(options.only.split(","))
        samples = [s for s in samples if {s.name, s.kind} & wanted]
        if unknown := wanted - {word for s in samples for word in (s.name, s.kind)}:
            errors.print(Text(f"No such sample or class: {', '.join(sorted(unknown))}."))
            return 2
    if options.list:
        for sample in samples:
            console.print(Text(f"{sample.kind}/{sample.name}: {sample.sentence}"), soft_wrap=True)
        return 0
    from instructor.core.seeds import fresh_seed  # imports torch, which takes seconds

    seed = fresh_seed() if options.seed is None else options.seed
    if options.crowd is not None:
        return _crowd(options.crowd, options.sandbox, seed, console, errors)
    began = time.monotonic()
    try:
        with _progress(errors) as progress, ThreadPoolExecutor(2) as pool:
            trying = pool.submit(_dead, samples, progress, errors) if options.alive else None
            verdicts = _try_all(samples, options.sandbox, seed, progress, errors)
            graded = time.monotonic() - began
            dead = trying.result() if trying else {}
    except SandboxUnavailable as error:
        errors.print(Text(str(error)))
        return 2
    console.print(_table(verdicts, dead if options.alive else None))
    faults = [f"{v.sample.name}: {fault}" for v in verdicts for fault in v.faults]
    faults += [f"{name}: it does not do what it claims: {what}" for name, what in dead.items()]
    for fault in faults:
        console.print(Text(f"✗ {fault}"), soft_wrap=True)
    longest = sorted(verdicts, key=lambda verdict: -verdict.seconds)[:LONGEST]
    console.print(
        f"Longest: {', '.join(f'{v.sample.name} {v.seconds:.0f} s' for v in longest)}.", style="dim"
    )
    console.print(Text(_summary(verdicts, faults, seed, graded, time.monotonic() - began - graded)))
    return 1 if faults else 0


def _crowd(count: int, sandbox: str, seed: int, console: Console, errors: Console) -> int:
    """Grade honest submissions among hostile ones; the exit status is as that of the whole command."""
    from instructor.attacks.crowd import attack_as_a_crowd
    from instructor.sandbox.bubblewrap import SandboxUnavailable
    from instructor.sandbox.jail import choose

    if count < 1:
        errors.print(f"--crowd {count}: say how many honest submissions there are, from 1 on.")
        return 2
    try:
        choose(sandbox)
    except SandboxUnavailable as error:
        errors.print(str(error), markup=False)
        return 2
    faults = attack_as_a_crowd(count, CROWDS, seed, sandbox, lambda line: errors.print(line, markup=False))
    for fault in faults:
        console.print(f"✗ {fault}", markup=False, soft_wrap=True)
    told = "no faults" if not faults else "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    console.print(f"{CROWDS} runs, {count} honest and {count} hostile submissions, seed {seed}: {told}.")
    return 1 if faults else 0


def _try_all(
    samples: Sequence[Sample], sandbox: str, seed: int, progress: Progress, errors: Console
) -> list[Verdict]:
    """Submissions are graded by two graders; what needs none is tried in jails beside them."""
    from instructor.attacks.experiment import Experiment
    from instructor.attacks.jailed import run_in_jails
    from instructor.attacks.verdict import judge

    verdicts: list[Verdict] = []
    line = progress.add_task("Starting two graders", total=len(samples))

    def told(verdict: Verdict) -> None:
        verdicts.append(verdict)
        progress.update(line, advance=1, description=f"tried: {verdict.sample.name}")
        if not errors.is_terminal and len(verdicts) % EVERY == 0:
            errors.print(f"{len(verdicts)} of {len(samples)} samples tried")

    graded = [sample for sample in samples if sample.is_graded]
    jailed = [sample for sample in samples if not sample.is_graded]
    with ThreadPoolExecutor(1) as pool:
        beside = pool.submit(run_in_jails, jailed, sandbox, told) if jailed else None
        if graded:
            with Experiment(sandbox=sandbox, seed=seed) as experiment:
                experiment.run(graded, lambda one: told(judge(one)))
        if beside:
            beside.result()
    return sorted(verdicts, key=lambda verdict: (verdict.sample.kind, verdict.sample.name))


def _dead(samples: Sequence[Sample], progress: Progress, errors: Console) -> dict[str, str]:
    """The samples that do not do to the weak grader what they claim."""
    from instructor.attacks.alive import effects
    from instructor.attacks.experiment import apart

    dead: dict[str, str] = {}
    line = progress.add_task("Trying the weak grader", total=len(samples))
    others, handfuls = apart(samples)
    groups = [*handfuls, *([sample] for sample in others)]
    done = 0
    # In processes of their own: what they compute would hold up the watch over the jails of this one.
    with ProcessPoolExecutor(JOBS, get_context("spawn")) as pool:
        running = [pool.submit(effects, *group) for group in groups]
        for group, found in zip(groups, (each.result() for each in running), strict=True):
            for sample, seen in zip(group, found, strict=True):
                if not set(sample.alive) <= seen:
                    told = ", ".join(sorted(seen)) or "nothing"
                    dead[sample.name] = f"{', '.join(sample.alive)} claimed, {told} seen"
            progress.update(line, advance=len(group), description=f"alive: {group[-1].name}")
            done += len(group)
            if not errors.is_terminal and done // EVERY > (done - len(group)) // EVERY:
                errors.print(f"{done} of {len(samples)} samples tried on the weak grader")
    return dead


def _table(verdicts: Sequence[Verdict], dead: dict[str, str] | None) -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0))  # fits 80 columns
    table.add_column("sample", no_wrap=True)
    for heading in ("gained", "leaked", "harmed", "left", *(() if dead is None else ("alive",))):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for verdict in verdicts:
        sample = verdict.sample
        figures = (verdict.gained, verdict.leaked, verdict.harmed, verdict.left)
        alive = () if dead is None else (_mark(sample.name not in dead),)
        good = not verdict.faults
        table.add_row(f"{sample.kind}/{sample.name}", *map(_figure, figures), *alive, _mark(good))
    totals = [sum(getattr(v, name) for v in verdicts) for name in ("gained", "leaked", "harmed", "left")]
    alive = () if dead is None else (f"{len(verdicts) - len(dead)}/{len(verdicts)}",)
    held = sum(not verdict.faults for verdict in verdicts)
    table.add_row(f"all {len(verdicts)}", *map(_figure, totals), *alive, f"{held}/{len(verdicts)}")
    return table


def _figure(value: float) -> Text:
    from rich.text import Text

    return Text(f"{value:g}", style="bold red" if value else "green")


def _mark(good: bool) -> Text:
    from rich.text import Text

    return Text("✓", style="green") if good else Text("✗", style="bold red")


def _summary(verdicts: Sequence[Verdict], faults: list[str], seed: int, graded: float, tried: float) -> str:
    count = "no faults" if not faults else "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    also = f", and on the weak grader {tried:.0f} s later" if tried > 1 else ""
    return f"{len(verdicts)} samples with seed {seed}, tried in {graded:.0f} s{also}: {count}."


def _progress(console: Console) -> Progress:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, TextColumn("{task.description}", markup=False), console=console, transient=True)
