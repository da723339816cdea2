"""Memory, processor time and processes that do not show where one looks first count all the same."""

import dataclasses
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from instructor.sandbox import launch, process_tree
from instructor.sandbox.jail import Jail
from instructor.sandbox.limits import MIB, Limits
from instructor.sandbox.process_tree import kill_tree, out_of_sight, resident, share, tree
from instructor.sandbox.student import Died, Student, StudentError
from instructor.sandbox.watch import Watch
from instructor.tests.sandbox.users import open_folder, run_as
from instructor.tests.toy import toy_package

LIMITS = dataclasses.replace(
    Limits.load(),
    call_seconds=60,
    patience=1_000,
    memory=600 * MIB,
    disk=64 * MIB,
)
WAYS = ("forked", "sandlock")
# The first thread of a process ends, the second one holds memory: /proc tells nothing of the process.
FIRST_THREAD_GONE = """
import ctypes, os, threading, time
def hold():
    held = b"x" * {size}
    time.sleep(60)
if not os.fork():
    threading.Thread(target=hold).start()
    ctypes.CDLL(None).syscall(60 if os.uname().machine == "x86_64" else 93, 0)
time.sleep(60)
"""
# A page of zeros is nobody's, but where it is seen every 2 MiB, it takes a page of a table each time.
TABLES = """
import ctypes, mmap, time
held = []
for _ in range(700):
    held.append(mmap.mmap(-1, 1 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000))
    for place in range(0, 1 << 30, 2 << 20):
        held[-1][place]
time.sleep(60)
"""
SOCKETS = """
import os, socket, time
for _ in range(12):
    if not os.fork():
        held = []
        try:
            while True:
                held.append(socket.socketpair())
                held[-1][0].setblocking(False)
                try:
                    while held[-1][0].send(bytes(65_536)):
                        pass
                except BlockingIOError:
                    pass
        except OSError:
            time.sleep(60)
time.sleep(60)
"""
UNSEEN = {
    "first thread gone": FIRST_THREAD_GONE.format(size=700_000_000),
    "tables": TABLES,
    "sockets": SOCKETS,
}
# Each child uses a quarter of a second, and is forgotten by the kernel when its parent ignores SIGCHLD.
UNWAITED = """
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for _ in range(80):
    if not os.fork():
        end = time.process_time() + 0.25
        while time.process_time() < end:
            pass
        os._exit(0)
    time.sleep(0.02)
    try:
        os.waitpid(-1, 0)
    except ChildProcessError:
        pass
result = "not counted"
"""
DENIED = """
import ctypes, mmap, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def said(way):
    try:
        way()
    except OSError as error:
        return error.errno
    return 0
def raw(*arguments):
    if libc.syscall(*arguments) < 0:
        raise OSError(ctypes.get_errno(), "")
def zeros():
    descriptor = os.open("/dev/zero", os.O_RDWR)
    mmap.mmap(descriptor, 4096)
reading, writing = os.pipe()
one, other = socket.socketpair()
file = os.open(os.environ["HOME"] + "/f", os.O_RDWR | os.O_CREAT)
result = [
    said(lambda: mmap.mmap(-1, 4096)),
    said(lambda: mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000)),
    said(lambda: raw(278, writing, ctypes.create_string_buffer(16), 1, 0)),
    said(lambda: os.splice(file, writing, 16)),
    said(lambda: one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)),
    said(lambda: raw(157, 4, 0, 0, 0, 0)),
    said(lambda: raw(72, writing, 1031, 1 << 20)),
    said(lambda: raw(444, None, 0, 1)),
    said(lambda: raw(157, 78, 1, 1 << 10, 0, 0)),
    bool(said(zeros)),
]
"""
OOM = """
import os
result = None
for name in ("oom_score_adj", "oom_adj"):
    try:
        with open(f"/proc/self/{name}", "w") as file:
            file.write("0")
        result = name
    except OSError:
        pass
"""


@pytest.fixture(scope="module", params=WAYS)
def jail(request, tmp_path_factory):
    kind = request.param.replace("forked", "bwrap")
    fork_server = request.getfixturevalue("warm_fork_server") if request.param == "forked" else None
    with Jail(toy_package(tmp_path_factory.mktemp("toy")), kind, LIMITS, fork_server) as running:
        yield running


@pytest.mark.parametrize("what", UNSEEN)
def test_memory_that_no_process_is_seen_to_use_is_held_to_the_limit(tmp_path, warm_fork_server, what):
    with (
        Jail(toy_package(tmp_path), "bwrap", LIMITS, warm_fork_server) as jail,
        Student(jail) as student,
        pytest.raises(Died, match=r"more than 600 MiB of memory"),
    ):
        student.sim(UNSEEN[what])


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86_64")
def test_memory_that_could_not_be_counted_cannot_be_had(jail):
    with Student(jail) as student:
        assert student.sim(DENIED) == [1, 1, 1, 1, 1, 1, 1, 1, 22, True]


