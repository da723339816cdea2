"""Trials of the grader: fill-ins with a known verdict, run through the hidden checks as a submission is.

A sandboxed trial takes the way of a submission. Most repetitions need not: the others run in the trusted
process, which is many times faster and asks the same of the same code.
"""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import groupby
from math import inf
from multiprocessing import get_context
from multiprocessing.util import Finalize
from pathlib import Path

from instructor.checks.marking import Check, all_checks, checks_of
from instructor.checks.outcome import outcome_of
from instructor.core.composition import Fillin, compose, fillins
from instructor.core.result import CheckResult
from instructor.core.seeds import Seeds
from instructor.core.tasks import code_tasks, todo_modules
from instructor.diagnosis.recording import Recording
from instructor.diagnosis.replay import Choice, Replay
from instructor.diagnosis.stand_in import StandIn
from instructor.grading.scoring import score_tasks
from instructor.sandbox.jail import Jail, JailBroken
from instructor.sandbox.limits import Limits
from instructor.sandbox.student import Student

UNTOUCHED = "untouched"
EVERY_CHECK, LIGHT_CHECKS, UNTIL_CAUGHT = "every", "light", "until caught"


@dataclass(frozen=True)
class Trial:
    """One composition of the package and the task that it tries; every other task has its reference.

    `fillin` is the name of the task's fill-in, or "untouched" for the package as it is released; a fill-in
    that is not in the catalogue comes as `body`. `extent` says which checks of the task are run: all of them,
    all but heavy ones that are not meant for this fill-in, or the light ones first and none after a failure.
    """

    task: str
    fillin: str
    seed: int
    sandboxed: bool = True
    extent: str = EVERY_CHECK
    body: Fillin | None = None

    @property
    def folder(self) -> str:
        return UNTOUCHED if self.fillin == UNTOUCHED else f"{self.task}.{self.fillin}"

    @property
    def choice(self) -> Choice:
        if self.fillin == UNTOUCHED:
            return dict.fromkeys(task.id for task in code_tasks())
        chosen = self.body or self.fillin
        return {task.id: "reference" for task in code_tasks()} | {self.task: chosen}

    @property
    def checks(self) -> list[Check]:
        found = checks_of(self.task)
        if self.extent == UNTIL_CAUGHT:
            return sorted(found, key=lambda check: check.heavy)
        if self.extent == LIGHT_CHECKS:
            known = fillins(self.task).get(self.fillin)
            return [check for check in found if not check.heavy or (known and check.name == known.caught_by)]
        return list(found)


@dataclass(frozen=True)
class Verdict:
    """What the hidden checks of its task said of a trial, and the points that it earned."""

    trial: Trial
    checks: tuple[CheckResult, ...]
    earned: float
    broken: tuple[str, ...]  # checks that raised something of their own

    @property
    def failed(self) -> tuple[str, ...]:
        return tuple(check.name for check in self.checks if not check.passed)


def trials(tasks: Sequence[str], seeds: Sequence[int]) -> list[Trial]:
    """The untouched package and every fill-in of the given tasks, once for each seed.

    The first seed takes the way of a submission. Later ones leave out what takes long where it says little:
    heavy checks are repeated with every fourth seed, and for wrong fill-ins with every tenth, the check that
    is meant for them apart.
    """
    todo = []
    for task in tasks:
        for name, kind in [(UNTOUCHED, UNTOUCHED), *((f.name, f.kind) for f in fillins(task).values())]:
            for number, seed in enumerate(seeds):
                whole = number % (10 if kind == "wrong" else 4) == 0
                extent = EVERY_CHECK if whole or kind == UNTOUCHED else LIGHT_CHECKS
                todo.append(Trial(task, name, seed, number == 0, extent))
    return todo


def run_trials(todo: Sequence[Trial], folder: Path, sandbox: str, jobs: int) -> Iterator[Verdict]:
    """Compose what sandboxed trials need below `folder`, run all in `jobs` processes, yield what they gave.

    The verdicts come in the order in which they are ready. Raises what starting a sandbox raises.
    """
    for trial in {trial.folder: trial for trial in todo if trial.sandboxed}.values():
        compose(folder / trial.folder, trial.choice)
    batches = [list(batch) for _, batch in groupby(todo, lambda trial: (trial.folder, trial.sandboxed))]
    context = get_context("spawn")  # torch has started threads in this process
    with ProcessPoolExecutor(jobs, context, initializer=_prepare, initargs=(folder, sandbox)) as pool:
        running = [pool.submit(_run_batch, batch) for batch in batches]
        try:
            for done in as_completed(running):
                yield from done.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def run_trial(trial: Trial, source: Jail | Replay) -> Verdict:
    """Run hidden checks of the trial's task, each in a session of its own."""
    results, broken = [], []
    for check in trial.checks:
        result, fault, _ = run_check(check, trial.seed, source, trial.choice, trial.folder)
        results.append(result)
        broken += [fault] if fault else []
        if trial.extent == UNTIL_CAUGHT and not result.passed:
            break
    scored = score_tasks(results, {}, todo_modules())
    earned = next(result.earned for result in scored if result.id == trial.task)
    return Verdict(trial, tuple(results), earned, tuple(broken))


def run_check(
    check: Check, seed: int, source: Jail | Replay, choice: Choice, folder: str = ""
) -> tuple[CheckResult, str, Recording]:
    """The result of one check, a sentence when the check itself is at fault, and the recording of it.

    A Jail runs what is composed in its `folder`, a Replay what is in `choice`.
    """
    error, began = None, time.monotonic()
    recording = Recording(Seeds(seed, f"session/{check.name}").seed())
    try:
        if isinstance(source, Replay):
            student = StandIn(source.session(choice, recording.seed), recording.note)
        else:
            student = Student(source, folder, recording.seed, recording.note)
        with student:
            check.function(student, Seeds(seed, check.name))
    except JailBroken:
        raise
    except Exception as failure:
        error = failure
    return *outcome_of(check, error, time.monotonic() - began), recording


# ---- in a process of the pool --------------------------------------------------------------------------

_place: list[tuple[Path, str]] = []
_jails: list[Jail] = []


def _prepare(folder: Path, sandbox: str) -> None:
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # as in the sandbox
    import torch

    torch.set_num_threads(1)
    all_checks()
    _place.append((folder, sandbox))


def _jail() -> Jail:
    if not _jails:
        day = 86_400  # many submissions, one after another
        limits = dataclasses.replace(Limits.load(), submission_seconds=day, submission_cpu_seconds=day)
        _jails.append(Jail(*_place[0], limits))
        Finalize(None, _jails[0].close, exitpriority=10)
    return _jails[0]


def _run_batch(batch: list[Trial]) -> list[Verdict]:
    """Run trials of one fill-in, all in the sandbox or all in this process."""
    if batch[0].sandboxed:
        return [run_trial(trial, _jail()) for trial in batch]
    with Replay(inf) as replay:
        return [run_trial(trial, replay) for trial in batch]
