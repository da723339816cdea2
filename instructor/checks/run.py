"""The one way to run hidden checks: pytest in this process, which asks a session and judges the answers.

Whoever runs them says where sessions come from: a jail that holds a submission, or the kit's own fill-ins.
pytest gets this plugin as an object; nothing of a submission is imported, collected or found by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from instructor.checks.allowance import Budget, Overrun
from instructor.checks.judging import CheckFailed
from instructor.checks.marking import FOLDER, Check
from instructor.checks.recording import Recording
from instructor.core.result import CheckResult
from instructor.core.seeds import Seeds
from instructor.core.text import sanitize
from instructor.sandbox.charge import wait_for_room
from instructor.sandbox.jail import Jail, JailBroken
from instructor.sandbox.student import NotStarted, Student, StudentError

# Two of these are left out for time: each would collect garbage five times, which takes half a second.
LEFT_OUT = ("terminal", "cacheprovider", "faulthandler", "junitxml", "unraisableexception", "threadexception")
ARGUMENTS = [word for name in LEFT_OUT for word in ("-p", f"no:{name}")]
ARGUMENTS += ["-c", "/dev/null", "--import-mode=importlib", "--capture=no", "-W", "ignore"]
UNSURE = "the answer could not be judged; it is not of the kind that the check expects"
TOO_MUCH = "the answer could not be judged; to look at it takes more time or memory than any right one"
ENDED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
KNOWN = (StudentError, CheckFailed, JailBroken)  # what a check may raise; else it is itself at fault
Sessions = Callable[[Recording], AbstractContextManager[Student]]


@dataclass(frozen=True)
class Run:
    """Whom to ask what: `sessions` opens one for a check, with the seed of its recording.

    `wanted` says which checks are run. With `until_failed` the light ones come first, and none after one that
    failed; with `keep_all` the recordings of passed checks are kept as well. `budget` bounds what judging the
    answers may cost this process.
    """

    sessions: Sessions
    seed: int
    wanted: Callable[[Check], bool] = lambda check: True
    until_failed: bool = False
    keep_all: bool = False
    budget: Budget | None = None


@dataclass
class Outcome:
    """What became of a run: `results` in the order of the checks, `recordings` of failed ones by name.

    `internal` has a sentence for each check that is itself at fault; it is for the instructor only.
    """

    results: list[CheckResult] = field(default_factory=list)
    recordings: dict[str, Recording] = field(default_factory=dict)
    internal: list[str] = field(default_factory=list)


class ChecksBroken(RuntimeError):  # noqa: N818
    """The hidden checks can't be run at all; the message says why."""


def run_checks(
    runs: Sequence[Run],
    finished: Callable[[CheckResult], None] = lambda result: None,
    folder: Path = FOLDER,
) -> list[Outcome]:
    """Run hidden checks of `folder`, each in a session of its own; return what became of each run.

    A check that could not run is tried once more when the machine has room. Where that is in vain, the rest
    of the run is not tried: there is no grade without this one.

    All runs share what it costs to find the checks. `finished` is called with each result. Raises
    ChecksBroken when a file of checks can't be read, and KeyboardInterrupt.
    """
    plugin = _Plugin(runs, finished)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
            patch.delenv(name, raising=False)
        status = pytest.main([*ARGUMENTS, f"--rootdir={folder}", str(folder)], plugins=[plugin])
    if plugin.unreadable:
        raise ChecksBroken(f"the hidden checks can't be read: {plugin.unreadable}")
    if status == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if status not in ENDED:
        raise ChecksBroken(f"pytest could not run the hidden checks (exit status {int(status)})")
    return plugin.outcomes


def in_jail(jail: Jail) -> Sessions:
    """Sessions with the submission that a jail holds."""
    return lambda recording: Student(jail, seed=recording.seed, record=recording.note)


