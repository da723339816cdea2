"""The experiment: every sample graded as a submission is, with honest neighbours before, beside and after it.

Two graders run side by side, each a process of its own in a copy of the kit with canaries among the answers.
In each round one grades a hostile sample while the other grades the honest neighbour; in the next round they
change places. So each sample has a neighbour beside it, and in its own grader one before and one after it.
Samples that only play a right answer are graded two at a time, a handful of them between two neighbours.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from instructor.attacks.canaries import plant, word
from instructor.attacks.samples import Sample, honest_files, write_zip
from instructor.sandbox.limits import MIB

PORT = 47_231  # of a service on the loopback interface that the samples try to reach
MARK = "left-by-an-attack"  # in the name of every file that a sample leaves behind
NEIGHBOUR = {"sim": "wrong_dot_product", "compute_sim_matrix": None}  # its mistakes; all else is right
LIGHT = ("sim", "sim_positive_pairs", "compute_sim_matrix")  # tasks that are graded quickly
PLAYERS, HANDFUL = "games", 8  # samples that play a right answer and attack nothing but the marks
LIMITS = {
    "call_seconds": 3.0,
    "submission_seconds": 60.0,
    "memory": 1_536 * MIB,
    "cell_seconds": 40.0,
    "notebook_seconds": 100.0,
    "diagnosis_cpu_seconds": 3.0,  # an attack is no catalogued mistake
}
TIMES = re.compile(rb'"execution_time": \d+|\btime="[0-9.]+"')
PLACES = ("/tmp", "/dev/shm", "/var/tmp", "/run", "/")


def apart(samples: Sequence[Sample]) -> tuple[list[Sample], list[list[Sample]]]:
    """Those that attack more than the marks, and handfuls of those that only play a right answer."""
    players = [sample for sample in samples if sample.kind == PLAYERS]
    handfuls = [players[start : start + HANDFUL] for start in range(0, len(players), HANDFUL)]
    return [sample for sample in samples if sample.kind != PLAYERS], handfuls


@dataclass(frozen=True)
class Round:
    """What came of one sample: the grader's answer on it, and the three neighbours' harms."""

    sample: Sample
    answer: dict
    harmed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass
class Experiment:
    """Grades samples in a private folder; use it in `with`. `sandbox` and `seed` are the grader's."""

    sandbox: str = "auto"
    seed: int = 0
    weaken: Callable[[Path], None] = lambda kit: None  # what a test does to the copy of the kit
    home: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="cs231n-attacks-")))

    def __enter__(self) -> Experiment:
        self.home.chmod(0o755)
        self.kit = self.home / "kit"
        places = plant(self.kit)
        self.weaken(self.kit)
        self.places = places | {word(): "the environment", word(): "the home folder", word(): "a neighbour"}
        *_, token, secret, owned = self.places
        self.neighbour = self.home / "in" / "neighbour.zip"
        self.neighbour.parent.mkdir()
        files = honest_files(NEIGHBOUR)
        files["cs231n/simclr/utils.py"] += f'\nanswer_key = "{owned}"\n'.encode()
        write_zip(self.neighbour, files)
        self._ear = _Ear()
        self._lanes = [_Lane(self.home, number, self.kit, self.sandbox, list(self.places), token, secret)
                       for number in range(2)]  # fmt: skip
        self._before = self._surroundings()
        with ThreadPoolExecutor(2) as pool:
            both = list(pool.map(lambda lane: lane.grade(self._honest_job()), self._lanes))
        self._baseline = _reports(both[0])
        if _reports(both[1]) != self._baseline:
            raise RuntimeError("two runs of the honest neighbour differ before any attack")
        return self

    def __exit__(self, *_: object) -> None:
        for lane in self._lanes:
            lane.close()
        self._ear.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def run(self, samples: Sequence[Sample], told: Callable[[Round], None] = lambda one: None) -> list[Round]:
        """Grade every sample; `told` hears of each as it is finished."""
        others, handfuls = apart(samples)
        rounds = self._beside_neighbours(others, told)
        for some in handfuls:
            rounds += self._among_themselves(some, told)
        return rounds

    def _beside_neighbours(self, samples: Sequence[Sample], told: Callable[[Round], None]) -> list[Round]:
        rounds: list[Round] = []
        with ThreadPoolExecutor(2) as pool:
            for place, sample in enumerate(samples):
                hostile, honest = self._lanes[place % 2], self._lanes[1 - place % 2]
                attack = pool.submit(hostile.grade, self._job(sample))
                beside = honest.grade(self._honest_job())
                answer = attack.result()
                if rounds:  # the neighbour beside this sample came after the last one, in its own grader
                    rounds[-1] = self._finish(rounds[-1], beside, "after")
                    told(rounds[-1])
                rounds.append(self._round(sample, answer, beside))
            if rounds:
                last = self._lanes[(len(samples) - 1) % 2].grade(self._honest_job())
                rounds[-1] = self._finish(rounds[-1], last, "after")
                told(rounds[-1])
        return rounds

    def _among_themselves(self, samples: Sequence[Sample], told: Callable[[Round], None]) -> list[Round]:
        """Grade a handful, each by whichever grader is free, and then a neighbour in both.

        What comes of the neighbours, or is left, is said of each of them.
        """
        waiting = deque(samples)

        def grade(lane: _Lane) -> tuple[list[tuple[Sample, dict]], dict]:
            answers = []
            with suppress(IndexError):  # none is left
                while True:
                    sample = waiting.popleft()
                    answers.append((sample, lane.grade(self._job(sample))))
            return answers, lane.grade(self._honest_job())

        with ThreadPoolExecutor(2) as pool:
            both = list(pool.map(grade, self._lanes))
        around = self._left_around()
        rounds = []
        for answers, neighbour in both:
            for sample, answer in answers:
                left = (*answer["left"], *around)
                one = Round(sample, answer, (), left, answer["seconds"])
                rounds.append(self._finish(one, neighbour, "after"))
                told(rounds[-1])
        return rounds

    def _round(self, sample: Sample, answer: dict, beside: dict) -> Round:
        left = [*answer["left"], *self._left_around()]
        return self._finish(Round(sample, answer, (), tuple(left), answer["seconds"]), beside, "beside")

    def _left_around(self) -> list[str]:
        heard = self._ear.take()
        return [*self._new_surroundings(), *(["a message over loopback"] if heard else [])]

    def _finish(self, one: Round, neighbour: dict, when: str) -> Round:
        """The round with what its sample did to a neighbour."""
        harmed, left = list(one.harmed), list(one.left)
        if _reports(neighbour) != self._baseline:
            harmed.append(f"the neighbour {when} it")
        left += [thing for thing in neighbour["left"] if thing not in left]
        answer = one.answer | {"leaks": sorted({*one.answer["leaks"], *neighbour["leaks"]})}
        return Round(one.sample, answer, tuple(harmed), tuple(left), one.seconds)

    def _job(self, sample: Sample) -> dict:
        path = sample.pack(self.home / "in" / f"{sample.name}.zip")
        tasks = [*dict.fromkeys((*sample.tasks, *LIGHT)), *([sample.notebook] if sample.notebook else [])]
        return {
            "path": str(path),
            "tasks": tasks,
            "notebooks": "quick" if sample.notebook else "none",
            "seed": self.seed,
            "limits": LIMITS,
        }

    def _honest_job(self) -> dict:
        job = {"path": str(self.neighbour), "tasks": list(LIGHT), "notebooks": "none"}
        return job | {"seed": 11, "limits": {}}

    def _surroundings(self) -> set[str]:
        """Mounts, shared memory, files of the kit and wherever a process might leave one."""
        found = {f"mount {line.split()[4]}" for line in _lines("/proc/self/mountinfo")}
        for kind in ("shm", "sem", "msg"):
            found |= {f"System V {kind} {line.split()[1]}" for line in _lines(f"/proc/sysvipc/{kind}")[1:]}
        found |= {f"socket {line.split()[7]}" for line in _lines("/proc/net/unix") if MARK in line}
        for place in (*PLACES, str(self.home)):
            found |= {f"file {place}/{name}" for name in os.listdir(place) if MARK in name}
        for path in [*self.kit.rglob("*"), *(self.home / "in").iterdir()]:
            if "__pycache__" not in path.parts and path.is_file() and path.name not in self._own():
                found.add(f"file {path} {path.stat().st_size} {path.stat().st_mtime_ns}")
        return found

    def _own(self) -> set[str]:
        return {path.name for path in (self.home / "in").iterdir() if path != self.neighbour}

    def _new_surroundings(self) -> list[str]:
        now = self._surroundings()
        new, self._before = sorted(now ^ self._before), now
        return new


