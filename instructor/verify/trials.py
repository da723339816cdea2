"""Trials of the grader: fill-ins with a known verdict, in the place of a student's code.

A sandboxed trial is graded as a submission is. Most repetitions need not be: the others run the same hidden
checks the same way, but ask the fill-in in the trusted process, which is many times faster.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass
from itertools import groupby
from math import inf

from instructor.checks.marking import Check
from instructor.checks.run import Outcome, Run, run_checks
from instructor.core.composition import Fillin, compose, fillins
from instructor.core.result import CheckResult
from instructor.core.tasks import code_tasks, todo_modules
from instructor.diagnosis.replay import Choice, Replay
from instructor.diagnosis.stand_in import in_replay
from instructor.grading.intake import handed_in
from instructor.grading.one_submission import grade_submission
from instructor.grading.scoring import score_tasks
from instructor.sandbox.private import PrivateFolder
from instructor.verify.workers import Place

UNTOUCHED = "untouched"
EVERY_CHECK, LIGHT_CHECKS, UNTIL_CAUGHT = "every", "light", "until caught"
TOGETHER = 8  # trials in the trusted process that share one run of pytest


@dataclass(frozen=True)
class Trial:
    """One composition of the package and the task that it tries; every other task has its reference.

    `fillin` is the name of the task's fill-in, or "untouched" for the package as it is released; a fill-in
    that is not in the catalogue comes as `body`. `extent` says which checks of the task are run: all of them,
    all but heavy ones that are not meant for this fill-in, or the light ones first and none after a failure.
    A sandboxed trial runs all of them.
    """

    task: str
    fillin: str
    seed: int
    sandboxed: bool = True
    extent: str = EVERY_CHECK
    body: Fillin | None = None

    @property
    def choice(self) -> Choice:
        if self.fillin == UNTOUCHED:
            return dict.fromkeys(task.id for task in code_tasks())
        chosen = self.body or self.fillin
        return {task.id: "reference" for task in code_tasks()} | {self.task: chosen}

    def wants(self, check: Check) -> bool:
        """Whether the check belongs to the trial."""
        if check.task != self.task:
            return False
        if self.extent != LIGHT_CHECKS or not check.heavy:
            return True
        fillin = fillins(self.task).get(self.fillin)
        return fillin is not None and fillin.caught_by == check.name


@dataclass(frozen=True)
class Verdict:
    """What the hidden checks say of a trial, and the points that it earned."""

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


def run_trials(todo: Sequence[Trial], pool: Executor, place: Place) -> Iterator[Verdict]:
    """Run trials in a pool of processes and yield what they gave, in the order in which it is ready.

    Raises what grading raises when there is no sandbox or nothing runs in it.
    """
    running = [pool.submit(grade_trial, trial, place) for trial in todo if trial.sandboxed]
    for _, some in groupby([trial for trial in todo if not trial.sandboxed], lambda trial: trial.task):
        batch = list(some)
        running += [
            pool.submit(replay_trials, batch[k : k + TOGETHER]) for k in range(0, len(batch), TOGETHER)
        ]
    for done in as_completed(running):
        yield from done.result()


def grade_trial(trial: Trial, place: Place) -> list[Verdict]:
    """Grade the trial's package as a submission, its one task alone; of feedback only what was judged."""
    with PrivateFolder("verify") as folder:
        compose(folder, trial.choice)
        modules = {name: (folder / name).read_bytes() for name in todo_modules()}
    result = grade_submission(
        handed_in(f"{trial.task}.{trial.fillin}", modules),
        seed=trial.seed,
        sandbox=place.sandbox,
        fork_server=place.fork_server,
        notebooks="none",
        tasks=[trial.task],
        feedback=False,
    )
    return [Verdict(trial, result.tasks[0].checks, result.total, tuple(result.internal))]


def replay_trials(some: Sequence[Trial]) -> list[Verdict]:
    """Run hidden checks of trials against their fill-ins in this process."""
    with Replay(inf) as replay:
        runs = [
            Run(in_replay(replay, trial.choice), trial.seed, trial.wants, trial.extent == UNTIL_CAUGHT)
            for trial in some
        ]
        return [_verdict(*pair) for pair in zip(some, run_checks(runs), strict=True)]


def _verdict(trial: Trial, outcome: Outcome) -> Verdict:
    scored = score_tasks(outcome.results, {}, todo_modules())
    earned = next(result.earned for result in scored if result.id == trial.task)
    return Verdict(trial, tuple(outcome.results), earned, tuple(outcome.internal))
