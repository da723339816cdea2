"""A class run as it is used, sandbox and all: killed at any moment, interrupted, and gone on with.

KILLS=50 lets something befall it that often; the default keeps the suite short.
"""

import collections
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import psutil
import pytest

from instructor.classroom.class_run import run_class
from instructor.classroom.entries import Entry
from instructor.classroom.work import Options
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


def start(course, results, *options, **environment):
    command = [sys.executable, "-m", "instructor", "grade", str(course), "--results", str(results)]
    command += ["--tasks", "sim", "--notebooks", "none", "--seed", "7", "--jobs", "2", *options]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "RUN_OF_A_TEST": MARK, **environment},
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


class Interrupted:
    """A pool with no room in which Ctrl-C comes while Python throws something away."""

    has_room = False

    def events(self, _seconds):
        class ThrownAway:
            def __del__(self):
                signal.raise_signal(signal.SIGINT)

        ThrownAway()
        return []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_ctrl_c_is_never_lost():
    with pytest.raises(KeyboardInterrupt):
        run_class([Entry("ann", None, ())], Options(1), None, Interrupted(), None)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def kill_the_run(process, results, chance):
    process.send_signal(signal.SIGKILL)


def kill_one_of_the_trusted_side(process, results, chance):
    """As the kernel does when memory runs out: a grader, a fork server, or what else the run has started."""
    below = psutil.Process(process.pid).children(recursive=True)
    if below:
        chance.choice(below).send_signal(signal.SIGKILL)


def fill_the_disk(process, results, chance):
    """Not a byte is left where the results are, a small file system of their own."""
    with contextlib.suppress(OSError), open(results / "fill", "wb", buffering=0) as file:
        while True:
            file.write(bytes(4_096))


def let_the_results_vanish(process, results, chance):
    shutil.rmtree(results / "hw.sim", ignore_errors=True)


def leave_it_to_the_clock(process, results, chance):
    """The clock of this run was set back a day from its second second on: `CLOCK` sees to that."""


BAD_LUCK = (
    kill_the_run,
    kill_one_of_the_trusted_side,
    fill_the_disk,
    let_the_results_vanish,
    leave_it_to_the_clock,
)
CLOCK = """
import time
_time, _began = time.time, time.monotonic()
time.time = lambda: _time() - (86_400 if time.monotonic() > _began + 1 else 0)
"""


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory):
    """A folder with room for 4 MiB where this user may mount one, else None: then no disk is filled."""
    folder = tmp_path_factory.mktemp("small")
    mounted = not subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "none", folder], check=False
    ).returncode
    yield folder if mounted else None
    if mounted:
        subprocess.run(["umount", folder], check=True)


def test_bad_luck_of_any_kind_at_any_moment_gives_the_same_gradebook(
    course, whole, interrupted, small_disk, tmp_path
):
    """The run is killed, or a part of it; the disk is full; the results vanish; the clock is set back."""
    results, chance = interrupted[0], random.Random(os.environ.get("KILLS_SEED", "1"))
    if small_disk:
        shutil.copytree(results, small_disk, dirs_exist_ok=True)
        results = small_disk
    (tmp_path / "sitecustomize.py").write_text(CLOCK, encoding="utf-8")
    kinds = [kind for kind in BAD_LUCK if small_disk or kind is not fill_the_disk]
    happened = collections.Counter()
    for k in range(KILLS):
        kind = kinds[k % len(kinds)]
        leaps = {"PYTHONPATH": str(tmp_path)} if kind is leave_it_to_the_clock else {}
        process = start(course, results, *(["--force"] if k % 3 == 0 else []), **leaps)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.0, 20.0))
        if process.poll() is None:
            happened[kind.__name__] += 1
            with contextlib.suppress(ProcessLookupError, psutil.Error):
                kind(process, results, chance)
        status, said = finish(process)
        assert "Traceback" not in said, (kind.__name__, said[-3_000:])
        assert status in (-signal.SIGKILL, 0, 1, 2), (kind.__name__, status, said[-3_000:])
        (results / "fill").unlink(missing_ok=True)
    print("bad luck:", dict(happened))
    status, said = finish(start(course, results))
    assert status == 1, said
    assert {name: (results / "hw.sim" / name).read_bytes() for name in FILES} == whole
    assert not left_over()
    assert not [path for path in (results / "hw.sim").rglob(".*") if path.name != ".lock"]
