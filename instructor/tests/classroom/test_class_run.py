"""A class run as it is used, sandbox and all: killed at any moment, interrupted, and gone on with.

KILLS=50 kills it that often; the default keeps the suite short.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import psutil
import pytest

from instructor.core.composition import compose
from instructor.core.tasks import ROOT, code_tasks, todo_modules

KILLS = int(os.environ.get("KILLS", "1"))
MARK = f"{os.getpid()}-{time.time_ns()}"  # in the environment of every process of a run
FILES = ("gradebook.csv", "canvas.csv", "moodle.csv", "answers.csv")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Right, wrong, untouched and broken."""
    folder = tmp_path_factory.mktemp("class") / "hw"
    folder.mkdir()
    right = {task.id: "reference" for task in code_tasks()}
    for name, choice in (("ann", right), ("bob", {**right, "sim": "wrong_dot_product"}), ("eve", {})):
        with tempfile.TemporaryDirectory() as work:
            compose(Path(work), choice)
            with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
                for module in todo_modules():
                    archive.write(Path(work) / module, module)
    (folder / "zoe.zip").write_bytes(b"PK")
    return folder


def start(course, results, *options):
    command = [sys.executable, "-m", "instructor", "grade", str(course), "--results", str(results)]
    command += ["--tasks", "sim", "--notebooks", "none", "--seed", "7", "--jobs", "2", *options]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "RUN_OF_A_TEST": MARK},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a job in the background ignores it
    )


def finish(process):
    said, _ = process.communicate(timeout=300)
    return process.returncode, said


def left_over():
    """Processes of this test's runs that are still there after a while."""
    deadline = time.monotonic() + 20
    while (own := [process for process in psutil.process_iter(["cmdline"]) if _is_own(process)]) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.2)
    return [" ".join(process.info["cmdline"] or [])[:200] for process in own]


def _is_own(process):
    try:
        return process.environ().get("RUN_OF_A_TEST") == MARK
    except psutil.Error:
        return False


@pytest.fixture(scope="module")
def whole(course, tmp_path_factory):
    """What an undisturbed run writes."""
    results = tmp_path_factory.mktemp("whole")
    status, said = finish(start(course, results))
    assert status == 1, said
    assert "3 graded, 0 unchanged, 1 not gradable" in said
    return {name: (results / "hw.sim" / name).read_bytes() for name in FILES}


@pytest.fixture(scope="module")
def interrupted(course, tmp_path_factory):
    """A run that Ctrl-C ended on its way: where it wrote, its exit status, and what it said."""
    results = tmp_path_factory.mktemp("interrupted")
    process = start(course, results)
    journal, deadline = results / "hw.sim" / "journal", time.monotonic() + 120
    while not list(journal.glob("*.json")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    return results, *finish(process)


def test_ctrl_c_ends_cleanly(interrupted):
    _, status, said = interrupted
    assert status == 130, said
    assert "the same command goes on" in said
    assert "Traceback" not in said
    assert not left_over()


def test_a_run_killed_at_any_moment_gives_the_same_gradebook(course, whole, interrupted):
    results, chance = interrupted[0], random.Random(os.environ.get("KILLS_SEED", "1"))
    for k in range(KILLS):
        process = start(course, results, *(["--force"] if k % 3 == 0 else []))
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.0, 20.0))
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        process.communicate()
    status, said = finish(start(course, results))
    assert status == 1, said
    assert {name: (results / "hw.sim" / name).read_bytes() for name in FILES} == whole
    assert not left_over()
    assert not [path for path in (results / "hw.sim").rglob(".*") if path.name != ".lock"]
