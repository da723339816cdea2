"""The second sandbox: the same worker and wire, held by Landlock and a filter instead of namespaces."""

import dataclasses
import os
import socket
import stat
import subprocess
import sys
import time

import pytest
import torch

from instructor.cli import doctor
from instructor.core.tasks import ROOT
from instructor.grading.report.words import SANDBOXES
from instructor.sandbox import bubblewrap, landlock, mounts, promises
from instructor.sandbox.bubblewrap import SandboxUnavailable
from instructor.sandbox.inside.recipes import Recipe
from instructor.sandbox.jail import Jail
from instructor.sandbox.launch import KINDS
from instructor.sandbox.limits import Limits
from instructor.sandbox.mounts import Mounts
from instructor.sandbox.process_tree import tree
from instructor.sandbox.student import Raised, Student
from instructor.tests.sandbox.users import open_folder, run_as
from instructor.tests.toy import toy_package

FOLDERS = ["/", "/root", "/home", "/tmp", "/var", "/proc", "/proc/self", "/dev/shm", "/etc", str(ROOT)]
FILES = ["/etc/passwd", "/proc/self/environ", "/proc/1/cmdline", str(ROOT / "instructor" / "tasks.toml")]
LONG = pytest.mark.skipif(not os.environ.get("LONG_TRIALS"), reason="takes long: make test-sandbox")


@pytest.fixture(scope="module")
def jail(tmp_path_factory):
    limits = dataclasses.replace(Limits.load(), call_seconds=20)
    with Jail(toy_package(tmp_path_factory.mktemp("toy")), "sandlock", limits) as running:
        yield running


@pytest.fixture
def student(jail):
    with Student(jail) as session:
        yield session


def test_values_models_and_gradients_cross_as_in_the_first(student):
    outcome = student.call(
        "sim", "result = args[1](args[0]).sum()", torch.zeros(1, 3, 8, 8), Recipe("tiny_cnn", seed=1)
    )
    assert outcome.value.shape == ()
    doubled = student.call("sim", "result = 2 * args[0]", torch.ones(2), grad=(1,))
    assert doubled.grads[1].tolist() == [2.0, 2.0]


@pytest.mark.parametrize(
    "path", ["/", "/root", "/home", "/tmp", "/var", "/proc", "/proc/self", "/dev/shm", "/etc", str(ROOT)]
)
def test_no_folder_but_the_given_ones_can_be_listed(student, path):
    if not os.path.isdir(path):
        pytest.skip(f"there is no {path} here")
    with pytest.raises(Raised, match="Permission denied"):
        student.sim("import os; os.listdir(args[0])", path)


@pytest.mark.parametrize(
    "path", ["/etc/passwd", str(ROOT / "instructor/tasks.toml"), "/proc/self/environ", "/proc/1/cmdline"]
)
def test_no_file_but_the_given_ones_can_be_read(student, path):
    with pytest.raises(Raised, match="Permission denied"):
        student.sim("open(args[0]).read()", path)


def test_the_package_can_be_read_and_the_private_folder_written(student):
    code = "import os, cs231n; open('x', 'w').write('1'); result = [os.getcwd(), cs231n.__path__[0]]"
    private, package = student.sim(code)
    assert private != package
    with pytest.raises(Raised, match="Permission denied"):
        student.sim("open(args[0] + '/x', 'w')", package)


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_NETLINK"])
def test_there_is_no_network(student, family):
    with pytest.raises(Raised, match="not supported"):
        student.sim(f"import socket; socket.socket(socket.{family}, socket.SOCK_DGRAM)")


