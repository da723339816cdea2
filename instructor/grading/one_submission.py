"""One submission in, one result out: intake, package, hidden checks, notebooks, points."""

from __future__ import annotations

import contextlib
import ctypes
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from instructor.checks.allowance import Budget, Overrun, allowed
from instructor.checks.marking import FOLDER, checks_of
from instructor.checks.run import Outcome, Run, in_jail, run_checks
from instructor.core.result import PASSED, CheckResult, Picture, Result, TaskResult
from instructor.core.tasks import ROOT, Task, code_tasks, feedback_pictures, load_tasks
from instructor.core.text import sanitize
from instructor.grading.intake import IntakeError, Submission, read_submission, submission_name
from instructor.grading.notebook_runs import code_cells, run_notebook
from instructor.grading.scoring import score_notebook, score_tasks
from instructor.grading.workspace import compose_submission
from instructor.sandbox.bubblewrap import SandboxUnavailable
from instructor.sandbox.charge import wait_for_room
from instructor.sandbox.jail import Jail, JailBroken, choose
from instructor.sandbox.limits import Limits

AGAIN = "This is not the student's fault: grade the submission again, with fewer others at a time."
Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all


def grade(path: Path, *, sandbox: str = "auto", **options) -> Result:
    """Grade the submission at `path`, a zip or a folder, with the options of `grade_submission`.

    Raises IntakeError when there is nothing to grade, and what `grade_submission` raises.
    """
    choose(sandbox)
    return grade_submission(read_submission(path), sandbox=sandbox, **options)


def result_of(path: Path, *, seed: int, **options) -> Result:
    """What `grade` gives for the submission at `path`; what keeps it from that is the result's `problem`."""
    try:
        return grade(path, seed=seed, **options)
    except (IntakeError, SandboxUnavailable, JailBroken) as error:
        problem = str(error)
    except OSError as error:
        problem = f"This machine can't grade it now: {error.strerror or error}."
    return Result(submission_name(path), seed, "", problem=problem)


def grade_submission(
    submission: Submission,
    *,
    seed: int,
    sandbox: str = "auto",
    notebooks: str = "quick",
    tasks: Collection[str] | None = None,
    limits: Limits | None = None,
    checks: Path = FOLDER,
    feedback: bool = True,
    fork_server: Path | None = None,
    progress: Progress = lambda what, done, total: None,
) -> Result:
    """Grade what `read_submission` gave.

    `notebooks` is "quick", "full" or "none" (then the result is without their tasks), `tasks` the ids of
    those that are graded (None for all), `checks` the folder of the hidden checks, `fork_server` the address
    of the one that the worker is forked by, if any; `progress` is called with what is being done, the steps
    done and all steps. Without `feedback` no mistake is named and no picture taken.

    Raises SandboxUnavailable when there is no sandbox, and JailBroken when a check or a notebook could not
    run, twice: there is no grade without it.
    """
    began, limits, kind = time.monotonic(), limits or Limits.load(), choose(sandbox)
    chosen = [task for task in load_tasks() if tasks is None or task.id in tasks]
    chosen = [task for task in chosen if notebooks != "none" or not task.is_notebook]
    steps = _Steps(progress, chosen, notebooks)
    with Jail(compose_submission(submission), kind, limits, fork_server) as jail:
        checked = _checked(chosen, notebooks)
        budget = Budget(limits.judging_in_all_cpu_seconds, limits.judging_cpu_seconds, limits.judging_memory)
        run = Run(in_jail(jail), seed, wanted=lambda check: check.task in checked, budget=budget)
        (outcome,) = run_checks([run], steps.checked, checks)
        _require_all(outcome, checked)
        internal, said, pictures = list(outcome.internal), outcome.results, []
        if feedback:  # what goes wrong from here on costs nobody a grade
            # Here and by the checks, things are imported while the worker in the jail imports what it needs.
            from instructor.diagnosis.diagnose import diagnose

            with _noting("The diagnosis", internal, limits):
                seconds = limits.diagnosis_cpu_seconds
                said = diagnose(said, outcome.recordings, seconds, stumbled=internal.append)
            with _noting("Taking pictures", internal, limits):
                pictures = _pictures(jail, outcome.results)
        results = score_tasks(said, submission.started, set(submission.modules), submission.remarks)
        if notebooks != "none":
            _give_memory_back()
            results = _run_notebooks(chosen, results, jail, notebooks == "quick", steps)
    return Result(
        name=submission.name,
        seed=seed,
        sandbox=kind,
        tasks=[result for result in results if result.id in {task.id for task in chosen}],
        remarks=submission.remarks,
        internal=internal,
        ignored=submission.ignored,
        digest=submission.digest(),
        seconds=time.monotonic() - began,
        pictures=pictures,
    )


