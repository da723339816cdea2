"""Nothing that is written in one check can be read in the next, or by another submission, in any jail."""

import contextlib
import json
import os
import secrets
import subprocess
import sys

import pytest

from instructor.sandbox.jail import Jail
from instructor.sandbox.student import Student
from instructor.tests.sandbox.channels import LEAVE, LOOK
from instructor.tests.sandbox.users import open_folder, run_as
from instructor.tests.toy import toy_package

pytestmark = pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86_64")
# What a process may well make for itself, and what else is only pretended to it.
OWN = {"file", "size", "shared memory", "socket", "abstract socket", "mode", "attribute", "time"}
PRETENDED = {"lock", "lock of a part", "priority of the worker", "cores of the worker"}
IN_A_PROCESS = f"""
import sys
def run(code, *args):
    scope = {{"args": args}}
    exec(code, scope)
    return scope["result"]
word = int(sys.argv[1])
left = run({LEAVE!r}, word, 2)
import os
print(left, run({LOOK!r}, word))
"""
AS_A_USER = f"""
import json, os, sys
from pathlib import Path
from instructor.sandbox.fork_server import ForkServer
from instructor.sandbox.jail import Jail
from instructor.sandbox.student import Student
leave, look = {LEAVE!r}, {LOOK!r}
found = {{"user": os.geteuid()}}
package = Path(sys.argv[1], "toy")
with ForkServer() as server:
    for kind, address in (("sandlock", None), ("forked", server.address)):
        with Jail(package, kind.replace("forked", "bwrap"), fork_server=address) as jail:
            with Student(jail) as student:
                left = student.sim(leave, 5, 60)
                if address:
                    with Jail(package, "bwrap", fork_server=address) as beside, Student(beside) as other:
                        found["beside"] = other.sim(look, 5)
            with Student(jail) as student:
                found[kind] = [left, student.sim(look, 5), jail.worker.is_forked]
print(json.dumps(found))
"""


@pytest.fixture(scope="module", params=["launched", "forked", "sandlock"])
def jails(request, tmp_path_factory):
    """Two jails of one kind, for two submissions."""
    kind = "sandlock" if request.param == "sandlock" else "bwrap"
    fork_server = request.getfixturevalue("warm_fork_server") if request.param == "forked" else None
    package = toy_package(tmp_path_factory.mktemp("toy"))
    with Jail(package, kind, fork_server=fork_server) as one, Jail(package, kind, None, fork_server) as two:
        yield one, two


def test_the_ways_are_ways():
    """Without a jail they work, so that they show something; the process above it is one of its own."""
    word = secrets.randbelow(10_000)
    with contextlib.ExitStack() as tidy:
        home = tidy.enter_context(open_folder())
        ran = subprocess.run(
            ["unshare", "--ipc", "--fork", sys.executable, "-c", IN_A_PROCESS, str(word)],
            capture_output=True,
            text=True,
            env={**os.environ, "HOME": str(home)},
            check=False,
        )
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"/dev/shm/left-by-an-attack-{word}")
    left, seen = ran.stdout.split("] ")
    for way in (
        "System V queue",
        "System V memory",
        "POSIX queue",
        "abstract socket",
        "lock",
        "time",
        "mode",
        "hint",
        "size",
    ):
        assert way in left, ran.stderr
        assert way in seen


def test_nothing_is_found_of_what_the_last_check_left(jails):
    with Student(jails[0]) as student:
        left = student.sim(LEAVE, 3, 60)
    assert set(left) <= OWN | PRETENDED
    with Student(jails[0]) as student:
        assert student.sim(LOOK, 3) == []


def test_nothing_is_found_of_what_another_submission_holds(jails):
    with Student(jails[0]) as student, Student(jails[1]) as other:
        student.sim(LEAVE, 4, 60)
        assert other.sim(LOOK, 4) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user; else all tests show it")
def test_nor_where_the_grader_is_an_ordinary_user():
    with open_folder() as folder:
        toy_package(folder / "toy")
        ran = run_as("61000", AS_A_USER, folder)
    assert ran.returncode == 0, ran.stderr[-2_000:]
    found = json.loads(ran.stdout)
    assert found["user"] == 61_000
    assert found["beside"] == []
    for kind in ("sandlock", "forked"):
        left, seen, is_forked = found[kind]
        assert set(left) <= OWN | PRETENDED
        assert seen == []
        assert is_forked == (kind == "forked")
