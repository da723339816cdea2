"""Control groups: found wherever they can be made, set to the limits, and gone with their jail."""

import dataclasses
import os
import subprocess
import sys
import time

import pytest

from instructor.cli import doctor
from instructor.sandbox import cgroup
from instructor.sandbox.cgroup import GRADERS, Group, Home, NoGroups, entered, home
from instructor.sandbox.limits import MIB, Limits
from instructor.sandbox.watch import Watch

LIMITS = dataclasses.replace(Limits.load(), memory=300 * MIB, processes=20)


@pytest.fixture(autouse=True)
def fresh():
    home.cache_clear()
    yield
    home.cache_clear()


def tree(folder, inside="/", controllers="cpu memory pids", enabled=""):
    """Files as a mounted cgroup2 has them; what /proc says of it to a process whose group is `inside`."""
    top = folder / "cgroup"
    own = top / inside.lstrip("/")
    own.mkdir(parents=True)
    for each in {top, own}:
        (each / "cgroup.controllers").write_text(controllers)
        (each / "cgroup.subtree_control").write_text(enabled)
        (each / "cgroup.procs").write_text("")
    (own / "cgroup.type").write_text("domain")
    mounts, paper = folder / "mountinfo", folder / "own"
    mounts.write_text(f"35 24 0:31 / {top} rw,nosuid - cgroup2 cgroup2 rw\n")
    paper.write_text(f"3:cpu:/elsewhere\n0::{inside}\n")
    return mounts, paper


def fake(folder, controllers=("memory", "pids")):
    folder.mkdir(exist_ok=True)
    return Home(folder, frozenset(controllers))


def test_a_group_is_set_to_the_limits(tmp_path):
    group = Group(fake(tmp_path / "top"), LIMITS, tasks=23)
    said = {path.name: path.read_text() for path in group.path.iterdir()}
    assert said == {
        "memory.max": str(300 * MIB),
        "memory.oom.group": "1",
        "memory.swap.max": "0",
        "pids.max": "23",
    }


def test_only_what_the_kernel_can_limit_there_is_set(tmp_path):
    group = Group(fake(tmp_path / "top", ["pids"]), LIMITS, tasks=23)
    assert [path.name for path in group.path.iterdir()] == ["pids.max"]


def test_a_process_enters_before_the_command_runs(tmp_path):
    group = Group(fake(tmp_path / "top"), LIMITS, tasks=23)
    say = "print(open('/proc/self/oom_score_adj').read(), open(%r).read())" % str(group.procs)  # noqa: UP031
    ran = subprocess.run(
        entered([sys.executable, "-c", say], group), capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["1000", "0"]


def test_a_process_that_cannot_enter_its_group_does_not_run(tmp_path):
    group = Group(fake(tmp_path / "top"), LIMITS, tasks=23)
    group.procs.mkdir()
    ran = subprocess.run(entered(["echo", "ran"], group), capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stdout == ""


def test_the_kernels_word_on_time_and_memory_is_taken(tmp_path):
    group = Group(fake(tmp_path / "top"), LIMITS, tasks=23)
    assert (group.processor_time(), group.ran_out_of_memory()) == (0.0, False)
    (group.path / "cpu.stat").write_text("usage_usec 2500000\nuser_usec 2000000\n")
    (group.path / "memory.events").write_text("low 0\nhigh 0\nmax 7\noom 1\noom_kill 3\noom_group_kill 1\n")
    assert (group.processor_time(), group.ran_out_of_memory()) == (2.5, True)
    reasons = []
    watch = Watch(os.getpid(), LIMITS, reasons.append, group=group)
    watch.stop()
    assert reasons == ["it used more than 300 MiB of memory"]
    assert watch.cpu_seconds >= 2.5


@pytest.mark.parametrize("user", [0, 1000])
def test_a_delegated_group_is_used_and_its_processes_make_room(tmp_path, monkeypatch, user):
    """As systemd delegates one: its own group holds this process and what has started it."""
    mounts, own = tree(tmp_path, "/user.slice/run-1.scope")
    scope = tmp_path / "cgroup" / "user.slice" / "run-1.scope"
    (scope / "cgroup.procs").write_text("17\n18\n")
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(cgroup, "_try", lambda found: None)
    found = home(mounts, own)
    assert found == Home(tmp_path / "cgroup" if user == 0 else scope, frozenset({"memory", "pids"}))
    if user:
        assert (
            scope / GRADERS / "cgroup.procs"
        ).read_text() == "18"  # both were written, one after the other
        assert (scope / "cgroup.subtree_control").read_text() == "+memory +pids"
        own.write_text(f"0::/user.slice/run-1.scope/{GRADERS}\n")  # as the next grader finds itself
        home.cache_clear()
        assert home(mounts, own).folder == scope


def test_where_there_is_none_the_reason_is_told(tmp_path):
    with pytest.raises(NoGroups, match="there is no cgroup v2 here"):
        home(tmp_path / "none", tmp_path / "none")
    mounts, own = tree(tmp_path)
    (tmp_path / "cgroup" / "cgroup.subtree_control").unlink()
    (tmp_path / "cgroup" / "cgroup.subtree_control").mkdir()
    with pytest.raises(NoGroups, match="Is a directory"):
        home(mounts, own)


def test_what_a_dead_grader_left_is_removed_and_what_a_living_one_has_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr(cgroup, "SECONDS", 0.0)
    top = fake(tmp_path / "top", [])
    dead, other = top.folder / "cs231n-jail-0123456789ab", top.folder / "user.slice"
    dead.mkdir()
    other.mkdir()
    monkeypatch.setattr(cgroup, "_kill", lambda path: None)
    first = Group(top, LIMITS, tasks=1)
    time.sleep(0.01)
    second = Group(top, LIMITS, tasks=1)
    assert set(top.folder.iterdir()) == {other, first.path, second.path}
    for each in (first, second):
        each.close()
        each.close()
    assert list(top.folder.iterdir()) == [other]


def test_the_doctor_says_which_of_the_two_is_in_force(monkeypatch, tmp_path):
    def none():
        raise NoGroups("/sys/fs/cgroup: Read-only file system")

    for controllers, said in (
        (["memory", "pids"], "memory, processes and processor time: the kernel's own limits"),
        ([], "processor time: the kernel's own count"),
    ):
        found = fake(tmp_path / "top", controllers)
        monkeypatch.setattr(cgroup, "home", lambda found=found: found)
        assert said in doctor._about_limits()
    assert "memory, processes: counted ten times a second" in doctor._about_limits()
    monkeypatch.setattr(cgroup, "home", none)
    said = doctor._about_limits()
    assert "counted ten times a second" in said
    assert "Read-only file system" in said
    assert "systemd-run" in said


USES = """
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
if not os.fork():
    while time.process_time() < 0.5:
        pass
    os._exit(0)
time.sleep(2)
"""


def test_the_kernel_counts_what_nobody_waited_for_and_ends_all_at_once():
    """On a real cgroup2, where this machine lets one be made."""
    try:
        found = home()
    except NoGroups as error:
        pytest.skip(f"no control group can be made here: {error}")
    group = Group(found, LIMITS, tasks=64)
    with subprocess.Popen(entered([sys.executable, "-c", USES], group)) as process:
        deadline = time.monotonic() + 20
        while group.processor_time() < 0.5 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert group.processor_time() >= 0.5
        group.kill()
        assert process.wait(10) != 0
    group.close()
    assert not group.path.exists()