class _Lane:
    """A grader in a process of its own; see lane.py."""

    def __init__(
        self, home: Path, number: int, kit: Path, sandbox: str, canaries: list[str], token: str, secret: str
    ) -> None:
        folder = home / f"lane{number}"
        (folder / "tmp").mkdir(parents=True)
        (folder / "home").mkdir()
        (folder / "home" / ".netrc").write_text(secret, encoding="utf-8")
        (folder / "canaries.json").write_text(json.dumps(canaries), encoding="utf-8")
        data = Path(os.environ.get("CS231N_DATA") or Path(__file__).parents[2] / "datasets").resolve()
        places = {"TMPDIR": str(folder / "tmp"), "HOME": str(folder / "home"), "PYTHONPATH": str(kit)}
        environment = {**os.environ, **places, "CS231N_DATA": str(data), "GRADER_TOKEN": token}
        environment["OMP_NUM_THREADS"] = "1"  # there are two
        command = [sys.executable, "-m", "instructor.attacks.lane", str(folder), sandbox]
        self._number, self._log = 0, folder / "log"
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=kit, env=environment
        )

    def grade(self, job: dict) -> dict:
        """The lane's answer to one job. Raises RuntimeError when the grader itself is gone."""
        self._number += 1
        self._process.stdin.write(json.dumps(job | {"number": self._number}) + "\n")
        self._process.stdin.flush()
        if not (line := self._process.stdout.readline()):
            raise RuntimeError(f"a grader ended: {self._log.read_text(errors='replace')[-2_000:]}")
        return json.loads(line)

    def close(self) -> None:
        self._process.stdin.close()
        try:
            self._process.wait(timeout=60)
        finally:
            self._process.stdout.close()


class _Ear:
    """A service on the loopback interface of the machine, which no sample may reach."""

    def __init__(self) -> None:
        self._heard = 0
        self._server = socket.create_server(("127.0.0.1", PORT), reuse_port=True)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                self._server.accept()[0].close()
            except OSError:
                return
            self._heard += 1

    def take(self) -> int:
        heard, self._heard = self._heard, 0
        return heard

    def close(self) -> None:
        self._server.close()


def _reports(answer: dict) -> dict[str, bytes]:
    """What a neighbour was told, without the times that it took."""
    folder = Path(answer["reports"])
    return {path.name: TIMES.sub(b"", path.read_bytes()) for path in sorted(folder.iterdir())}


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(errors="replace").splitlines()
    except OSError:
        return []