def _give_memory_back() -> None:
    """Return to the system what this process has freed: in a small container the notebooks need it."""
    with contextlib.suppress(AttributeError, OSError):  # a C library without it
        ctypes.CDLL(None).malloc_trim(0)


def _checked(chosen: list[Task], notebooks: str) -> set[str]:
    """The tasks whose hidden checks are run; for the check cells of a notebook, all are."""
    all_of_them = notebooks != "none" and any(task.is_notebook for task in chosen)
    return {task.id for task in (load_tasks() if all_of_them else chosen)}


@contextlib.contextmanager
def _noting(what: str, lines: list[str], limits: Limits) -> Iterator[None]:
    """Turn an error, or what takes too much time or memory, into a line for the instructor."""
    try:
        with allowed(limits.judging_cpu_seconds, limits.judging_memory):
            yield
    except (Exception, Overrun) as error:
        lines.append(f"{what} stumbled: {type(error).__name__}: {sanitize(str(error), 500)}")


def _pictures(jail: Jail, checks: list[CheckResult]) -> list[Picture]:
    """Pictures of the tasks in which something was done, as far as the instructor allows."""
    from instructor.grading.pictures import take_pictures

    wanted, begun = feedback_pictures(), {check.task for check in checks if not check.not_started}
    return [] if wanted == "none" else take_pictures(jail, begun, wanted == "beside")


def _require_all(outcome: Outcome, checked: set[str]) -> None:
    """Tell a sandbox in which something does not run from a submission in which it does not work."""
    if checked.isdisjoint(task.id for task in code_tasks()):
        return  # only notebooks were asked for
    if not outcome.results:
        raise JailBroken("no hidden check was found")
    _require_ran(outcome.results)


def _require_ran(checks: Iterable[CheckResult]) -> None:
    if broken := next((check for check in checks if check.outcome == "not run"), None):
        raise JailBroken(f"{broken.name} could not run: {broken.message}. {AGAIN}")


def _run_notebooks(
    chosen: list[Task], tasks: list[TaskResult], jail: Jail, quick: bool, steps: _Steps
) -> list[TaskResult]:
    right = {task.id for task in tasks if task.status == PASSED}
    results = {task.id: task for task in tasks}
    for task in chosen:
        if task.is_notebook:
            step = steps.notebook(task.id)
            ran = run_notebook(ROOT / task.module, jail, right, quick, step)
            if any(check.outcome == "not run" for check in ran.checks):
                wait_for_room()
                ran = run_notebook(ROOT / task.module, jail, right, quick)
                _require_ran(ran.checks)
            results[task.id] = score_notebook(task, ran.share, ran.checks, tasks)
    return list(results.values())


class _Steps:
    """Counts what is done: hidden checks, then code cells."""

    def __init__(self, progress: Progress, chosen: list[Task], notebooks: str) -> None:
        shown = [task for task in chosen if task.is_notebook and notebooks != "none"]
        cells = sum(len(code_cells(ROOT / task.module)) for task in shown)
        checks = sum(len(checks_of(task)) for task in _checked(chosen, notebooks))
        self._progress, self._done, self._total = progress, 0, checks + cells
        progress("Starting", 0, self._total)

    def checked(self, check: CheckResult) -> None:
        self._step(check.task)

    def notebook(self, name: str) -> Callable[[], None]:
        self._progress(name, self._done, self._total)
        return lambda: self._step(name)

    def _step(self, what: str) -> None:
        self._done += 1
        self._progress(what, self._done, self._total)
