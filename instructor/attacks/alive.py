"""Showing that a sample is alive: what it does to a grader with every weakness.

The weak grader runs in a jail of its own, with nothing of the machine inside but a throw-away folder, no
network but its own loopback interface, and the limits of an ordinary submission around all of it.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Collection, Iterable
from pathlib import Path

from instructor.attacks.canaries import found_in_tree, word
from instructor.attacks.samples import Sample, honest_files, write_zip
from instructor.core.composition import compose
from instructor.core.tasks import ROOT, code_tasks
from instructor.sandbox.bubblewrap import make_readable, wrap
from instructor.sandbox.interpreter import python_command
from instructor.sandbox.limits import MIB, Limits
from instructor.sandbox.mounts import Mounts
from instructor.sandbox.process_tree import kill_tree
from instructor.sandbox.watch import Watch

WEAK = Path(__file__).parent / "weak"
PATIENCE = 240.0  # seconds for the weak grader
HOSTILE = ("<script", "\x1b[", "=HYPERLINK", "=cmd", "]]>")  # what a report must not hold as it is
MEMORY, OUTPUT, PROCESSES, FILES = 1_024 * MIB, 8 * MIB, 64, 10_000


def effects(*samples: Sample) -> list[set[str]]:
    """What each sample does to the weak grader, out of `samples.EFFECTS`.

    Several are graded by one weak grader, one after the other; only those of `experiment.PLAYERS` should be,
    as others would do to each other what they do to their neighbour.
    """
    with tempfile.TemporaryDirectory(prefix="cs231n-weak-") as folder:
        if not samples[0].is_graded:
            return [_effects_in_a_weak_jail(sample, Path(folder)) for sample in samples]
        root = Path(folder) / "grader"
        canaries = _furnish(root, set().union(*map(_tests, samples)))
        names = [f"attack{k or ''}" for k in range(len(samples))]
        for name, sample in zip(names, samples, strict=True):
            sample.pack(root / "in" / f"{name}.zip")
        honest = {"simclr_loss_vectorized": None, "train": None}
        write_zip(root / "in" / "honest.zip", honest_files(honest))
        before = _neighbour(root)
        ended, excess, left = _run(root)
        came = (root, canaries, before, ended, excess, left)
        return [set(_observed(sample, name, *came)) for sample, name in zip(samples, names, strict=True)]


CALLED = """
import os
def asked(name):
    reading, writing = os.pipe()
    if not os.fork():
        os.close(reading)
        result = False
        try:
            result = bool(globals()[name]()) if name in globals() else False
        except OSError:
            pass
        os.write(writing, b"y" if result else b"n")
        os._exit(0)
    os.close(writing)
    return os.read(reading, 1) == b"y"
print("it works" if asked("attack") | asked("found") else "nothing", flush=True)
os._exit(0)
"""


def _effects_in_a_weak_jail(sample: Sample, folder: Path) -> set[str]:
    """What a sample claims, if it can do that in a jail without a filter, or the next process finds it."""
    path = folder / "jailed.py"
    path.write_text(sample.code + CALLED, encoding="utf-8")
    make_readable(folder, writable=True)
    folder.chmod(0o755)
    limits = dataclasses.replace(Limits.load(), processes=PROCESSES)
    mounts = Mounts(writable={"/weak": folder}, environment={"HOME": "/weak"}, folder="/weak")
    command = wrap([python_command(), "/weak/jailed.py"], mounts, limits, is_weak=True)
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return set()
    return set(sample.alive) if "it works" in ran.stdout else set()


def _observed(sample, name, root, canaries, before, ended, excess, left) -> Iterable[str]:
    mine, other = (_read(root / "out" / f"{each}.json") for each in (name, "honest"))
    if excess:
        yield "exhausts"
    if not ended or mine is None or other is None:
        yield "stops"
    if mine is not None and _gained(sample, mine):
        yield "gains"
    if other is not None and not HONEST.items() <= other.get("passed", {}).items():
        yield "harms"
    if _neighbour(root) != before:
        yield "harms"
    written = [root / "out", root / "unpacked" / name, root / "tmp"]
    for path in (root / "unpacked" / name / "hidden_tests", root / "unpacked" / "honest"):
        shutil.rmtree(path, ignore_errors=True)  # the weak grader itself copied the answers there
    if any(found_in_tree(path, canaries) for path in written if path.exists()):
        yield "leaks"
    if left or _read(root / "out" / "left.json"):
        yield "leaves"
    if [path.name for path in root.parent.iterdir()] != ["grader"] or (root / "escaped").exists():
        yield "escapes"
    reports = "".join(p.read_text(errors="replace") for p in (root / "out").glob(f"{name}.html"))
    grades = root / "out" / "grades.csv"
    reports += grades.read_text(errors="replace") if grades.exists() else ""
    if any(text in reports for text in HOSTILE):
        yield "misleads"


# How many tests of each task the neighbour passes.
HONEST = {"sim": 3.0, "simclr_loss_naive": 3.0, "sim_positive_pairs": 2.0, "compute_sim_matrix": 2.0}


def _gained(sample: Sample, result: dict) -> bool:
    passed = result.get("passed", {})
    score = result.get("score")
    if any(passed.get(task, 0) > 0 for task in (*sample.tasks, sample.notebook, "everything", "all_is_well")):
        return True
    return not isinstance(score, int | float) or not 0 <= score <= 40 or bool(result.get("notebooks"))


def _tests(sample: Sample) -> set[str]:
    """The weak tests that are run: those of the losses always, the others for what the sample attacks."""
    by_module = {"net_visualization": "images", "data_utils": "views", "utils": "training"}
    modules = {Path(task.module).stem for task in code_tasks() if task.id in sample.tasks}
    return {"test_losses.py"} | {
        f"test_{by_module[m.removesuffix('_pytorch')]}.py" for m in modules if m != "contrastive_loss"
    }


def _furnish(root: Path, wanted: Collection[str]) -> list[str]:
    """The weak grader, its answers with canaries among them, and a neighbour's files."""
    canaries = [word() for _ in range(4)]
    for name in ("in", "unpacked", "out", "others/ann", "home", "tmp"):
        (root / name).mkdir(parents=True)
    shutil.copytree(WEAK / "hidden", root / "hidden", ignore=shutil.ignore_patterns("__pycache__"))
    for tests in (root / "hidden").glob("test_*.py"):
        if tests.name not in wanted:
            tests.unlink()
            continue
        tests.write_text(tests.read_text(encoding="utf-8").replace("PLANTED", canaries[0]), encoding="utf-8")
    for name in ("grader.py", "run_tests.py"):
        shutil.copy(WEAK / name, root / name)
    compose(root / "reference", {task.id: "reference" for task in code_tasks()})
    compose(root / "given", {})
    shutil.copytree(ROOT / "experiments" / "fast", root / "reference" / "experiments" / "fast")
    (root / "reference" / "cs231n").rename(root / "reference" / "cs231n_reference")
    with (root / "reference" / "cs231n_reference" / "simclr" / "contrastive_loss.py").open("a") as file:
        file.write(f'\nanswer_key = "{canaries[1]}"\n')
    (root / "others" / "ann" / "answers.py").write_text(f'answer_key = "{canaries[2]}"\n', encoding="utf-8")
    (root / "others" / "ann" / "results.json").write_text('{"score": 7}', encoding="utf-8")
    (root / "home" / ".netrc").write_text(f"password {canaries[2]}\n", encoding="utf-8")
    (root / "token").write_text(canaries[3], encoding="utf-8")
    return canaries


