"""What a student's code can see and do, and what becomes of a check when it does not answer."""

import dataclasses
import errno
import os
import socket
import sys
import time
from pathlib import Path

import pytest
import torch

from instructor.core.tasks import ROOT
from instructor.sandbox import bubblewrap, landlock, launch
from instructor.sandbox import jail as jail_module
from instructor.sandbox.inside.recipes import Recipe
from instructor.sandbox.interpreter import python_folders, python_links
from instructor.sandbox.jail import Jail, JailBroken, choose
from instructor.sandbox.limits import MIB, Limits
from instructor.sandbox.process_tree import tree
from instructor.sandbox.student import Died, NotStarted, Raised, Student, StudentError, TimedOut, WrongType
from instructor.tests.toy import toy_package

ENVIRONMENT = {
    *("CS231N_DATA", "CUDA_VISIBLE_DEVICES", "HF_HUB_OFFLINE", "HOME", "LANG", "LOGNAME", "PATH", "PWD"),
    *("MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MPLBACKEND", "MPLCONFIGDIR", "TERM"),
    *(
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONHASHSEED",
        "PYTHONNOUSERSITE",
        "PYTHONPATH",
        "PYTHONSAFEPATH",
        "TZ",
        "USER",
    ),
    "TORCHINDUCTOR_CACHE_DIR",  # of torch's own making
    *("MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"),
}
SMALL = {"memory": 1_500 * MIB, "disk": 16 * MIB, "shared_memory": 16 * MIB}
LIMITS = dataclasses.replace(Limits.load(), call_seconds=2, patience=1_000, processes=40, **SMALL)


@pytest.fixture(scope="module", params=["launched", "forked"])
def jail(request, tmp_path_factory):
    """A jail whose worker was launched for it, and one whose worker a fork server has forked."""
    folder = toy_package(
        tmp_path_factory.mktemp("toy"), utils="def train(:\n    pass\n", data_utils="while True: 1"
    )
    forked = request.param == "forked"
    fork_server = request.getfixturevalue("warm_fork_server") if forked else None
    with Jail(folder, "bwrap", LIMITS, fork_server) as running:
        with Student(running) as student:
            student.sim("result = 0")
        yield running
        assert running.worker.is_forked == forked


@pytest.fixture
def student(jail):
    with Student(jail) as session:
        yield session


def own_processes(jail) -> int:
    """bubblewrap's two and the worker, or the worker's supervisor and the worker."""
    return 2 if jail.worker.is_forked else 3


def works(jail) -> bool:
    with Student(jail) as session:
        return session.sim("result = 7") == 7


def test_values_cross_unchanged(student):
    values = [
        None,
        True,
        3,
        -(2**63),
        0.1,
        float("inf"),
        "é\n",
        [1, (2.5, "x")],
        {"a": [None], 3: torch.ones(2)},
    ]
    back = student.sim("result = list(args)", *values)
    assert str(back) == str(values)
    assert torch.equal(
        student.sim("result = args[0]", torch.arange(6).reshape(2, 3)), torch.arange(6).reshape(2, 3)
    )


