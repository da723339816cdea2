"""Grading on a Dask cluster: a scheduler and workers on this machine, some of which are lost on the way."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

pytest.importorskip("distributed", reason="make test-cluster installs Dask and runs these")

from instructor.classroom.class_run import run_class
from instructor.classroom.cluster import ClusterPool
from instructor.classroom.entries import ClassError, read_class
from instructor.classroom.journal import Journal
from instructor.classroom.reports import Class, write_class_reports
from instructor.classroom.work import Options
from instructor.core.tasks import ROOT
from instructor.tests import cluster_stub
from instructor.tests.classroom.test_classroom import Silent, pack

pytestmark = pytest.mark.filterwarnings("ignore")  # Dask's own, at the end of its connections
COUNT = 12


class Cluster:
    """Processes of Dask's own commands."""

    def __init__(self, folder):
        self.folder, self.workers, self.scheduler = folder, [], None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.start_scheduler()

    def start_scheduler(self):
        options = ["--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard"]
        self.scheduler = self._start("scheduler", *options)

    def start_worker(self):
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
        self.workers.append(
            self._start("worker", self.address, *options, "--local-directory", str(self.folder))
        )

    def kill(self, process):
        process.send_signal(signal.SIGKILL)
        process.wait()

    def close(self):
        for process in (*self.workers, self.scheduler):
            self.kill(process)

    def _start(self, what, *options):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "STUB_LOG": str(self.folder / "log")}
        environment["OMP_NUM_THREADS"] = "1"
        with (self.folder / f"{what}.txt").open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{what}", *options],
                env=environment,
                stdout=log,
                stderr=log,
            )

    def graded(self):
        with contextlib.suppress(FileNotFoundError):
            return (self.folder / "log").read_text().splitlines()
        return []


@pytest.fixture
def cluster(tmp_path):
    (tmp_path / "dask").mkdir()
    cluster = Cluster(tmp_path / "dask")
    yield cluster
    cluster.close()


@pytest.fixture
def course(tmp_path):
    for k in range(COUNT):
        pack(tmp_path / "hw" / f"student{k:02d}.zip", f"{k}")
    return tmp_path / "hw"


class Steps(Silent):
    """Does something at the first submission that is settled."""

    def __init__(self, then):
        self.then, self.settled_names = then, []

    def settled(self, entry, result, fresh):
        self.settled_names.append(entry.name)
        if self.then and len(self.settled_names) == 1:
            self.then()


def gradebook(course, target, pool, watcher):
    folder = read_class(course)
    with Journal(target / "journal") as journal, pool as entered:
        tally = run_class(folder.entries, Options(3), journal, entered, watcher)
        write_class_reports(Class(folder, target, [], ("sim",)), journal)
    assert tally.graded == COUNT
    return (target / "gradebook.csv").read_bytes()


class AtOnce:
    """The same answers without a cluster."""

    jobs, running, has_room = 1, 0, True

    def __init__(self):
        self.todo = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def submit(self, name, packed):
        self.todo.append((name, packed))

    def events(self, seconds):
        from instructor.classroom.pool import Event

        todo, self.todo = self.todo, []
        for name, packed in todo:
            yield Event(name, "done", graded=cluster_stub.grade(packed, 1.0)[1])


@pytest.fixture
def local(course, tmp_path, monkeypatch):
    monkeypatch.setenv("STUB_LOG", str(tmp_path / "local.log"))
    monkeypatch.setattr(cluster_stub.time, "sleep", lambda _: None)
    return gradebook(course, tmp_path / "local" / "hw", AtOnce(), Silent())


def run_on(cluster, course, tmp_path, then):
    watcher = Steps(then)
    pool = ClusterPool(cluster.address, 60.0, patience=60.0, grade=cluster_stub.grade)
    book = gradebook(course, tmp_path / "cluster" / "hw", pool, watcher)
    assert sorted(watcher.settled_names) == sorted(set(watcher.settled_names))  # nothing twice
    return book


def test_a_worker_that_is_killed_loses_nothing(cluster, course, local, tmp_path):
    cluster.start_worker()
    cluster.start_worker()
    assert run_on(cluster, course, tmp_path, lambda: cluster.kill(cluster.workers[0])) == local


def test_a_worker_that_joins_late_takes_its_share(cluster, course, local, tmp_path):
    cluster.start_worker()
    assert run_on(cluster, course, tmp_path, cluster.start_worker) == local
    assert len({line.split()[1] for line in cluster.graded()}) == 2


def test_a_scheduler_that_starts_again_loses_nothing(cluster, course, local, tmp_path):
    def restart():
        for process in (cluster.scheduler, *cluster.workers):
            cluster.kill(process)
        cluster.workers.clear()

        def later():
            time.sleep(2)
            cluster.start_scheduler()
            cluster.start_worker()

        threading.Thread(target=later).start()

    cluster.start_worker()
    cluster.start_worker()
    assert run_on(cluster, course, tmp_path, restart) == local


def test_without_a_scheduler_there_is_a_sentence():
    with pytest.raises(ClassError, match="no Dask scheduler"):
        ClusterPool("tcp://127.0.0.1:9", 1.0)


@pytest.mark.skipif(not os.environ.get("CLUSTER_TESTS"), reason="make test-cluster runs it")
def test_a_cluster_gives_the_gradebook_of_this_machine(cluster, course, tmp_path):
    for path in sorted(course.iterdir())[3:]:
        path.unlink()
    cluster.start_worker()
    cluster.start_worker()
    books = []
    for name, options in (("local", []), ("cluster", ["--cluster", cluster.address])):
        command = [sys.executable, "-m", "instructor", "grade", str(course)]
        command += ["--results", str(tmp_path / name)]
        command += ["--tasks", "sim", "--notebooks", "none", "--seed", "7", *options]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=500)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        books.append((tmp_path / name / "hw.sim" / "gradebook.csv").read_bytes())
    assert books[0] == books[1]
