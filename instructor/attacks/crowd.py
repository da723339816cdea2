"""Hostile submissions in a crowd: a class in which every other one attacks the run that grades all of them.

The honest ones are graded alone first. Then they are graded among hostile ones, several times and each time
in another order, by one command and one fork server as a class is. Their reports must be those of the first
run, byte for byte but for the times; nothing may be left behind, and the run may not grow.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from instructor.attacks.experiment import LIGHT, PLACES, TIMES
from instructor.attacks.samples import Sample, honest_files, load_samples, write_zip
from instructor.core.composition import fillins
from instructor.core.tasks import ROOT
from instructor.sandbox.cgroup import Home, NoGroups, home
from instructor.sandbox.limits import MIB
from instructor.sandbox.process_tree import share

QUICK = ("disk", "exit", "injection", "memory", "neighbours", "network", "objects", "patches", "plugins")
QUICK += ("processes", "results", "skips", "tokens", "wire")  # classes that do not spend a limit's time
MARK = "CS231N_CROWD"  # in the environment of every process of a run
LOOKS, GROWTH = 0.5, 64 * MIB  # seconds between two looks at a run's memory; how much it may grow
SETTLE = 10.0  # seconds in which what is ending may end
REPORTS = ("results.json", "junit.xml", "feedback.html")


@dataclass
class Run:
    """What one run gave: the honest submissions' reports by name, what was left, its memory at each look."""

    reports: dict[str, dict[str, bytes]]
    left: list[str] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)


def attack_as_a_crowd(
    count: int, times: int, seed: int, sandbox: str = "auto", say: Callable[[str], None] = print
) -> list[str]:
    """Grade `count` honest submissions alone, then `times` among as many hostile ones; return the faults."""
    faults = []
    with tempfile.TemporaryDirectory(prefix="cs231n-crowd-") as folder:
        place = Path(folder)
        pack_honest(place / "honest", count)
        alone = _run(place / "honest", place / "alone", seed, sandbox)
        say(f"{count} honest submissions are graded")
        for number in range(1, times + 1):
            mixed = place / f"class{number}"
            mix(place / "honest", mixed, hostile(count, seed + number), random.Random(seed + number))
            run = _run(mixed, place / f"results{number}", seed, sandbox)
            found = [f"run {number}: {fault}" for fault in compared(alone, run)]
            say(f"run {number} of {times}, with as many hostile ones: {len(found)} faults")
            faults += found
            shutil.rmtree(mixed)
    return faults


def compared(alone: Run, run: Run) -> list[str]:
    """What a run did to the honest submissions, left behind, or took for itself."""
    faults = [f"left {thing}" for thing in run.left]
    for name, reports in alone.reports.items():
        faults += [
            f"{name}/{file} is not what it is without the hostile ones"
            for file, data in reports.items()
            if run.reports.get(name, {}).get(file) != data
        ]
    if (grown := growth(run.memory)) > GROWTH:
        faults.append(f"its memory grew by {grown // MIB:,} MiB")
    return faults