@pytest.mark.parametrize("dtype", [torch.bool, torch.uint8, torch.int64, torch.bfloat16, torch.float64])
def test_tensors_cross_with_type_and_shape(student, dtype):
    tensor = torch.zeros(2, 0, 3, dtype=dtype)
    back = student.sim("result = args[0]", tensor)
    assert (back.shape, back.dtype) == (tensor.shape, tensor.dtype)


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("result = object()", "object"),
        ("import numpy; result = numpy.zeros(3)", "NumPy"),
        ("result = 10**30", "64 bits"),
        ("import torch; result = torch.zeros(1).expand(10**10)", "too large"),
        ("import torch; result = torch.eye(3).to_sparse()", "dense"),
        ("import torch; result = torch.zeros(1, dtype=torch.complex64)", "complex64"),
        ("result = []; result.append(result)", "nested too deeply"),
        ("result = ['x' * 10**6]", "1,000,000 characters"),
    ],
)
def test_what_is_not_plain_data_is_named(student, code, what):
    with pytest.raises(WrongType, match=what):
        student.sim(code)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("import pytest; pytest.skip('no')", "Skipped: no"),
        ("class E(Exception):\n def __str__(self): raise self\nraise E", "cannot be shown"),
        ("raise ValueError('\\x1b[31m<b>')", r"ValueError: \ufffd\[31m<b>"),
        ("def f(): f()\nf()", "RecursionError"),
    ],
)
def test_an_error_is_reported_with_its_line(student, code, said):
    with pytest.raises(Raised, match=said) as caught:
        student.sim(code)
    assert (caught.value.file, caught.value.line) == ("cs231n/simclr/contrastive_loss.py", 4)


def test_a_module_that_does_not_parse_fails_only_its_own_tasks(jail, student):
    with pytest.raises(Raised, match=r"SyntaxError: .*cs231n/simclr/utils.py, line 1"):
        student.train(1)
    assert works(jail)


def test_a_module_that_loops_at_import_fails_only_its_own_tasks(jail, student):
    with pytest.raises(TimedOut):
        student.compute_train_transform(1)
    assert student.sim("result = 2") == 2
    assert works(jail)


def test_an_import_that_does_not_end_is_not_waited_for_again(jail):
    for _ in range(3):  # whether or not it was found out in an earlier test
        with Student(jail) as student, pytest.raises(StudentError):
            student.compute_train_transform(1)
    before = jail.remaining()
    for _ in range(5):
        with (
            Student(jail) as student,
            pytest.raises(Raised, match=r"importing cs231n\.simclr\.data_utils does not end"),
        ):
            student.compute_train_transform(1)
    assert jail.imports.endless() == ["cs231n.simclr.data_utils"]
    assert before - jail.remaining() < 5 * LIMITS.call_seconds
    assert works(jail)


def test_a_call_that_does_not_end_leaves_its_module_as_it_was(tmp_path):
    with Jail(toy_package(tmp_path), "bwrap", LIMITS) as own:
        with Student(own) as student, pytest.raises(TimedOut):
            student.sim("while True: pass")
        assert works(own)
        assert own.imports.endless() == []


def test_an_import_for_which_the_submission_has_no_time_left_may_end_all_the_same(tmp_path):
    with Jail(toy_package(tmp_path, data_utils="import time; time.sleep(1.8)"), "bwrap", LIMITS) as own:
        assert works(own)
        own.charge(own.remaining() - LIMITS.call_seconds - 1)
        for _ in range(2):
            with Student(own) as student, pytest.raises(TimedOut):
                student.sim("while True: pass")
        assert not own.imports.endless()


def test_an_unfilled_block_is_not_started(student):
    with pytest.raises(NotStarted) as caught:
        student.compute_saliency_maps(
            torch.zeros(1, 3, 8, 8), torch.zeros(1).long(), Recipe("tiny_cnn", seed=1)
        )
    assert caught.value.task == "compute_saliency_maps"


def test_a_call_reports_arguments_gradients_and_repeats(student):
    code = "args[0].data.add_(1); result = (args[0] * args[1]).sum() * 2"
    outcome = student.call(
        "sim", code, torch.ones(2), torch.full((2,), 3.0), torch.ones(1), grad=(1, 2, 3), times=2
    )
    assert [float(value) for value in outcome.values] == [24.0, 36.0]
    assert [each[1].tolist() for each in outcome.args_each] == [[2.0, 2.0], [3.0, 3.0]]
    assert outcome.grads[1].tolist() == [6.0, 6.0]
    assert outcome.grads[3] is None
    assert outcome.args_after[2].requires_grad