class _Plugin:
    """The fixtures of hidden checks, and what became of each."""

    def __init__(self, runs: Sequence[Run], finished: Callable[[CheckResult], None]) -> None:
        self._runs, self._finished = runs, finished
        self.outcomes = [Outcome() for _ in runs]
        self.unreadable = ""  # why a file of checks could not be collected

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> Seeds:
        """The check's own random draws."""
        return Seeds(self._run.seed, request.node.name)

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Iterator[Student]:
        """A session with the code that is asked."""
        name = request.node.name
        recording = Recording(Seeds(self._run.seed, f"session/{name}").seed())
        self._outcome.recordings[name] = recording
        with self._run.sessions(recording) as student:
            yield student

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "check(task, aspect): a hidden check of one aspect of a task")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.unreadable = sanitize(str(report.longrepr), 2_000)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the wanted checks of every run; pytest lets an item run any number of times."""
        items = [item for item in session.items if _check_of(item)]
        for run, outcome in zip(self._runs, self.outcomes, strict=True):
            if not self.unreadable:
                self._run, self._outcome = run, outcome
                self._run_wanted([item for item in items if run.wanted(_check_of(item))])
        return True

    def _run_wanted(self, items: list[pytest.Item]) -> None:
        if self._run.until_failed:
            items.sort(key=lambda item: _check_of(item).heavy)
        results, given_up = self._outcome.results, ""
        for item in items:
            check = _check_of(item)
            if given_up:
                results.append(_result(check, JailBroken(given_up), 0.0))
            else:
                self._run_one(item)
            if not results or results[-1].name != check.name:
                continue  # it was interrupted
            if results[-1].outcome == "not run":
                given_up = results[-1].message
            self._finished(results[-1])
            if self._run.until_failed and not results[-1].passed:
                return

    def _run_one(self, item: pytest.Item) -> None:
        """Run a check, and once more if it could not run."""
        results = self._outcome.results
        before = len(results)
        item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
        if len(results) > before and results[-1].outcome == "not run":
            wait_for_room()
            del results[before:]
            item.ihook.pytest_runtest_protocol(item=item, nextitem=None)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item):
        with self._run.budget.one() if self._run.budget else nullcontext():
            try:
                return (yield)
            except BaseException as error:  # pytest keeps the frames, and with them what filled the memory
                error.__traceback__ = None if isinstance(error, MemoryError) else error.__traceback__
                raise

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo):
        report = yield
        if call.when == "call" or call.excinfo:
            self._note(_check_of(item), call)
        return report

    def _note(self, check: Check, call: pytest.CallInfo) -> None:
        outcome, error = self._outcome, call.excinfo.value if call.excinfo else None
        if isinstance(error, KeyboardInterrupt):
            return
        if isinstance(error, Overrun | MemoryError):
            error = CheckFailed(TOO_MUCH)
        result = _result(check, error, call.duration)
        if not (error is None or isinstance(error, KNOWN)):
            outcome.internal.append(f"{check.name}: {type(error).__name__}: {sanitize(str(error), 500)}")
        if not self._run.keep_all and (result.outcome != "failed" or result.not_started):
            outcome.recordings.pop(check.name, None)
        if not any(known.name == check.name for known in outcome.results):  # a teardown may fail as well
            outcome.results.append(result)


def _check_of(item: pytest.Item) -> Check | None:
    found = getattr(getattr(item, "obj", None), "check", None)
    return found if isinstance(found, Check) else None


def _result(check: Check, error: BaseException | None, seconds: float) -> CheckResult:
    """What a check says that raised `error`, or nothing."""
    outcome, message = "failed", sanitize(str(error or ""))
    if error is None:
        outcome = "passed"
    elif isinstance(error, JailBroken):
        outcome = "not run"
    elif not isinstance(error, KNOWN):
        message = UNSURE
    return CheckResult(
        name=check.name,
        task=check.task,
        aspect=check.aspect,
        label=check.label,
        outcome=outcome,
        message=message,
        seconds=seconds,
        not_started=isinstance(error, NotStarted),
    )
