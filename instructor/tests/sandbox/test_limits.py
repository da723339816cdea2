"""Every limit: what exceeds it is gone, the student reads which one and in which call, the rest goes on."""

import dataclasses
import os

import pytest

from instructor.sandbox.inside.bounds import Bounds
from instructor.sandbox.jail import Jail
from instructor.sandbox.limits import FILE, MIB, Limits, LimitsError
from instructor.sandbox.process_tree import tree
from instructor.sandbox.student import Died, Raised, Student, StudentError, TimedOut
from instructor.tests.toy import toy_package

LIMITS = dataclasses.replace(
    Limits.load(),
    call_seconds=2,
    patience=1_000,
    check_cpu_seconds=2,
    memory=1_500 * MIB,
    processes=24,
    open_files=100,
    disk=16 * MIB,
    files=500,
    shared_memory=16 * MIB,
    wire=Bounds(body_bytes=1 * MIB),
)
OWN = {"bwrap": 3, "sandlock": 2, "forked": 2}  # processes of the jail itself

LOOP = "while True: pass"
MEMORY = """
import os, time
for _ in range(4):
    if not os.fork():
        held = b"x" * 450_000_000
        time.sleep(60)
time.sleep(60)
"""
PROCESSES = """
import os, time
for _ in range(60):
    if not os.fork():
        os.setsid()
        time.sleep(60)
time.sleep(60)
"""
THREADS = (
    "import threading, time\nfor _ in range(300): threading.Thread(target=time.sleep, args=(60,)).start()"
)
THREADS += "\ntime.sleep(2)"
OPEN_FILES = "held = [open('/dev/null') for _ in range(200)]"
ONE_FILE = "open('f', 'wb').write(bytes(20 * 2**20))"
DISK = "import time\nfor n in range(4): open(str(n), 'wb').write(bytes(5 * 2**20))\ntime.sleep(1.5)"
FILES = "import time\nfor n in range(600): open(f'file {n}', 'w').close()\ntime.sleep(1.5)"
SHARED = "for n in range(4): open(f'/dev/shm/{n}', 'wb').write(bytes(5 * 2**20))"
ANSWER = "import torch\nresult = torch.zeros(300_000)"
EXCEEDED = {
    "wall clock": (LOOP, 1, TimedOut, r"did not return within 1 s \(in sim\)"),
    "processor time": (LOOP, 20, Died, r"more than 2 s of processor time \(in sim\)"),
    "memory": (MEMORY, 20, Died, r"more than 1,500 MiB of memory \(in sim\)"),
    "processes": (
        PROCESSES,
        20,
        StudentError,
        r"more than 24 processes \(in|the limit is 24 processes",
    ),
    "threads": (
        THREADS,
        20,
        StudentError,
        r"more than 96 threads \(in|the limit is 24 processes",
    ),
    "open files": (OPEN_FILES, 20, Raised, r"the limit is 100 open files.*line 4"),
    "one file": (ONE_FILE, 20, StudentError, r"16 MiB"),
    "disk": (DISK, 20, StudentError, r"more than 16 MiB to disk \(in sim\)|the limit is 16 MiB of disk"),
    "files": (FILES, 20, Died, r"more than 500 files \(in sim\)"),
    "/dev/shm": (SHARED, 20, Raised, r"16 MiB of /dev/shm|Permission denied: '/dev/shm"),
    "an answer": (ANSWER, 20, StudentError, r"too large"),
}

# Where Python is below /tmp, so is what is mounted there.
LEFT = """
import os
home = os.environ["HOME"]
result = [name for name in os.listdir(home) if not os.path.ismount(os.path.join(home, name))]
"""
SAME = {"processor time", "memory", "one file", "an answer"}


@pytest.fixture(scope="module", params=OWN)
def jail(request, tmp_path_factory):
    """A jail of either kind, and one of bubblewrap whose worker a fork server has forked."""
    kind = request.param.replace("forked", "bwrap")
    fork_server = request.getfixturevalue("warm_fork_server") if request.param == "forked" else None
    with Jail(toy_package(tmp_path_factory.mktemp("toy")), kind, LIMITS, fork_server) as running:
        with Student(running) as student:
            student.sim("result = 0")
        running.own = OWN[request.param]
        yield running


@pytest.mark.parametrize("limit", EXCEEDED)
def test_what_exceeds_a_limit_is_gone_and_told_and_the_next_check_works(jail, limit):
    if jail.own == 2 and limit in SAME and not os.environ.get("LONG_TRIALS"):
        pytest.skip("the same code in all sandboxes: make test-sandbox")
    code, seconds, error, said = EXCEEDED[limit]
    with Student(jail) as student, pytest.raises(error, match=said):
        student.call("sim", "import os; os.chdir(os.environ['HOME'])\n" + code, timeout=seconds)
    with Student(jail) as student:
        left = student.sim(LEFT)
    assert set(left) <= {"torchinductor_student"}  # of torch's own making
    assert len(tree(jail.worker.pid)) == jail.own


def test_the_processor_time_of_a_submission_counts_over_all_its_processes(tmp_path):
    limits = dataclasses.replace(LIMITS, submission_cpu_seconds=6, check_cpu_seconds=60)
    burn = "import os, time\nfor _ in range(3): os.fork()\nwhile True: pass"
    with Jail(toy_package(tmp_path), "bwrap", limits) as jail:
        with Student(jail) as student, pytest.raises(Died, match=r"more than 6 s of processor time in all"):
            student.call("sim", burn, timeout=60)
        with Student(jail) as student, pytest.raises(TimedOut, match="whole submission was over"):
            student.sim("result = 1")


@pytest.mark.skipif(os.geteuid() != 0, reason="this is about root")
def test_the_system_itself_counts_the_processes_of_roots_jails(tmp_path):
    """It does not count root's; the user inside is another, and nobody else's."""
    code = "import resource, os; result = [resource.getrlimit(resource.RLIMIT_NPROC), os.getuid()]"
    with Jail(toy_package(tmp_path), "bwrap", LIMITS) as jail, Student(jail) as student:
        (soft, hard), user = student.sim(code)
    assert soft == hard == LIMITS.processes
    assert user != 0


def test_every_limit_is_in_one_file_with_a_comment():
    Limits.load(FILE)
    lines = FILE.read_text(encoding="utf-8").splitlines()
    for line in lines:
        assert not line or line.startswith(("#", "[")) or "#" in line or line.split(" ")[0] in vars(Bounds())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("memory_mib = 4_096", "memory_mib = 0", "memory_mib must be a number above 0, not 0"),
        ("memory_mib = 4_096", "memory_mib = true", "memory_mib must be a number above 0, not True"),
        ("open_files = 512", "open_files = '512'", "open_files must be a number above 0, not '512'"),
        ("open_files = 512", "", "open_files is missing or is no limit"),
        ("open_files = 512", "open_flies = 512\nopen_files = 512", "open_flies is missing or is no limit"),
        ("gpu = false", "gpu = 1", "gpu must be true or false"),
        ("depth = 16", "depth = -1", r"\[wire\]: depth must be"),
        ("depth = 16", "depth =", "can't be read"),
    ],
)
def test_a_mistake_in_the_file_is_a_sentence(tmp_path, old, new, said):
    changed = tmp_path / "limits.toml"
    changed.write_text(FILE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LimitsError, match=said):
        Limits.load(changed)