def test_a_model_comes_back_as_its_weights(student):
    outcome = student.call("sim", "args[0].train(); args[0][0].bias.data.zero_()", Recipe("tiny_cnn", seed=1))
    before = Recipe("tiny_cnn", seed=1).build().state_dict()
    after = outcome.args_after[1]
    assert set(after) == set(before)
    assert not after["0.bias"].any()
    assert torch.equal(after["0.weight"], before["0.weight"])


IGNORE_SIGNALS = """
import signal
for n in range(1, 32):
    try:
        signal.signal(n, signal.SIG_IGN)
    except OSError:
        pass
while True:
    pass
"""
FORK_BOMB = """
import os, time
for _ in range(500):
    if not os.fork():
        os.setsid()
        time.sleep(60)
"""
DETACHED = """
import os, time
if not os.fork():
    os.setsid()
    if not os.fork():
        time.sleep(60)
    os._exit(0)
result = 1
"""
DESCRIPTORS = """
import os
paths = [f"/proc/self/fd/{n}" for n in os.listdir("/proc/self/fd")]
result = [os.readlink(path) for path in paths if os.path.exists(path)]
"""


def test_a_hung_call_fails_only_its_own_check(jail, student):
    with pytest.raises(TimedOut, match="within 2 s"):
        student.sim(IGNORE_SIGNALS)
    assert works(jail)


@pytest.mark.parametrize(
    ("code", "how"),
    [
        ("import os; os._exit(0)", "exit status 0"),
        ("import os; os.abort()", "SIGABRT"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("import os; os.kill(os.getpid(), 9)", "killed"),
        ("import os; os.closerange(3, 400)", "closed|malformed|ended|killed"),
        ("import os, time; os.kill(os.getppid(), 9); time.sleep(0.5); os._exit(9)", "killed|closed|status 9"),
    ],
)
def test_a_process_that_ends_fails_only_its_own_check(jail, student, code, how):
    with pytest.raises(Died, match=how):
        student.sim(code)
    assert works(jail)


def test_a_stopped_worker_is_replaced(jail, student, monkeypatch):
    monkeypatch.setattr(jail_module, "GRACE", 0.5)
    student.sim("import os, signal; os.kill(os.getppid(), signal.SIGSTOP)")
    student.close()
    assert works(jail)


def test_processes_are_limited_and_none_is_left(jail, student):
    with pytest.raises((Died, Raised), match=r"40 processes|BlockingIOError"):
        student.call("sim", FORK_BOMB, timeout=20)
    student.close()
    assert works(jail)
    assert len(tree(jail.worker.pid)) == own_processes(jail)


def test_a_detached_process_does_not_outlive_its_check(jail, student):
    assert student.sim(DETACHED) == 1
    assert len(tree(jail.worker.pid)) > own_processes(jail) + 1
    student.close()
    assert len(tree(jail.worker.pid)) == own_processes(jail)


DEEP = """
import os
for _ in range(5000):
    os.mkdir("d")
    os.chdir("d")
open("f", "w").close()
"""


def test_nothing_is_carried_from_check_to_check(jail):
    listing = "import os; result = os.listdir('/tmp') + os.listdir('/dev/shm')"
    with Student(jail) as first:
        given = first.sim(listing)
        first.sim("import torch; torch.cos = None")
        first.sim("import os; os.makedirs('/tmp/a/b'); os.mkdir('/dev/shm/a'); open('/tmp/f', 'w')")
        first.sim("import os; os.mkdir('/tmp/shut'); open('/tmp/shut/f', 'w'); os.chmod('/tmp/shut', 0)")
        first.sim("import os; os.chdir('/tmp')" + DEEP)
        assert len(first.sim(listing)) > len(given)
    with Student(jail, seed=5) as second:
        assert second.sim(listing) == given
        assert second.sim("import torch; result = torch.cos is None") is False
        draw = second.sim("import torch; result = torch.rand(3)")
    with Student(jail, seed=5) as third:
        assert torch.equal(third.sim("import torch; result = torch.rand(3)"), draw)


def ways_to_python() -> dict[str, set[str]]:
    """The folders above the environment and its Python, and what a jail may show in each of them."""
    folders, ways = [*map(Path, python_folders())], {}
    for folder in (*folders, *map(Path, python_links())):
        for parent in folder.parents:
            if not any(parent.is_relative_to(shown) for shown in folders):
                ways.setdefault(str(parent), set()).add(folder.relative_to(parent).parts[0])
    return ways


def test_the_kit_the_home_and_the_environment_are_out_of_sight(student):
    seen = "os.listdir(args[0]) if os.path.isdir(args[0]) else []"  # there if the environment is in it
    code = f"import os; result = [os.listdir('/'), dict(os.environ), {seen}]"
    folders, environment, checkout = student.sim(code, str(ROOT))
    ways = ways_to_python()
    assert set(checkout) <= ways.get(str(ROOT), set())
    hidden = {"home", "boot", "opt", "var", "sys"}
    for name in hidden & set(folders):  # only where Python is below it, and no more
        for parent in [f"/{name}", *(parent for parent in ways if parent.startswith(f"/{name}/"))]:
            shown = student.sim("import os; result = os.listdir(args[0])", parent)
            assert set(shown) <= ways.get(parent, set())
    assert set(environment) <= ENVIRONMENT
    assert student.sim("import inside, os; result = os.path.dirname(inside.__file__)") == "/kit/inside"


def test_no_descriptor_but_the_wire_is_inherited(student):
    targets = student.sim(DESCRIPTORS)
    assert sum(target.startswith("socket:") for target in targets) == 1
    assert {target for target in targets if not target.startswith(("socket:", "/proc/"))} == {"/dev/null"}


def test_the_worker_above_a_session_cannot_be_looked_into(student):
    code = """
import os
result = []
for path in ("mem", "maps", "environ", "fd/0"):
    try:
        os.open(f"/proc/{os.getppid()}/{path}", os.O_RDONLY)
        result.append(path)
    except OSError:
        pass
"""
    assert student.sim(code) == []


def test_there_is_no_network_and_no_foreign_process(student):
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 1)"
        with pytest.raises(Raised, match="Error"):
            student.sim(code)
    assert student.sim("import os; result = len([p for p in os.listdir('/proc') if p.isdigit()])") <= 4
    with pytest.raises(Raised, match="ProcessLookupError"):
        student.sim(f"import os; os.kill({os.getpid()}, 9)")