def test_unix_sockets_of_others_cannot_be_reached(student, tmp_path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        server.listen()
        with pytest.raises(Raised, match="Operation not permitted"):
            student.sim("import socket; socket.socket(socket.AF_UNIX).connect(args[0])", str(tmp_path / "s"))
        with pytest.raises(Raised, match="not supported"):
            student.sim("import socket; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)")
    assert student.sim("import socket; result = len(socket.socketpair())") == 2


def test_other_processes_are_out_of_reach(student):
    for code in (
        "os.kill(args[0], 0)",
        "os.kill(os.getppid(), 9)",
        "resource.prlimit(args[0], resource.RLIMIT_CPU, (1, 1))",
        "os.pidfd_open(args[0]) and signal.pidfd_send_signal(os.pidfd_open(args[0]), 0)",
    ):
        with pytest.raises(Raised, match="PermissionError"):
            student.sim("import os, resource, signal\n" + code, os.getpid())
    student.sim("import os; os.setpriority(os.PRIO_PROCESS, args[0], 19)", os.getpid())
    assert os.getpriority(os.PRIO_PROCESS, os.getpid()) < 19


def test_the_modes_of_files_elsewhere_stay_as_they_are(student, tmp_path):
    """Landlock does not hold these calls back; a copy of a file, which makes them in passing, still works."""
    kept = tmp_path / "kept"
    kept.write_text("x")
    kept.chmod(0o600)
    code = "import os, shutil; os.chmod(args[0], 0o777)\nopen('a', 'w').close(); shutil.copy('a', 'b')"
    student.sim(code + "\nos.setxattr(args[0], 'user.x', b'y')", str(kept))
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert not os.listxattr(kept)
    with pytest.raises(Raised, match="PermissionError"):
        student.sim("import os; os.utime(args[0], (1, 1))", str(kept))


def test_root_is_without_its_rights(student):
    code = "import ctypes, os; result = [os.getuid(), ctypes.CDLL(None).prctl(39, 0, 0, 0, 0)]"
    user, no_new_privileges = student.sim(code)
    assert user != 0 or landlock.working_way() == "root"
    assert no_new_privileges == 1
    with pytest.raises(Raised, match="PermissionError"):
        student.sim("import os; os.setuid(12345) if os.getuid() == 0 else os.setuid(0)")


def test_memory_out_of_sight_is_denied_as_in_the_first(student):
    with pytest.raises(Raised, match="PermissionError"):
        student.sim("import os; os.memfd_create('x')")


GRADER = """
import sys, time
from pathlib import Path
from instructor.sandbox.student import Student
from instructor.sandbox.jail import Jail
with Jail(Path(sys.argv[1]), sys.argv[2]) as jail, Student(jail) as student:
    print(student.sim(sys.argv[3]), flush=True)
    time.sleep(60)
"""
DETACHED = """
import os, signal, time
reading, writing = os.pipe()
if not os.fork():
    os.setsid()
    if not os.fork():
        for number in (1, 2, 15):
            signal.signal(number, signal.SIG_IGN)
        os.write(writing, b"x")
        time.sleep(300)
    os._exit(0)
result = os.read(reading, 1).decode() + args_marker
"""


@pytest.mark.parametrize(
    "kind", [pytest.param("bwrap", marks=LONG), "sandlock", pytest.param("none", marks=LONG)]
)
def test_what_a_killed_grader_started_ends_with_it(tmp_path, kind):
    folder = toy_package(tmp_path / "toy")
    marker = f"marker-{os.getpid()}-{kind}"
    code = f"args_marker = {marker!r}" + DETACHED
    command = [sys.executable, "-c", GRADER, str(folder), kind, code]
    grader = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert grader.stdout.readline() == f"x{marker}\n"
    below = set(tree(grader.pid)) - {grader.pid}
    assert len(below) >= 4
    grader.kill()
    grader.wait()
    grader.stdout.close()
    assert gone(below)


def gone(pids: set[int], seconds: float = 10.0) -> bool:
    """Whether processes end within some seconds."""
    deadline = time.monotonic() + seconds
    while any(os.path.exists(f"/proc/{pid}") for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


BOMB = """
import os, time
for _ in range(200):
    if not os.fork():
        time.sleep(60)
time.sleep(60)
"""
AS_A_USER = """
import dataclasses, os, sys
from pathlib import Path
from instructor.sandbox.student import Student, StudentError
from instructor.sandbox.jail import Jail
from instructor.sandbox.limits import Limits
from instructor.sandbox.process_tree import tree
print(os.geteuid(), flush=True)
for kind in ("bwrap", "sandlock"):
    with Jail(Path(sys.argv[1]), kind, dataclasses.replace(Limits.load(), processes=24)) as jail:
        with Student(jail) as student:
            print(kind, student.sim("import os; result = os.getuid()"))
            try:
                print("not held", student.call("sim", sys.argv[2], timeout=20).value)
            except StudentError as error:
                print(error)
        with Student(jail) as student:
            print(student.sim("result = 'next'"), len(tree(jail.worker.pid)))
"""


@LONG
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user; else all tests show it")
@pytest.mark.parametrize("grader", ["61000", "0"])
def test_an_ordinary_users_graders_are_held_to_their_limits(grader):
    """And root's, where it can give up its identity, since other users can read its Python.

    Where the way there is closed to others, it is opened in a mount namespace of the test's own.
    """
    with open_folder() as folder:
        ran = run_as(grader, AS_A_USER, toy_package(folder), BOMB)
    assert ran.returncode == 0, ran.stderr[-2000:]
    lines = ran.stdout.splitlines()
    assert lines[0] == grader
    for kind in ("bwrap", "sandlock"):
        at = next(n for n, line in enumerate(lines) if line.startswith(kind))
        assert lines[at] != f"{kind} 0"
        assert "24 processes" in lines[at + 1]
        assert lines[at + 2].startswith("next")


def test_it_is_not_chosen_where_it_leaves_a_way_open_and_says_which(monkeypatch):
    """As where the filter of system calls did not hold."""
    monkeypatch.setattr(landlock, "TRIAL", landlock.TRIAL.replace("\ndeny()\n", "\n"))
    landlock.working_way.cache_clear()
    try:
        with pytest.raises(SandboxUnavailable, match=r"leaves a way open: .*System V.*inotify"):
            landlock.working_way()
    finally:
        landlock.working_way.cache_clear()


def test_the_doctor_finds_that_each_sandbox_keeps_everything():
    for kind in ("bwrap", "sandlock"):
        found = doctor.examine(kind)
        assert found.works
        assert found.broken == []


def test_every_result_says_in_which_sandbox_it_came_about():
    assert {kind for kind in KINDS if kind != "auto"} == set(SANDBOXES)


def test_the_doctor_tells_what_is_not_kept(tmp_path):
    reached = promises.what_is_reached("none", tmp_path)
    assert {name for name, was in reached.items() if was} >= {
        "network",
        "datagrams",
        "kit",
        "neighbour",
        "signal",
        *("sockets", "messages", "watching", "score"),
    }


def test_the_doctor_says_what_to_do_when_nothing_works(monkeypatch, capsys):
    def missing():
        raise SandboxUnavailable("It can't be used:\n  there is none\nWhat to do:\n  get one")

    monkeypatch.setattr(bubblewrap, "working_way", missing)
    monkeypatch.setattr(landlock, "working_way", missing)
    monkeypatch.setattr(doctor, "KINDS", ("bwrap", "sandlock"))
    assert doctor.run(None) == 1
    said = capsys.readouterr().out
    assert "bwrap: not here. there is none" in said
    assert "--sandbox auto refuses to grade" in said
    assert "get one" in said


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
@pytest.mark.parametrize("kind", ["bwrap", "sandlock"])
@pytest.mark.parametrize("gpu", [True, False])
def test_a_gpu_is_there_when_it_is_allowed_and_only_then(tmp_path, kind, gpu):
    limits = dataclasses.replace(Limits.load(), gpu=gpu, call_seconds=120)
    with Jail(toy_package(tmp_path), kind, limits) as jail, Student(jail) as student:
        assert student.sim("import torch; result = torch.cuda.is_available()") is gpu
        if gpu:
            assert student.sim("import torch; result = float(torch.ones(3).cuda().sum())") == 3.0


@pytest.mark.parametrize("allowed", [True, False])
def test_the_devices_of_a_gpu_are_given_when_allowed_and_only_then(monkeypatch, allowed):
    monkeypatch.setattr(mounts.glob, "glob", lambda _: ["/dev/null"])
    limits = dataclasses.replace(Limits.load(), gpu=allowed)
    command = bubblewrap.wrap(["true"], Mounts(), limits, way="user")
    assert ("/dev/null" in command) is allowed
    hidden = any(command[n : n + 2] == ["CUDA_VISIBLE_DEVICES", ""] for n in range(len(command)))
    assert hidden is not allowed
