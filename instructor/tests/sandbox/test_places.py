"""The sandbox keeps its promises, and is as quick, wherever the kit, its Python, its data and TMPDIR lie."""

import json
import sys
import tempfile
import time
from pathlib import Path

import pytest

from instructor.classroom.pool import LocalPool
from instructor.classroom.work import Options
from instructor.cli import doctor
from instructor.sandbox import bubblewrap, fork_server, landlock, launch, mounts, promises, warm
from instructor.sandbox.bubblewrap import SandboxUnavailable
from instructor.sandbox.jail import Jail
from instructor.sandbox.process_tree import kill_tree
from instructor.tests.sandbox.places import PLACES, laid_out

OPTIONS = Options(1, "bwrap", "none", ("sim",))
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
def data():
    """Data sets that another user's graders can read, too: pytest's own folders are its user's alone."""
    with tempfile.TemporaryDirectory(prefix="cs231n-the data of all-") as name:
        folder = Path(name, "embedded")
        folder.mkdir()
        (folder / "labels.txt").write_text("7")
        for each in (folder, folder.parent):
            each.chmod(0o755)
        yield folder.parent


@pytest.mark.parametrize("name", PLACES)
def test_the_promises_hold_and_workers_are_forked_wherever_things_lie(name, data, monkeypatch):
    monkeypatch.setenv("CS231N_DATA", str(data))
    assert bubblewrap.working_way()
    try:
        with laid_out(name) as place:
            ran = place.run(PROGRAM, LOOK)
    except PermissionError as error:
        pytest.skip(f"this user may not write to {error.filename}")
    assert ran.returncode == 0, ran.stderr[-3000:]
    said = json.loads(ran.stdout)
    assert said["reached"]["bwrap"] == ["folder"]
    if works(landlock.working_way):
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


def works(way) -> bool:
    try:
        return bool(way())
    except SandboxUnavailable:
        return False


@pytest.fixture
def python(monkeypatch):
    """Makes Python look as if it lay in these folders and were found by these links."""

    def lie(*folders, links=()):
        for module in (mounts, bubblewrap, landlock, promises):
            monkeypatch.setattr(module, "python_folders", lambda: folders, raising=False)
            monkeypatch.setattr(module, "python_links", lambda: dict(links), raising=False)

    return lie


def test_only_the_way_to_python_leads_through_a_private_folder(python):
    python("/tmp/a/env", "/tmp/b", "/dev/shm/c/d/e", links={"/tmp/f/python": "../b/bin/python"})
    shown = {path: source for path, source in mounts.layout().items() if path.startswith(mounts.PRIVATE)}
    assert {path for path, source in shown.items() if not source} >= {"/tmp/a", "/dev/shm/c", "/tmp/f"}
    assert {path for path, source in shown.items() if source} == {"/tmp/a/env", "/tmp/b", "/dev/shm/c/d/e"}
    assert mounts.ways_through_private() == ["/dev/shm/c", "/tmp/a", "/tmp/b", "/tmp/f"]


def test_a_kit_and_temporary_files_within_what_is_shown_are_covered(python, monkeypatch):
    python("/opt/conda")
    monkeypatch.setattr(mounts, "_hidden", lambda: {"/opt/conda/kit", "/usr/local/t", "/srv/elsewhere"})
    shown = mounts.layout()
    assert (shown["/opt/conda"], shown["/opt/conda/kit"], shown["/usr/local/t"]) == ("/opt/conda", "", "")
    assert "/srv/elsewhere" not in shown


def test_landlock_leaves_the_kit_out_of_a_folder_that_must_be_read(tmp_path, monkeypatch):
    for name in ("lib", "src/other", "src/kit", "src/t"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "src" / "link").symlink_to(tmp_path / "src" / "kit")
    monkeypatch.setattr(mounts, "_hidden", lambda: {f"{tmp_path}/src/kit", f"{tmp_path}/src/t"})
    assert mounts.without_hidden(str(tmp_path)) == [f"{tmp_path}/lib", f"{tmp_path}/src/other"]


@pytest.mark.parametrize("place", ["/submission/env", "/kit/inside", "/proc/x"])
def test_a_python_where_a_jail_has_something_else_is_told_of(python, place):
    python(place)
    bubblewrap.working_way.cache_clear()
    try:
        with pytest.raises(SandboxUnavailable, match=f"Python is in {place}"):
            bubblewrap.working_way()
    finally:
        bubblewrap.working_way.cache_clear()


def test_the_doctors_home_folder_is_one_without_python(python, tmp_path, monkeypatch):
    for name in (".python/bin", "bin", "work"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path))
    python(f"{tmp_path}/.python", links={f"{tmp_path}/bin/python": "../.python/bin/python"})
    assert promises._in_home() == f"{tmp_path}/work"
    (tmp_path / "work").rmdir()
    assert promises._in_home() == ""
    monkeypatch.setenv("HOME", "/")
    assert not promises._in_home().startswith(("/usr", "/tmp", "/dev", "/proc"))


def test_the_fork_server_starts_where_bubblewrap_works(warm_fork_server):
    assert bubblewrap.working_way()
    with Jail({}, "bwrap", fork_server=warm_fork_server) as jail:
        jail.worker.wait_until_ready()
        assert jail.worker.is_forked


@pytest.fixture
def crippled(monkeypatch):
    """Lets a fork server start, but not as what may make jails."""
    wrap = launch.wrap
    monkeypatch.setattr(launch, "wrap", lambda *given, makes_jails=False, **more: wrap(*given, **more))


@pytest.fixture
def broken(monkeypatch):
    """Lets what is to become a fork server end at once."""
    command = [sys.executable, "-c", "raise SystemExit('there is no room')"]
    monkeypatch.setattr(fork_server, "fork_server_command", lambda *_: command)


def test_a_fork_server_that_does_not_start_is_told_of_with_what_it_said(broken):
    said = []
    with warm.warm(None, said.append) as server:
        assert server is None
    assert said == [warm.WITHOUT.format("there is no room")]


def test_a_fork_server_that_cannot_make_jails_is_told_of(crippled):
    said = []
    with warm.warm(None, said.append) as server:
        assert server is None
    assert said[0].startswith("There is no fork server: ")
    assert "not permitted" in said[0] or "Read-only" in said[0]


def test_the_doctor_tells_of_a_fork_server_that_does_not_start(broken):
    assert doctor._about_the_fork_server() == warm.WITHOUT.format("there is no room")


def test_a_class_without_a_fork_server_says_so_once_and_goes_on(broken, tmp_path):
    said = []
    with LocalPool(1, 60.0, tmp_path, OPTIONS, said.append) as pool:
        pool._warm_up()
        deadline = time.monotonic() + 60
        while not said and time.monotonic() < deadline:
            list(pool.events(0.01))
        assert pool._fork_server is None
    assert said == [warm.WITHOUT.format("there is no room")]


def test_a_class_whose_fork_server_ends_on_the_way_says_so(tmp_path):
    said = []
    with LocalPool(1, 60.0, tmp_path, OPTIONS, said.append) as pool:
        pool._warm_up()
        pool._trial.result()
        list(pool.events(0.0))
        assert said == []
        kill_tree(pool._fork_server._process.pid)
    assert len(said) == 1
    assert said[0].startswith("The fork server has ended: ")
