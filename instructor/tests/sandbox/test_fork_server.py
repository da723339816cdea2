"""Workers forked from a fork server: what they have in common, and what becomes of them when something ends.

What holds in every jail, `test_sandbox.py` and `test_limits.py` try in theirs as well.
"""

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time

import pytest

from instructor.core.tasks import ROOT
from instructor.sandbox import launch
from instructor.sandbox.fork_server import ForkServer
from instructor.sandbox.inside.folders import joined, parted, write_files
from instructor.sandbox.jail import Jail
from instructor.sandbox.process_tree import tree
from instructor.sandbox.student import Student
from instructor.tests.toy import EXECUTES, toy_package


@pytest.fixture
def forked(warm_fork_server, tmp_path):
    """A function that makes a jail with a worker of the fork server's, around a toy package of its own."""
    made = []

    def make(**modules):
        package = toy_package(tmp_path / str(len(made)), **modules)
        made.append(Jail(package, "bwrap", fork_server=warm_fork_server))
        return made[-1]

    yield make
    for jail in made:
        jail.close()


def ask(jail, code, *arguments):
    with Student(jail) as student:
        value = student.sim(code, *arguments)
    assert jail.worker.is_forked
    return value


def ends(pid, seconds=10.0):
    deadline = time.monotonic() + seconds
    while os.path.exists(f"/proc/{pid}") and time.monotonic() < deadline:
        time.sleep(0.02)
    return not os.path.exists(f"/proc/{pid}")


def test_submissions_do_not_share_files_processes_sockets_or_queues(forked):
    leave = """
import ctypes, os, socket
for folder in ("/tmp", "/dev/shm"):
    open(folder + "/left", "w").close()
meeting = socket.socket(socket.AF_UNIX)
meeting.bind("\\0meeting")
queue = ctypes.CDLL(None).msgget(7, 0o1666)
os.openpty()
result = [os.listdir("/tmp"), os.listdir("/dev/pts"), queue]
"""
    look = """
import ctypes, os, socket
result = [os.listdir("/tmp") + os.listdir("/dev/shm"), os.listdir("/dev/pts"), ctypes.CDLL(None).msgget(7, 0)]
try:
    socket.socket(socket.AF_UNIX).connect("\\0meeting")
except ConnectionRefusedError:
    result.append("alone")
result.append(sorted(int(name) for name in os.listdir("/proc") if name.isdigit()))
"""
    one, other = forked(), forked()
    with Student(one) as student:
        files, terminals, queue = student.sim(leave)
        assert "left" in files
        assert "0" in terminals
        assert queue == -1
        seen, terminals, queue, met, processes = ask(other, look)
    assert "left" not in seen
    assert terminals == ["ptmx"]
    assert queue == -1
    assert met == "alone"
    assert len(processes) == 2


SEEN = """
import os
result = {}
for folder, _, names in os.walk("/submission"):
    for path in (os.path.join(folder, name) for name in names):
        with open(path, "rb") as file:
            result[os.path.relpath(path, "/submission")] = file.read().hex()
"""


@pytest.mark.parametrize("is_forked", [True, False])
def test_files_reach_the_jail_as_they_are_and_the_disk_only_where_a_worker_is_launched(
    warm_fork_server, tmp_path, monkeypatch, is_forked
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    package = {
        "cs231n/__init__.py": b"",
        "cs231n/simclr/contrastive_loss.py": EXECUTES.encode(),
        "notebooks/zh/bytes \u00e9.ipynb": bytes(range(256)),
    }
    with Jail(package, "bwrap", fork_server=warm_fork_server if is_forked else None) as jail:
        with Student(jail) as student:
            seen = student.sim(SEEN)
        assert jail.worker.is_forked == is_forked
        assert {name: bytes.fromhex(data) for name, data in seen.items()} == package
        assert any(tmp_path.iterdir()) != is_forked
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x"])
def test_a_path_that_leads_out_of_the_package_is_refused(tmp_path, name):
    (tmp_path / "package").mkdir()
    with pytest.raises(ValueError, match="leads out"):
        write_files(str(tmp_path / "package"), {name: b""})
    assert [path.name for path in tmp_path.iterdir()] == ["package"]


@pytest.mark.parametrize("files", [{}, {"a": b""}, {"a": b"xy", "b/c": b"", "d": b"\n\0"}])
def test_files_are_put_together_and_taken_apart_again(files):
    table, content = joined(files)
    assert parted(table, content) == files
    with pytest.raises(ValueError, match="bytes"):
        parted(table, content + b"x")


FIND = """
import re
pattern, result = re.compile(b"".join(b"[%c]" % each for each in reversed(args[0].encode()))), 0
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        if line.split()[1].startswith("rw"):
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            try:
                memory.seek(start)
                result += len(pattern.findall(memory.read(end - start)))
            except OSError:
                continue
"""


def test_nothing_of_an_earlier_submission_is_in_a_workers_memory(forked):
    secret = secrets.token_hex(16)
    own = f"def compute_train_transform(seed=1):\n    return {secret!r}\n"
    first = forked(data_utils=own)
    assert ask(first, "import cs231n.simclr.data_utils\n" + FIND, secret[::-1]) > 0  # it can be found
    assert ask(forked(), FIND, secret[::-1]) == 0


def test_a_worker_ends_with_its_grader(warm_fork_server, tmp_path):
    code = """
import pathlib, sys, time
from instructor.sandbox.student import Student
from instructor.sandbox.jail import Jail
fork_server, package = map(pathlib.Path, sys.argv[1:])
with Jail(package, "bwrap", fork_server=fork_server) as jail, Student(jail) as student:
    student.sim("result = 0")
    print(jail.worker.pid, flush=True)
    time.sleep(60)
"""
    command = [sys.executable, "-c", code, str(warm_fork_server), str(toy_package(tmp_path))]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as grader:
        pid = int(grader.stdout.readline())
        assert os.path.exists(f"/proc/{pid}")
        grader.kill()
        assert ends(pid)


def test_a_worker_ends_with_its_supervisor(forked):
    jail = forked()
    assert ask(jail, "result = 1") == 1
    supervisor, worker = tree(jail.worker.pid)
    os.kill(supervisor, signal.SIGKILL)
    assert ends(worker)


def test_workers_end_with_their_fork_server_and_are_launched_from_then_on(tmp_path):
    with ForkServer() as own, Jail(toy_package(tmp_path), "bwrap", fork_server=own.address) as jail:
        assert ask(jail, "result = 1") == 1
        pid = jail.worker.pid
        own.close()
        assert ends(pid)
        with Student(jail) as student:
            assert student.sim("result = 2") == 2
        assert not jail.worker.is_forked


def test_a_worker_that_cannot_shut_itself_off_does_not_serve(tmp_path, monkeypatch):
    def without_rights(*arguments, makes_jails=False, **others):
        return wrap(*arguments, **others)

    wrap = launch.wrap
    monkeypatch.setattr(launch, "wrap", without_rights)
    package = toy_package(tmp_path)
    with ForkServer() as crippled, Jail(package, "bwrap", fork_server=crippled.address) as jail:
        with Student(jail) as student:
            assert student.sim("result = 3") == 3
        assert not jail.worker.is_forked


def test_a_fork_server_leaves_nothing_behind(tmp_path):
    with ForkServer() as own:
        folder, process = own.address.parent, own._process.pid
        assert folder.exists()
    assert not folder.exists()
    assert ends(process)
