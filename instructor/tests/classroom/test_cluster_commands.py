"""The commands of docs/cluster.md, run as they are written, and how a worker finds the kit."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from instructor.classroom import remote
from instructor.classroom.freshness import new_record
from instructor.classroom.work import Options
from instructor.core.composition import compose
from instructor.core.tasks import ROOT, code_tasks
from instructor.grading.intake import Submission

PAGE = ROOT / "docs" / "cluster.md"
HERE = {"10.0.0.1": "127.0.0.1", "$(hostname)": "127.0.0.1", "--nworkers 8": "--nworkers 1"}
SBATCH = '#!/bin/bash\n# What Slurm does with --wrap: run it as a job.\nexec bash -c "${@: -1}"\n'
needs_dask = pytest.mark.skipif(
    not find_spec("distributed"), reason="needs instructor/requirements-cluster.txt: make test-cluster"
)


def documented(heading):
    """The commands below a heading of the page, a line each."""
    section = PAGE.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    code = re.search(r"```sh\n(.*?)```", section, re.DOTALL)[1]
    return code.replace("\\\n", " ").strip().splitlines()


@pytest.fixture
def kit(tmp_path):
    """The kit where the page has it, its environment in it, and two submissions."""
    folder = tmp_path / "kit"
    folder.mkdir()
    for path in ROOT.iterdir():
        if not path.name.startswith(".") and path.name != "submissions":
            (folder / path.name).symlink_to(path)
    (folder / ".venv").symlink_to(sys.prefix)
    compose(tmp_path / "work", {task.id: "reference" for task in code_tasks()})
    (folder / "submissions").mkdir()
    for name in ("ann", "bob"):
        shutil.copytree(tmp_path / "work", folder / "submissions" / name)
        (folder / "submissions" / name / "cs231n" / "own.txt").write_text(name)
    return folder


class Started:
    """Commands of the page, started from a folder that is not the kit's, and ended with all they started."""

    def __init__(self, kit):
        self.kit, self.elsewhere, self.running = kit, kit.parent / "elsewhere", []
        self.elsewhere.mkdir()
        (self.elsewhere / "sbatch").write_text(SBATCH)
        (self.elsewhere / "sbatch").chmod(0o755)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = str(free.getsockname()[1])
        self.environment = {**os.environ, "HOME": str(self.elsewhere), "OMP_NUM_THREADS": "1"}
        self.environment["PATH"] = f"{self.elsewhere}:{os.environ['PATH']}"
        self.environment["DASK_DISTRIBUTED__ADMIN__LOG_LENGTH"] = "10"
        self.environment.pop("PYTHONPATH", None)

    def line(self, command, more=""):
        """A line of the page, with this machine's address in place of the example's."""
        for theirs, ours in {**HERE, "8786": self.port, "/path/to/kit": str(self.kit)}.items():
            command = command.replace(theirs, ours)
        return command.removesuffix("&") + more

    def start(self, command):
        with (self.elsewhere / f"{len(self.running)}.log").open("w") as log:
            self.running.append(
                subprocess.Popen(
                    ["bash", "-c", self.line(command)],
                    cwd=self.elsewhere,
                    env=self.environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )

    def logs(self):
        return "".join(path.read_text() for path in self.elsewhere.glob("*.log"))

    def grade(self, command, more="", then=None):
        """Run the line that grades; `then` is called once it has said that there are no workers."""
        more = " --tasks sim --notebooks none --seed 7" + more
        process = subprocess.Popen(
            ["bash", "-c", self.line(command, more)],
            cwd=self.elsewhere,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.running.append(process)
        said = ""
        for line in process.stdout:
            said += line
            if then and "There are no workers at" in line:
                then, _ = None, then()
        assert process.wait(60) == 0, said + self.logs()
        return said

    def close(self):
        for process in self.running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
            if process.stdout:
                process.stdout.close()


@pytest.fixture
def started(kit):
    cluster = Started(kit)
    yield cluster
    cluster.close()


@needs_dask
def test_plain_hosts_grade_as_documented_and_go_on_with_what_this_machine_began(started):
    scheduler, worker, grade = documented("Plain hosts")
    locally = grade.partition(" --cluster")[0]
    assert "1 graded, 0 unchanged" in started.grade(locally, " --only ann")
    started.start(scheduler)
    said = started.grade(grade, then=lambda: started.start(worker))
    assert "1 graded, 1 unchanged, 0 not gradable" in said
    assert "There are workers at" in said


@needs_dask
def test_slurm_grades_as_documented(started):
    scheduler, batch, grade = documented("Slurm")
    started.start(scheduler)
    started.start(batch)
    assert "1 graded, 0 unchanged, 0 not gradable" in started.grade(grade, " --only bob")


def test_what_crosses_to_the_cluster_needs_nothing_of_the_kit():
    code = f"import runpy; runpy.run_path({remote.__file__!r})"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True, cwd="/")


def test_a_worker_finds_its_kit(tmp_path, monkeypatch):
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        (folder / remote.MAIN.parent).mkdir(parents=True)
        (folder / remote.MAIN).touch()
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "no" / ".venv"))
    monkeypatch.chdir(tmp_path)
    assert remote.find_kit(str(there)) == there
    monkeypatch.setattr(sys, "prefix", str(here / ".venv"))
    assert remote.find_kit(str(there)) == here
    monkeypatch.chdir(there)
    assert remote.find_kit() == Path(there)
    monkeypatch.setenv(remote.PLACE, str(here))
    assert remote.find_kit() == here
    monkeypatch.setenv(remote.PLACE, str(tmp_path))
    with pytest.raises(RuntimeError, match=r"CS231N_KIT names .*, which is none"):
        remote.find_kit(str(there))


def test_local_and_cluster_have_one_key():
    work = Submission("ann", {})
    keys = {kind: new_record("ann", work, Options(1, kind)).key for kind in ("auto", "bwrap", "none")}
    assert keys["auto"] == keys["bwrap"] != keys["none"]
