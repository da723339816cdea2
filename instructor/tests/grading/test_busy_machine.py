"""A machine that is too busy costs nobody a point: the grade is right, or there is none."""

import contextlib
import json
import os
import subprocess
import sys
import zipfile

import pytest

from instructor.__main__ import main
from instructor.checks import run
from instructor.core.composition import compose
from instructor.core.result import CheckResult
from instructor.core.tasks import ROOT, code_tasks, load_tasks, todo_modules
from instructor.grading import one_submission
from instructor.grading.notebook_runs import NotebookResult
from instructor.grading.one_submission import grade
from instructor.sandbox.errors import Starved
from instructor.sandbox.jail import Jail

LIGHT = ("sim", "compute_sim_matrix")
LOOPS, CORES = 8, 2
BUSY = "print(1, flush=True)\nwhile True: pass"


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """A zip with the reference's modules."""
    folder = tmp_path_factory.mktemp("reference")
    compose(folder / "all", {task.id: "reference" for task in code_tasks()})
    with zipfile.ZipFile(folder / "right.zip", "w") as archive:
        for name in todo_modules():
            archive.write(folder / "all" / name, name)
    return folder / "right.zip"


@contextlib.contextmanager
def busy_loops(cores):
    """Loops that take most of some cores from everybody else there."""
    with contextlib.ExitStack() as stack:
        for _ in range(LOOPS):
            loop = subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE)
            stack.callback(loop.wait)
            stack.callback(loop.kill)
            stack.callback(loop.stdout.close)
            os.sched_setaffinity(loop.pid, cores)
            assert loop.stdout.readline() == b"1\n"
        yield


def test_the_reference_has_all_points_or_no_grade_under_eight_busy_loops_on_two_cores(reference, tmp_path):
    """With LONG_TRIALS, all tasks and notebooks; else the light tasks."""
    tasks = [task.id for task in load_tasks()] if os.environ.get("LONG_TRIALS") else LIGHT
    cores = set(sorted(os.sched_getaffinity(0))[:CORES])
    command = [sys.executable, "-m", "instructor", "grade", str(reference), "--results", str(tmp_path)]
    command += ["--tasks", ",".join(tasks)]
    command += [] if os.environ.get("LONG_TRIALS") else ["--notebooks", "none"]
    with busy_loops(cores):
        graded = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        os.sched_setaffinity(graded.pid, cores)
        said, _ = graded.communicate()
    result = json.loads((tmp_path / "right" / "results.json").read_text(encoding="utf-8"))
    if graded.returncode == 2:
        assert "Not graded" in said
        assert not result["extra_data"]["graded"]
    else:
        assert graded.returncode == 0
        assert {test["status"] for test in result["tests"]} == {"passed"}


@pytest.fixture
def waits(monkeypatch):
    """What is heard of waiting for the machine, which is not waited for."""
    heard = []
    for module in (run, one_submission):
        monkeypatch.setattr(module, "wait_for_room", lambda: heard.append("waited"))
    return heard


def starve(monkeypatch, sessions):
    """Let some sessions, by their numbers from 1 on, have no core."""
    opened, original = [], Jail.session

    def session(jail, *args):
        opened.append(1)
        if len(opened) in sessions:
            raise Starved(1, 600)
        return original(jail, *args)

    monkeypatch.setattr(Jail, "session", session)


def test_a_check_that_had_no_core_is_tried_again_and_costs_nothing(reference, monkeypatch, waits):
    starve(monkeypatch, {2})
    result = grade(reference, seed=1, notebooks="none", tasks=["sim"])
    assert [task.status for task in result.tasks] == ["passed"]
    assert result.total == result.points
    assert waits == ["waited"]
    assert not result.internal


def test_what_had_no_core_twice_is_not_graded_and_loses_no_points(
    reference, monkeypatch, waits, tmp_path, capsys
):
    starve(monkeypatch, range(2, 99))
    options = ["--tasks", "sim", "--notebooks", "none", "--results", str(tmp_path)]
    assert main(["grade", str(reference), *options]) == 2
    said = capsys.readouterr().out
    assert "Not graded" in said
    assert "too busy" in said
    result = json.loads((tmp_path / "right" / "results.json").read_text(encoding="utf-8"))
    assert not result["extra_data"]["graded"]
    assert result["tests"] == []
    assert waits == ["waited"]


@pytest.mark.parametrize("starved", [1, 2])
def test_a_notebook_that_had_no_core_is_tried_again_and_then_nothing_is_graded(
    reference, monkeypatch, waits, starved, tmp_path
):
    notebook = next(task.id for task in load_tasks() if task.is_notebook)
    ran = []

    def run_notebook(path, jail, right, quick, step=None):
        ran.append(path.stem)
        outcome = "not run" if len(ran) <= starved else "passed"
        return NotebookResult(1.0, (CheckResult(notebook, notebook, "runs", "Runs.", outcome, "too busy"),))

    monkeypatch.setattr(one_submission, "run_notebook", run_notebook)
    monkeypatch.setattr(one_submission, "_checked", lambda chosen, notebooks: {"sim"})
    options = ["--tasks", notebook, "--results", str(tmp_path)]
    assert main(["grade", str(reference), *options]) == (2 if starved == 2 else 0)
    assert waits == ["waited"]
    result = json.loads((tmp_path / "right" / "results.json").read_text(encoding="utf-8"))
    assert [test["status"] for test in result["tests"]] == ([] if starved == 2 else ["passed"])
