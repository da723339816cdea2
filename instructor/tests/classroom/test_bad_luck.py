"""A grader that is killed, has no room to write or may not write: nothing is half-written, nothing stays."""

import contextlib
import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from instructor.__main__ import main
from instructor.core.composition import compose
from instructor.core.files import write_atomically
from instructor.core.locks import take_lock
from instructor.core.tasks import ROOT, code_tasks, notebooks, todo_modules
from instructor.grading import one_submission as grading
from instructor.sandbox.private import OWNER, UNLOCKED, PrivateFolder, remove_dead
from instructor.sandbox.process_tree import tree

KILLS = int(os.environ.get("KILLS", "0"))  # make test-sandbox: 50
NOTEBOOKS = os.environ.get("KILLS_NOTEBOOKS", "none")  # quick: kill among the notebooks as well
REPORTS = {"results.json", "junit.xml", "feedback.html"}


def in_a_small_world(
    folder: Path, script: str, *arguments: str, room: int = 1 << 16
) -> subprocess.CompletedProcess:
    """Run a script where $SMALL, in `folder`, has room for `room` bytes and $SEALED is read-only."""
    small, sealed = folder / "small", folder / "sealed"
    for each in (small, sealed):
        each.mkdir()
    view = ["--dev-bind", "/", "/", "--size", str(room), "--tmpfs", str(small)]
    view += ["--ro-bind", str(sealed), str(sealed), "--chdir", str(ROOT)]
    return subprocess.run(
        ["bwrap", *view, sys.executable, "-c", script, *arguments],
        env={**os.environ, "SMALL": str(small), "SEALED": str(sealed)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


FULL = """
import os
from pathlib import Path
from instructor.grading.report import write_reports
from instructor.core.result import Result
small = os.environ["SMALL"]
folder = Path(small, "results")
good = write_reports(Result("one", 1, "none", problem="short"), folder)
before = {path.name: path.read_bytes() for path in good.iterdir()}
with open(small + "/fill", "wb", buffering=0) as file:
    try:
        while True:
            file.write(b"x" * 512)
    except OSError:
        pass
try:
    write_reports(Result("one", 1, "none", problem="long " * 5_000), folder)
    print("written")
except OSError as error:
    print(error.strerror)
print(before == {path.name: path.read_bytes() for path in good.iterdir()}, sorted(before))
try:
    write_reports(Result("one", 1, "none", problem="short"), Path(os.environ["SEALED"]))
except OSError as error:
    print(error.strerror)
"""
COMMAND = "import sys; from instructor.__main__ import main; sys.exit(main(sys.argv[1:]))"


def test_on_a_full_disk_the_old_reports_stay_whole_and_a_read_only_one_is_told(tmp_path):
    ran = in_a_small_world(tmp_path, FULL)
    said = ["No space left on device", f"True {sorted(REPORTS)}", "Read-only file system"]
    assert ran.stdout.splitlines() == said, ran.stderr


def test_a_machine_that_gives_out_while_it_grades_is_a_sentence_and_a_result(tmp_path, monkeypatch, capsys):
    def no_room(submission):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(grading, "compose_submission", no_room)
    more = ["--sandbox", "none", "--notebooks", "none", "--results", str(tmp_path), "--one"]
    assert main(["grade", str(ROOT), *more]) == 2
    assert "This machine can't grade it now: No space left on device." in capsys.readouterr().out
    assert {path.name for path in next(tmp_path.iterdir()).iterdir()} == REPORTS


@pytest.mark.skipif(not KILLS, reason="takes long: make test-sandbox")
def test_without_room_for_the_temporary_files_nothing_is_graded_and_a_sentence_says_why(tmp_path, submission):
    script = "import os, tempfile; tempfile.tempdir = os.environ['SMALL']\n" + COMMAND
    more = ["--sandbox", "none", "--notebooks", "none", "--results", str(tmp_path / "results")]
    ran = in_a_small_world(tmp_path, script, "grade", str(submission), *more)
    assert ran.returncode == 2
    assert "No space left" in ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_private_folder_is_removed_whatever_is_in_it(tmp_path):
    with PrivateFolder("package", str(tmp_path)) as folder:
        os.chdir(folder)
        for _ in range(1_500):
            os.mkdir("d")
            os.chdir("d")
        os.chdir(ROOT)
        (folder / "shut").mkdir()
        (folder / "shut" / "file").touch()
        (folder / "shut").chmod(0)
    assert not list(tmp_path.iterdir())


def test_another_grader_that_looks_while_a_folder_is_being_made_leaves_it_alone(tmp_path, monkeypatch):
    looked = []

    def look_and_lock(descriptor):
        if not looked:
            looked.append(True)
            remove_dead(str(tmp_path))
        return take_lock(descriptor)

    monkeypatch.setattr("instructor.sandbox.private.take_lock", look_and_lock)
    with PrivateFolder("fillins", str(tmp_path)) as folder:
        (folder / "kept").touch()
    assert looked


def test_the_next_grader_removes_the_folders_of_dead_ones_and_of_no_other(tmp_path):
    script = "import os, sys; from instructor.sandbox.private import PrivateFolder\n"
    script += (
        "folder = PrivateFolder('package', sys.argv[1]); (folder.path / 'x').touch(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, check=False)
    (dead,) = tmp_path.iterdir()
    others = [tmp_path / "cs231n-class-abcdefgh", tmp_path / "cs231n-package-short", tmp_path / "mine"]
    for other in others:
        other.mkdir()
        (other / "file").touch()
    young, old = tmp_path / "cs231n-package-aaaaaaaa", tmp_path / "cs231n-package-bbbbbbbb"
    for unlocked in (young, old):
        unlocked.mkdir()
    os.utime(old, (0, 0))
    link = tmp_path / "cs231n-home-cccccccc"
    link.symlink_to(others[0], target_is_directory=True)
    with PrivateFolder("home", str(tmp_path)) as alive:
        remove_dead(str(tmp_path))
        assert alive.is_dir()
        assert set(tmp_path.iterdir()) == {*others, young, link, alive.parent}
    assert not dead.exists()
    assert UNLOCKED > 1
    assert OWNER.startswith(".")


@pytest.fixture(scope="module")
def submission(tmp_path_factory):
    """The reference, packed."""
    folder = tmp_path_factory.mktemp("composed")
    compose(folder, {task.id: "reference" for task in code_tasks()})
    with zipfile.ZipFile(folder / "ref.zip", "w") as archive:
        for name in todo_modules():
            archive.write(folder / name, name)
    return folder / "ref.zip"


@pytest.fixture(scope="module")
def kit(tmp_path_factory):
    """A copy of the kit, which nobody changes while it grades for an hour."""
    copy = tmp_path_factory.mktemp("copy") / "kit"
    ignored = shutil.ignore_patterns(".git", ".venv*", "datasets", "results", "dist", "__pycache__")
    shutil.copytree(ROOT, copy, ignore=ignored, symlinks=True)
    return copy


def start(kit: Path, submission: Path, results: Path, temporary: Path) -> subprocess.Popen:
    command = [sys.executable, "-m", "instructor", "grade", str(submission), "--seed", "3", "--one"]
    tasks = "sim,train" if NOTEBOOKS == "none" else f"sim,{Path(notebooks()[0]).stem}"
    data = os.environ.get("CS231N_DATA") or str(ROOT / "datasets")
    return subprocess.Popen(
        [*command, "--results", str(results), "--notebooks", NOTEBOOKS, "--tasks", tasks],
        cwd=kit,
        env={
            **os.environ,
            "TMPDIR": str(temporary),
            "CS231N_DATA": data,
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def said(results: Path) -> dict:
    """What the reports say, but for how long it took."""
    result = json.loads((results / "ref" / "results.json").read_text(encoding="utf-8"))
    result.pop("execution_time")
    return result


def left_over(temporary: Path, since: float) -> list[str]:
    """Private folders that are still there."""
    notebooks = [path for path in Path("/tmp").glob("cs231n-notebook-*") if path.stat().st_mtime >= since]
    return [str(path) for path in (*temporary.glob("cs231n-*"), *notebooks)]


@pytest.mark.skipif(not KILLS, reason="takes long: make test-sandbox")
def test_a_grader_killed_at_any_moment_leaves_nothing_and_the_next_gives_the_same(tmp_path, submission, kit):
    """At every kill all processes end at once, and what was written before is whole."""
    results, temporary, since = tmp_path / "results", tmp_path / "t", time.time()
    temporary.mkdir()
    began = time.monotonic()
    assert start(kit, submission, tmp_path / "whole", temporary).wait() == 0
    seconds, whole = time.monotonic() - began, said(tmp_path / "whole")
    rng = random.Random(KILLS)
    number = 0
    while number < KILLS:
        grader, began = start(kit, submission, results, temporary), time.monotonic()
        with contextlib.suppress(subprocess.TimeoutExpired):
            grader.wait(rng.uniform(0, seconds))
            seconds = min(seconds, time.monotonic() - began)  # it was faster, and is not killed
            continue
        number += 1
        grader.send_signal(signal.SIGSTOP)
        below = set(tree(grader.pid)) - {grader.pid}
        grader.kill()
        grader.wait()
        assert ends(below), number
        print(
            f"killed {number} times, this time after {time.monotonic() - began:.1f} s, {len(below)} below it"
        )
        written = {path.name for path in results.glob("ref/*")} & REPORTS
        if "results.json" in written:
            assert said(results) == whole
        if "feedback.html" in written:
            assert (
                (results / "ref" / "feedback.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
            )
    assert start(kit, submission, results, temporary).wait() == 0
    assert said(results) == whole
    assert {path.name for path in (results / "ref").iterdir()} == REPORTS
    assert left_over(temporary, since) == []


def ends(pids: set[int], seconds: float = 15.0) -> bool:
    """Whether processes end within some seconds."""
    deadline = time.monotonic() + seconds
    while any(os.path.exists(f"/proc/{pid}") for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_what_a_killed_writer_began_is_removed_and_what_a_living_one_writes_is_not(tmp_path):
    begun = [tmp_path / f".a.json.{pid}.part{pid}" for pid in (2**22 + 1, os.getpid())]
    for path in begun:
        path.touch()
    write_atomically(tmp_path / "a.json", "{}")
    assert {path.name for path in tmp_path.iterdir()} == {"a.json", begun[1].name}


def test_no_deadline_depends_on_the_clock_on_the_wall():
    """A machine that sleeps or whose clock is set ends nobody's call: the clock that counts stands still."""
    for folder in ("sandbox", "grading"):
        for path in (ROOT / "instructor" / folder).rglob("*.py"):
            if path.name not in ("private.py", "cgroup.py"):  # which compare with the times of files
                assert "time.time()" not in path.read_text(encoding="utf-8"), path
