"""Trials of the grader: fill-ins with a known verdict, run through the hidden checks as a submission is."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.util import Finalize
from pathlib import Path

from instructor.compose import compose, fillins
from instructor.grading.outcome import outcome_of
from instructor.grading.result import CheckResult
from instructor.grading.scoring import score_tasks
from instructor.grading.seeds import Seeds
from instructor.hidden_checks.marking import Check, all_checks, checks_of
from instructor.sandbox.client import Student
from instructor.sandbox.jail import Jail, JailBroken
from instructor.sandbox.limits import Limits
from instructor.tasks import code_tasks, todo_modules, withheld

UNTOUCHED = "untouched"


@dataclass(frozen=True)
class Trial:
    """One composition of the package and the task that it tries; every other task has its reference.

    `fillin` is the name of the task's fill-in, or "untouched" for the package as it is released.
    """

    task: str
    fillin: str
    seed: int

    @property
    def folder(self) -> str:
        return UNTOUCHED if self.fillin == UNTOUCHED else f"{self.task}.{self.fillin}"

    @property
    def choice(self) -> dict[str, str]:
        if self.fillin == UNTOUCHED:
            return {}
        return {task.id: "reference" for task in code_tasks()} | {self.task: self.fillin}


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
    """The untouched package and every fill-in of the given tasks, once for each seed."""
    names = {task: [UNTOUCHED, *fillins(task)] for task in tasks}
    return [Trial(task, name, seed) for seed in seeds for task in tasks for name in names[task]]


def run_trials(todo: Sequence[Trial], folder: Path, sandbox: str, jobs: int) -> Iterator[Verdict]:
    """Compose what the trials need below `folder`, run them in `jobs` processes, and yield what they gave.

    The verdicts come in the order in which they are ready. Raises what starting a sandbox raises.
    """
    for trial in {trial.folder: trial for trial in todo}.values():
        compose(folder / trial.folder, trial.choice)
        for name in withheld():  # as for a submission
            (folder / trial.folder / name).unlink()
    context = get_context("spawn")  # torch has started threads in this process
    with ProcessPoolExecutor(jobs, context, initializer=_open_jail, initargs=(folder, sandbox)) as pool:
        running = [pool.submit(_run_in_jail, trial) for trial in todo]
        try:
            for done in as_completed(running):
                yield done.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def run_trial(trial: Trial, jail: Jail) -> Verdict:
    """Run the hidden checks of the trial's task, each in a session of its own."""
    results, broken = [], []
    for check in checks_of(trial.task):
        result, fault = _run_check(check, trial, jail)
        results.append(result)
        broken += [fault] if fault else []
    scored = score_tasks(results, {}, todo_modules())
    earned = next(result.earned for result in scored if result.id == trial.task)
    return Verdict(trial, tuple(results), earned, tuple(broken))


def _run_check(check: Check, trial: Trial, jail: Jail) -> tuple[CheckResult, str]:
    """The result of one check, and a sentence when the check itself is at fault."""
    error, began = None, time.monotonic()
    session = Seeds(trial.seed, f"session/{check.name}").seed()
    try:
        with Student(jail, trial.folder, session) as student:
            check.function(student, Seeds(trial.seed, check.name))
    except JailBroken:
        raise
    except Exception as failure:
        error = failure
    return outcome_of(check, error, time.monotonic() - began)


# ---- in a process of the pool --------------------------------------------------------------------------

_jails: list[Jail] = []


def _open_jail(folder: Path, sandbox: str) -> None:
    import torch

    torch.set_num_threads(1)
    all_checks()
    limits = dataclasses.replace(Limits(), submission_seconds=86_400.0)  # many submissions, one after another
    _jails.append(Jail(folder, sandbox, limits))
    Finalize(None, _jails[0].close, exitpriority=10)


def _run_in_jail(trial: Trial) -> Verdict:
    return run_trial(trial, _jails[0])