def growth(memory: Sequence[int]) -> int:
    """By how much the last quarter of some looks, in the middle, is above the second quarter."""
    quarter = len(memory) // 4
    if not quarter:
        return 0
    second, last = sorted(memory[quarter : 2 * quarter]), sorted(memory[-quarter:])
    return last[len(last) // 2] - second[len(second) // 2]


def pack_honest(folder: Path, count: int) -> None:
    """Write so many honest submissions, each with a right or a known wrong answer to one of the tasks."""
    folder.mkdir()
    choices = [(task, name) for task in LIGHT for name in list(fillins(task))[:6]]
    for number in range(count):
        task, name = choices[number % len(choices)]
        write_zip(folder / f"s{number:02}.zip", honest_files({task: name}))


def hostile(count: int, seed: int) -> list[Sample]:
    """So many samples, drawn from those that are quickly graded."""
    fit = [
        each
        for each in load_samples()
        if each.kind in QUICK and each.is_graded and set(each.tasks) & {*LIGHT}
    ]
    return random.Random(seed).sample(fit, min(count, len(fit)))


def mix(honest: Path, folder: Path, samples: Sequence[Sample], chance: random.Random) -> None:
    """A class of the honest submissions, under their names, and of the samples anywhere between them."""
    shutil.copytree(honest, folder)
    last = len(list(honest.iterdir()))
    for number, sample in enumerate(samples):
        sample.pack(folder / f"s{chance.randrange(last):02}h{number:02}.zip")


def _run(folder: Path, results: Path, seed: int, sandbox: str) -> Run:
    mark, before = f"{os.getpid()}-{time.time_ns()}", set(_surroundings())
    command = [sys.executable, "-m", "instructor", "grade", str(folder), "--results", str(results)]
    command += ["--tasks", ",".join(LIGHT), "--notebooks", "none", "--seed", str(seed), "--jobs", "2"]
    command += ["--sandbox", sandbox]
    environment = {**os.environ, MARK: mark}
    log = results.with_suffix(".log")
    with log.open("wb") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=subprocess.STDOUT)
        memory = _Memory(process.pid)
        status = process.wait()
        memory.stop()
    if status not in (0, 1):
        raise RuntimeError(f"the run ended with {status}: {log.read_text(errors='replace')[-2_000:]}")
    left = _processes(mark)
    left += sorted(set(_surroundings()) - before)
    (written,) = (path for path in results.iterdir() if path.is_dir())
    names = [path.stem for path in sorted(folder.glob("s??.zip"))]
    reports = {
        name: {file: TIMES.sub(b"", (written / "students" / name / file).read_bytes()) for file in REPORTS}
        for name in names
    }
    return Run(reports, left, memory.seen)


class _Memory:
    """Looks at the memory of what a run needs for itself, from when it grades until `stop()`."""

    def __init__(self, pid: int) -> None:
        self.seen: list[int] = []
        self._pid, self._stop = pid, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(LOOKS):
            if len(own := list(_lasting(self._pid))) > 1:
                self.seen.append(sum(share(pid)[0] for pid in own))


def _lasting(pid: int) -> Iterator[int]:
    """The command and its fork server, without what they have forked for one submission."""
    yield pid
    try:
        for process in psutil.Process(pid).children(recursive=True):
            if "fork-server" in process.cmdline() and (process.parent() or process).name() == "bwrap":
                yield process.pid
    except psutil.Error:
        return


def _processes(mark: str) -> list[str]:
    """Processes of a run that are still there after a while."""
    deadline = time.monotonic() + SETTLE
    while (found := list(_marked(mark))) and time.monotonic() < deadline:
        time.sleep(0.1)
    return [f"process {name}" for name in found]


def _marked(mark: str) -> Iterator[str]:
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark:
                yield " ".join(process.cmdline())[:100] or process.name()
        except psutil.Error:
            continue


def _surroundings() -> Iterator[str]:
    """Objects of IPC, mounts, sockets, files and control groups that something may have left."""
    for kind in ("shm", "sem", "msg"):
        yield from (f"System V {kind} {line.split()[1]}" for line in _lines(f"/proc/sysvipc/{kind}")[1:])
    yield from (f"mount {line.split()[4]}" for line in _lines("/proc/self/mountinfo"))
    yield from (f"socket {line.split()[7]}" for line in _lines("/proc/net/unix") if "left-by" in line)
    for place in PLACES:
        own = ("left-by-an-attack", "cs231n-fork-server", "cs231n-home", "cs231n-package", "cs231n-fillins")
        yield from (f"file {place}/{name}" for name in os.listdir(place) if name.startswith(own))
    yield from (f"control group {path.name}" for path in _groups())


def _groups() -> list[Path]:
    try:
        found: Home = home()
    except NoGroups:
        return []
    return [path for path in found.folder.iterdir() if path.name.startswith("cs231n-jail-")]


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(errors="replace").splitlines()
    except OSError:
        return []