# A program that its owner may run and not read is one that its own user may not look into while it runs.
UNREADABLE = """
import os, socket, time
path = os.environ["HOME"] + "/sleeps"
with open("/usr/bin/sleep", "rb") as program:
    copy = os.open(path, os.O_CREAT | os.O_WRONLY, 0o111)
    os.write(copy, program.read())
    os.close(copy)
for _ in range(12):
    pairs = [socket.socketpair() for _ in range(100)]
    for one in (one for pair in pairs for one in pair):
        one.set_inheritable(True)
        one.setblocking(False)
        try:
            while one.send(bytes(65_536)):
                pass
        except BlockingIOError:
            pass
    if not os.fork():
        os.execv(path, ["sleeps", "60"])
    time.sleep(0.2)
    for one in (one for pair in pairs for one in pair):
        one.close()
result = "held"
"""
AS_A_USER = """
import dataclasses, sys
from pathlib import Path
from instructor.sandbox.jail import Jail
from instructor.sandbox.limits import MIB, Limits
from instructor.sandbox.student import Student, StudentError
limits = dataclasses.replace(Limits.load(), memory=1_000 * MIB)
with Jail(Path(sys.argv[1]), "sandlock", limits) as jail, Student(jail) as student:
    try:
        print(student.sim(sys.argv[2]))
    except StudentError as error:
        print(error)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_what_a_process_holds_that_may_not_be_looked_into_counts_as_the_most_it_can_hold():
    with open_folder() as folder:
        ran = run_as("61000", AS_A_USER, toy_package(folder), UNREADABLE)
    assert "more than 1,000 MiB of memory" in ran.stdout, ran.stderr[-2_000:]


ENDED = """
import os, time
from instructor.sandbox.process_tree import opened
children = []
for _ in range(4):
    if not (pid := os.fork()):
        os._exit(0)
    children.append(pid)
time.sleep(0.3)
print(sorted(opened([os.getpid(), *children]).unseen))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_processes_that_have_ended_and_wait_to_be_buried_hold_nothing():
    with open_folder() as folder:
        ran = run_as("61000", ENDED, folder)
    assert ran.stdout == "[]\n", ran.stderr[-2_000:]


def test_who_goes_first_when_memory_runs_out_cannot_be_changed_from_inside(jail):
    with Student(jail) as student:
        assert student.sim(OOM) is None
        scores = [Path(f"/proc/{pid}/oom_score_adj").read_text() for pid in tree(jail.worker.pid)[1:]]
    assert scores
    assert set(scores) == {"1000\n"}


@pytest.mark.parametrize("is_counted", [True, False])
def test_what_children_use_counts_though_nobody_waits_for_them(
    tmp_path, warm_fork_server, monkeypatch, is_counted
):
    """With a control group, where one can be had, and without one."""
    if not is_counted:
        monkeypatch.setattr(launch, "made", lambda *_: None)
    limits = dataclasses.replace(LIMITS, submission_cpu_seconds=2)
    with (
        Jail(toy_package(tmp_path), "bwrap", limits, warm_fork_server) as jail,
        Student(jail) as student,
        pytest.raises(StudentError, match="2 s of processor time in all"),
    ):
        student.sim(UNWAITED)


def test_a_process_whose_first_thread_has_ended_is_seen_and_ended():
    code = FIRST_THREAD_GONE.format(size=50_000_000)
    process = subprocess.Popen([sys.executable, "-c", code])
    try:
        deadline = time.monotonic() + 10
        while not (below := _with_dead_leader(process.pid)) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.2)
        assert resident(below) > 50_000_000
        assert share(below)[0] > 50_000_000
        assert out_of_sight(below) > 0
    finally:
        kill_tree(process.pid)
        process.wait()
    assert resident(below) == 0


@pytest.mark.parametrize("looks", [[True, False], [True, True], [False]])
def test_what_seems_too_much_for_a_moment_only_is_not_too_much(monkeypatch, looks):
    """As right after a fork, when the share of the new process is not to be had yet."""
    reasons, seen = [], iter(looks)
    watch = Watch(os.getpid(), LIMITS, reasons.append)
    watch.stop()
    monkeypatch.setattr(watch, "_has_too_much_memory", lambda pids: next(seen))
    assert bool(watch._too_much([os.getpid()])) == (looks == [True, True])


def test_where_the_share_of_a_process_is_not_shown_files_in_memory_are_left_out(monkeypatch):
    """As of a worker, which may not be looked into, when the grader is an ordinary user."""
    shown = open

    def hides(path, *arguments):
        if "smaps" in path:
            raise PermissionError
        return shown(path, *arguments)

    monkeypatch.setattr(process_tree, "open", hides, raising=False)
    held = b"x" * 50_000_000
    own, shared = share(os.getpid())
    assert len(held) < own < resident(os.getpid())
    assert shared <= own


def test_a_process_that_forks_while_it_is_ended_leaves_nobody(monkeypatch):
    """Between the last look at what is below it and its own end it can't fork: it is stopped before."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    states = []

    def looked(pid, *arguments):
        states.append(_state(pid))
        return [pid]

    monkeypatch.setattr(process_tree, "tree", looked)
    kill_tree(process.pid)
    process.wait()
    assert set(states) <= {"T", "t"}


def _with_dead_leader(parent: int) -> int:
    with open(f"/proc/{parent}/task/{parent}/children") as file:
        found = [int(pid) for pid in file.read().split()]
    return next((pid for pid in found if _state(pid) == "Z"), 0)


def _state(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0]
    except OSError:
        return "gone"


def test_whose_parent_has_just_ended_is_not_taken_for_another():
    from instructor.sandbox.process_tree import _strangers

    # 1 is the first of all; 5 is a member, 6 its child; the parent of 8 is gone, and 9 is a child of 8.
    parents = {1: 0, 2: 1, 3: 2, 5: 1, 6: 5, 8: 7, 9: 8}
    assert _strangers(parents, [5]) == {1, 2, 3}