def _run(root: Path) -> tuple[bool, str, bool]:
    """Run the weak grader: whether it ended well, what it used too much of, whether something was left."""
    token = (root / "token").read_text(encoding="utf-8")
    (root / "token").unlink()
    make_readable(root)
    make_readable(root.parent, writable=True)
    root.parent.chmod(0o755)
    data = Path(os.environ.get("CS231N_DATA") or ROOT / "datasets").resolve()
    mounts = Mounts(
        read_only={"/data": data},
        writable={"/weak": root.parent},
        environment={"GRADER_TOKEN": token, "CS231N_DATA": "/data", "TMPDIR": "/weak/grader/tmp"},
        folder="/weak/grader",
    )
    limits = dataclasses.replace(Limits.load(), memory=MEMORY, processes=PROCESSES, files=FILES)
    command = wrap([python_command(), "/weak/grader/grader.py", "/weak/grader"], mounts, limits)
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    excess: list[str] = []
    watch = Watch(process.pid, limits, excess.append)
    said = _Collector(process.stderr), _Collector(process.stdout)
    deadline, left = time.monotonic() + PATIENCE, False
    try:
        while process.poll() is None and time.monotonic() < deadline and not excess:
            if said[0].size + said[1].size > OUTPUT:
                excess.append("output")
            if b"done" in said[0].tail:
                left = _others(process.pid)
                break
            time.sleep(0.02)
        ended = b"done" in said[0].tail
    finally:
        watch.stop()
        kill_tree(process.pid)
        process.wait()
        for stream in said:
            stream.close()
    size = sum(p.lstat().st_size for p in root.rglob("*") if p.is_file() and not p.is_symlink())
    if size > 150 * MIB or sum(1 for _ in root.rglob("*")) > FILES:
        excess.append("disk")
    return ended, "".join(excess), left


def _others(pid: int) -> bool:
    """Whether something still runs in the jail besides its first processes and the grader."""
    import psutil

    time.sleep(0.3)
    below = psutil.Process(pid).children(recursive=True)
    return sum("grader.py" not in " ".join(each.cmdline()) for each in below if each.is_running()) > 0


class _Collector:
    """Reads a stream to its end; keeps its size and its last bytes."""

    def __init__(self, stream) -> None:
        self.size, self.tail, self._stream = 0, b"", stream
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Wait for the stream's end, which comes once everything that could write to it is gone."""
        self._thread.join()
        self._stream.close()

    def _read(self) -> None:
        while chunk := self._stream.read1(1 << 16):
            self.size += len(chunk)
            self.tail = (self.tail + chunk)[-4_096:]


def _neighbour(root: Path) -> list[tuple[str, bytes]]:
    kept = [*(root / "others").rglob("*"), *(root / "hidden").glob("*.py")]
    return sorted((str(path), path.read_bytes()) for path in kept if path.is_file())


def _read(path: Path) -> dict | None:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
