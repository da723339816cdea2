"""The sandbox keeps its promises, and is as quick, wherever the kit, its Python, its data and TMPDIR lie."""

import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from instructor.classroom.pool import LocalPool
from instructor.classroom.work import Options
from instructor.cli import doctor
from instructor.sandbox import interpreter, landlock, mounts, warm
from instructor.sandbox.bubblewrap import SandboxUnavailable, wrap
from instructor.sandbox.fork_server import ForkServer, NoForkServer
from instructor.sandbox.limits import Limits
from instructor.sandbox.mounts import Mounts
from instructor.sandbox.warm import try_out
from instructor.tests.sandbox.places import PLACES, laid_out

PROGRAM = """
import json, sys, tempfile
from pathlib import Path
from instructor.core.tasks import ROOT
from instructor.sandbox import interpreter, mounts
from instructor.sandbox.bubblewrap import SandboxUnavailable
from instructor.sandbox.fork_server import ForkServer
from instructor.sandbox.jail import Jail, choose
from instructor.sandbox.promises import what_is_reached
from instructor.sandbox.student import Student

package = {"cs231n/__init__.py": b"", "cs231n/simclr/__init__.py": b"",
           "cs231n/simclr/contrastive_loss.py": sys.argv[1].encode()}
said = {"reached": {}, "ways": mounts.ways_through_private()}
for kind in ("bwrap", "sandlock"):
    try:
        choose(kind)
    except SandboxUnavailable as error:
        said["reached"][kind] = str(error)
        continue
    with tempfile.TemporaryDirectory() as folder:
        reached = what_is_reached(kind, Path(folder))
    said["reached"][kind] = sorted(name for name, was in reached.items() if was)
secret = Path(tempfile.gettempdir(), "neighbour")
secret.write_text("x")
asked = [str(secret), str(ROOT / "instructor" / "tasks.toml"), str(Path.home() / "other submissions")]
with ForkServer() as server:
    for name, address in (("forked", server.address), ("launched", None)):
        with Jail(package, "bwrap", fork_server=address) as jail:
            with Student(jail) as student:
                first = student.sim(asked, list(interpreter.python_folders()))
            with Student(jail) as student:  # after the folders have been emptied
                second = student.sim(asked, [])
            said[name] = {"forked": jail.worker.is_forked, "first": first, "second": second}
print(json.dumps(said))
"""
LOOK = """
import importlib, os, sys

def sim(asked, folders):
    late = [name for name in ("wave", "PIL.IcoImagePlugin", "scipy.cluster") if name not in sys.modules]
    for name in late:
        importlib.import_module(name)
    private = {folder: sorted(os.listdir(folder)) for folder in ("/tmp", "/dev/shm")}
    changed = []
    for place in (*folders, *(f"{top}/{name}" for top in private for name in private[top])):
        for change in (lambda: open(place + "/x", "w").close(), lambda: os.rename(place, place + "-away"),
                       lambda: os.chmod(place, 0o777), lambda: os.symlink("/", place + "/link")):
            try:
                change()
                changed.append(place)
            except OSError:
                pass
    open("/tmp/own", "w").close()
    return {
        "late": len(late), "private": private, "changed": changed,
        "seen": [path for path in asked if os.path.exists(path)],
        "data": open(os.environ["CS231N_DATA"] + "/embedded/labels.txt").read(),
    }
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("the data of all") / "embedded"
    folder.mkdir()
    (folder / "labels.txt").write_text("7")
    return folder.parent


@pytest.mark.parametrize("name", PLACES)
def test_the_promises_hold_and_workers_are_forked_wherever_things_lie(name, data, monkeypatch):
    monkeypatch.setenv("CS231N_DATA", str(data))
    try:
        with laid_out(name) as place:
            ran = place.run(PROGRAM, LOOK)
    except PermissionError as error:
        pytest.skip(f"this user may not write to {error.filename}")
    assert ran.returncode == 0, ran.stderr[-3000:]
    said = json.loads(ran.stdout)
    assert said["reached"]["bwrap"] == ["folder"]
    if works(landlock):
        assert said["reached"]["sandlock"] == ["folder"]
    assert (said["forked"]["forked"], said["launched"]["forked"]) == (True, False)
    for kind in ("forked", "launched"):
        for look in ("first", "second"):
            found = said[kind][look]
            assert found["data"] == "7"
            assert found["seen"] == []
            assert found["late"] > 0
            entries = {
                f"{folder}/{entry}" for folder in found["private"] for entry in found["private"][folder]
            }
            assert {entry for entry in entries if "torchinductor" not in entry} == set(said["ways"])
            own = {entry for entry in entries if "torchinductor" in entry}
            assert set(found["changed"]) <= own


def works(sandbox) -> bool:
    try:
        return bool(sandbox.working_way())
    except SandboxUnavailable:
        return False