@pytest.mark.parametrize(
    "folder", ["/submission/cs231n", "/kit/inside", "/", "/dev", "/usr", str(ROOT), "/data"]
)
def test_nothing_but_the_private_folder_is_writable(student, folder):
    with pytest.raises(Raised, match=r"Read-only|Permission|No such file"):
        student.sim(f"open({folder!r} + '/x', 'w').close()")


HIDDEN_MEMORY = """
import ctypes, mmap, os
libc = ctypes.CDLL(None, use_errno=True)
result = []
for call in (lambda: libc.memfd_create(b"x", 0), lambda: libc.shmget(0, 1 << 20, 0o1600)):
    result.append(call() < 0 and ctypes.get_errno())
for flag in (0x10000000, 0x00020000):
    result.append(libc.unshare(flag) < 0 and ctypes.get_errno())
result.append(libc.ptrace(0, 0, 0, 0) < 0 and ctypes.get_errno())
result.append(libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0) < 0 and ctypes.get_errno())
result.append(libc.syscall(435, 0, 0) < 0 and ctypes.get_errno())
"""


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86_64")
def test_memory_out_of_sight_and_new_namespaces_are_denied(student):
    assert student.sim(HIDDEN_MEMORY) == [errno.EPERM] * 6 + [errno.ENOSYS]
    assert student.sim("result = open('/proc/self/status').read()").count("Seccomp:\t2") == 1
    code = "import subprocess; result = subprocess.run(['true'], check=True).returncode"
    assert student.sim(code) == 0


