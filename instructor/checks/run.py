"""The pytest plugin of the trusted process: fixtures for hidden checks, and what became of each.

It is passed to pytest as an object. Nothing of a submission is imported, collected or found by pytest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from instructor.checks.marking import FOLDER, Check
from instructor.checks.outcome import outcome_of
from instructor.core.result import CheckResult
from instructor.core.seeds import Seeds
from instructor.diagnosis.diagnose import diagnose
from instructor.diagnosis.recording import Recording
from instructor.sandbox.jail import Jail
from instructor.sandbox.student import Student

ARGUMENTS = ["-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:faulthandler", "-p", "no:junitxml"]
ARGUMENTS += [
    "-c",
    "/dev/null",
    "--import-mode=importlib",
    "--capture=no",
    "-W",
    "ignore",
]


class HiddenChecks:
    """Runs every hidden check once, each in a session of its own, and collects `results` in their order."""

    def __init__(
        self,
        jail: Jail,
        seed: int,
        finished: Callable[[CheckResult], None],
        tasks: Collection[str] | None = None,
    ) -> None:
        self._jail, self._seed, self._finished, self._tasks = jail, seed, finished, tasks
        self.collected = True  # whether there is any check to run
        self.results: list[CheckResult] = []
        self.internal: list[str] = []  # errors of the checks themselves, for the instructor only
        self.recordings: dict[str, Recording] = {}  # of failed checks

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> Seeds:
        """The check's own random draws."""
        return Seeds(self._seed, request.node.name)

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest):
        """A session with the submission's code."""
        name = request.node.name
        recording = Recording(Seeds(self._seed, f"session/{name}").seed())
        self.recordings[name] = recording
        with Student(self._jail, seed=recording.seed, record=recording.note) as student:
            yield student

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "check(task, aspect): a hidden check of one aspect of a task")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self._tasks is not None and items:
            items[:] = [item for item in items if _task_of(item) in self._tasks]
            self.collected = bool(items)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo):
        report = yield
        check = getattr(item.obj, "check", None)
        if isinstance(check, Check) and (call.when == "call" or call.excinfo):
            self._note(check, call)
        return report

    def _note(self, check: Check, call: pytest.CallInfo) -> None:
        error = call.excinfo.value if call.excinfo else None
        if isinstance(error, KeyboardInterrupt):
            return
        result, fault = outcome_of(check, error, call.duration)
        self.internal += [fault] if fault else []
        if result.outcome != "failed" or result.not_started:
            self.recordings.pop(check.name, None)
        if not any(known.name == check.name for known in self.results):  # a teardown may fail as well
            self.results.append(result)
            self._finished(result)


def run_checks(
    jail: Jail,
    seed: int,
    finished: Callable[[CheckResult], None],
    folder: Path = FOLDER,
    tasks: Collection[str] | None = None,
) -> HiddenChecks:
    """Run the hidden checks in `folder`, or those of some tasks, against the package in the jail.

    Failed checks come with the mistakes that explain them.
    """
    plugin = HiddenChecks(jail, seed, finished, tasks)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
            patch.delenv(name, raising=False)
        status = pytest.main([*ARGUMENTS, f"--rootdir={folder}", str(folder)], plugins=[plugin])
    if status == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    plugin.results = diagnose(plugin.results, plugin.recordings)
    return plugin


def _task_of(item: pytest.Item) -> str | None:
    return getattr(getattr(item.obj, "check", None), "task", None)