def test_root_and_its_capabilities_are_gone(student):
    status = student.sim("result = open('/proc/self/status').read()")
    lines = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert int(lines["CapEff"], 16) == int(lines["CapPrm"], 16) == 0
    assert lines["NoNewPrivs"] == "1"
    uid_map = student.sim("result = open('/proc/self/uid_map').read()").split()
    outside = int(uid_map[1]) + student.sim("import os; result = os.getuid()") - int(uid_map[0])
    assert outside == os.getuid() or os.getuid() == 0
    assert outside != 0


WIRE = """
import gc, socket, torch
from inside import wire
(own,) = [each for each in gc.get_objects() if isinstance(each, socket.socket) and each.fileno() >= 0]
bounds = wire.Bounds()
good = {"ok": True, "values": [1], "afters": [], "kwargs_after": {}, "grads": []}
"""


DRIP = """
import time
own.sendall(wire.PREFIX.pack(wire.MAGIC, 1000, 0))
while True:
    own.sendall(b" ")
    time.sleep(0.1)
"""
LATER = """
import threading, time
def later():
    time.sleep(0.3)
    wire.send(own, "x", good, bounds)
threading.Thread(target=later).start()
"""


@pytest.mark.parametrize(
    "forged",
    [
        "own.sendall(b'x' * 100)",
        "wire.send(own, 'guess', good, bounds)",
        "own.sendall(wire.PREFIX.pack(wire.MAGIC, 10, 2**40))",
        "own.sendall(wire.PREFIX.pack(wire.MAGIC, 3, 0) + b'nul')",
        "own.sendall(wire.PREFIX.pack(wire.MAGIC, 1000, 0))\nimport os; os._exit(0)",
    ],
)
def test_a_forged_answer_fails_its_call(jail, student, forged):
    with pytest.raises(Died, match=r"malformed|out of turn"):
        student.sim(WIRE + forged)
    assert works(jail)


def test_a_doubled_answer_does_not_become_the_next_one(student):
    student.sim(WIRE + LATER)
    time.sleep(0.6)
    with pytest.raises(Died, match="out of turn"):
        student.sim("result = 2")


@pytest.mark.parametrize(
    "answer",
    ["{'ok': True}", "{'ok': True, 'values': 3}", "[]", "{'ok': False, 'kind': 3}", "{**good, 'values': []}"],
)
def test_an_answer_of_another_shape_fails_its_call(student, answer):
    code = (
        f"{WIRE}import sys\nwire.send(own, sys._getframe(4).f_locals['nonce'], {answer}, bounds)\nwhile 1: 1"
    )
    error = Raised if "False" in answer else Died
    with pytest.raises(error, match=r"malformed|out of turn|code raised"):
        student.sim(code)


def test_a_dripping_answer_is_late(student):
    with pytest.raises(TimedOut):
        student.sim(f"{WIRE}{DRIP}")


@pytest.mark.parametrize("way", ["drop", "user"] if os.getuid() == 0 else ["user"])
def test_each_way_to_jail_takes_away_the_callers_rights(tmp_path, monkeypatch, way):
    monkeypatch.setattr(bubblewrap, "working_way", lambda: way)
    with Jail(toy_package(tmp_path), "bwrap", LIMITS) as running, Student(running) as session:
        with pytest.raises(Raised, match=r"Read-only|Permission"):
            session.sim("open('/usr/x', 'w')")
        places = str(ROOT / "instructor"), "/data"
        assert session.sim("import os; result = [os.path.exists(p) for p in args]", *places) == [False, True]


@pytest.mark.parametrize("kind", ["bwrap", "sandlock"])
def test_a_data_set_may_be_a_link_to_another_disk(tmp_path, monkeypatch, kind):
    disk = tmp_path / "disk"
    (disk / "digits").mkdir(parents=True)
    (disk / "digits" / "labels.txt").write_text("7")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "embedded").symlink_to(disk / "digits")
    (tmp_path / "data" / "gone").symlink_to(disk / "nowhere")
    monkeypatch.setenv("CS231N_DATA", str(tmp_path / "data"))
    read = "import os; result = open(os.environ['CS231N_DATA'] + '/embedded/labels.txt').read()"
    with Jail(toy_package(tmp_path / "toy"), kind, LIMITS) as running, Student(running) as session:
        assert session.sim(read) == "7"
        with pytest.raises(Raised, match=r"Read-only|Permission"):
            session.sim("import os; open(os.environ['CS231N_DATA'] + '/embedded/labels.txt', 'w')")


def test_a_session_uses_the_package_that_it_is_told(tmp_path):
    for name in ("one", "two"):
        toy_package(tmp_path / name, contrastive_loss=f"def sim():\n    return {name!r}")
    with Jail(tmp_path, "bwrap", LIMITS) as running:
        for name in ("one", "two", "one"):
            with Student(running, name) as session:
                assert session.sim() == name
        with pytest.raises(OSError, match="not the name"):
            Student(running, "../one").sim()


def test_without_a_sandbox_a_hung_or_detached_process_is_ended_too(tmp_path):
    with Jail(toy_package(tmp_path), "none", LIMITS) as running:
        with Student(running) as session, pytest.raises(TimedOut):
            session.sim("import os, time\nif not os.fork(): os.setsid()\nwhile True: time.sleep(1)")
        pids = tree(running.worker.pid)
        assert len(pids) == 2
        with Student(running) as session:
            assert session.sim(
                "import os; result = 'HOME' in os.environ and os.environ['HOME']"
            ) != os.environ.get("HOME")
    assert not os.path.exists(f"/proc/{pids[0]}")


def test_the_time_of_the_whole_submission_is_limited(tmp_path):
    limits = dataclasses.replace(LIMITS, submission_seconds=0.0)
    with (
        Jail(toy_package(tmp_path), "none", limits) as running,
        pytest.raises(TimedOut, match="whole submission"),
    ):
        Student(running).sim("result = 1")


def test_a_worker_that_cannot_start_is_the_graders_trouble(tmp_path, monkeypatch):
    command = [sys.executable, "-c", "raise SystemExit('no torch here')"]
    monkeypatch.setattr(launch, "launch_command", lambda *_, **__: (command, {}))
    with Jail(toy_package(tmp_path), "none") as running:
        for _ in range(2):
            with pytest.raises(JailBroken, match="does not start: no torch here"):
                Student(running).sim("result = 1")


@pytest.fixture
def missing(monkeypatch):
    """Makes sandboxes look as if they were not installed."""

    def remove(*kinds):
        if "bwrap" in kinds:
            monkeypatch.setattr(bubblewrap, "which", lambda _: None)
        if "sandlock" in kinds:
            monkeypatch.setattr(landlock, "find_spec", lambda _: None)

    for module in (bubblewrap, landlock):
        module.working_way.cache_clear()
    yield remove
    for module in (bubblewrap, landlock):
        module.working_way.cache_clear()


def test_auto_refuses_to_go_without_a_sandbox(missing):
    missing("bwrap", "sandlock")
    with pytest.raises(bubblewrap.SandboxUnavailable) as refused:
        choose("auto")
    for said in ("there is no command bwrap", "apt-get", "sandlock is not installed", "pip install"):
        assert said in str(refused.value)
    assert "--sandbox none" in str(refused.value)
    assert choose("none") == "none"


def test_auto_takes_the_second_sandbox_where_the_first_is_missing(missing):
    missing("bwrap")
    assert choose("auto") == "sandlock"
    with pytest.raises(bubblewrap.SandboxUnavailable, match="no command bwrap"):
        choose("bwrap")
