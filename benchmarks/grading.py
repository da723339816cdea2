"""The same checks on the same submissions through this kit, nbgrader and otter, in one run.

    make bench-grading
    python -m benchmarks.grading --sizes 1,8,64 --repeats 1

Each peer gets two notebooks whose test cells run the kit's hidden checks of one task each, in the student's
kernel: what the peers offer, without isolation. The kit runs the same checks with its sandbox on, and without
its own notebooks. The environment of the peers is made in a temporary folder, outside the repository.
Leave the machine alone meanwhile: its processor time is counted as a whole.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import psutil

from instructor.classroom.gradebook import max_points
from instructor.core.composition import compose
from instructor.core.tasks import ROOT, code_tasks, todo_modules

HERE = Path(__file__).parent
TASKS = tuple(task.id for task in code_tasks())
PARTS = {"part1": TASKS[:5], "part2": TASKS[5:]}
SETUP = f"""\
import os, sys
sys.path[:0] = [os.environ.get("GRADED_PACKAGE", os.getcwd())]
sys.path += [{str(ROOT)!r}]
from benchmarks.grading_cell import run"""
OTTER = "OK_FORMAT = True\ntest = {test!r}\n"
MIB = 1 << 20


def main() -> None:
    """Measure and print a line for each run, all of it as JSON, and at the end how the peers compare."""
    options = _parser().parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    with tempfile.TemporaryDirectory(prefix="grading-benchmark-") as name:
        folder = Path(name)
        python = options.python or _environment(folder / "environment")
        ways = {"kit": _kit, "nbgrader": _nbgrader, "otter": _otter}
        found = []
        for size in sizes:
            for repeat in range(options.repeats):
                for way in options.ways.split(","):
                    work = folder / f"{way}-{size}-{repeat}"
                    work.mkdir()
                    run, checked = ways[way](work, size, Path(python))
                    found.append({"way": way, "size": size, "repeat": repeat, **_measure(run)})
                    checked()
                    print(_line(found[-1]), flush=True)
                    shutil.rmtree(work, ignore_errors=True)
    cores = len(os.sched_getaffinity(0))
    print(json.dumps({"cores": cores, "runs": found}, indent=1))
    for line in _ratios(found, cores):
        print(line)


def _kit(work: Path, size: int, python: Path) -> tuple[Callable, Callable]:
    for k in range(size):
        _submission(work / "class" / f"student{k:03d}", k)
    command = [sys.executable, "-m", "instructor", "grade", str(work / "class"), "--notebooks", "none"]
    command += ["--tasks", ",".join(TASKS), "--seed", "1", "--results", str(work / "results")]

    def checked() -> None:
        book = next((work / "results").glob("*/gradebook.csv")).read_text().splitlines()
        total, points = sum(task.points for task in code_tasks()), max_points(code_tasks())
        assert len(book) == size + 1, book
        assert all(f",graded,false,{total},{points}," in line for line in book[1:]), book

    return lambda: _run(command, ROOT), checked


def _nbgrader(work: Path, size: int, python: Path) -> tuple[Callable, Callable]:
    (work / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'c'\n")
    for part, tasks in PARTS.items():
        cells = [("setup", SETUP, False), *((task, f"run({task!r})", True) for task in tasks)]
        notebook = nbformat.v4.new_notebook(metadata=_kernel())
        for name, source, graded in cells:
            about = {"schema_version": 3, "grade_id": name, "grade": graded, "locked": graded}
            about |= {"solution": False, "task": False, **({"points": 1} if graded else {})}
            cell = nbformat.v4.new_code_cell(source, metadata={"nbgrader": about} if graded else {})
            notebook.cells.append(cell)
        path = work / "source" / "hw" / f"{part}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
    nbgrader = [str(python), "-m", "nbgrader"]
    _run([*nbgrader, "generate_assignment", "hw"], work)
    for k in range(size):
        target = work / "submitted" / f"student{k:03d}" / "hw"
        shutil.copytree(work / "release" / "hw", target)
        _submission(target, k)

    def checked() -> None:
        _run([*nbgrader, "export"], work)
        lines = (work / "grades.csv").read_text().splitlines()
        column = lines[0].split(",").index("raw_score")
        scores = [float(line.split(",")[column]) for line in lines[1:]]
        assert scores == [len(TASKS)] * size, scores

    return lambda: _run([*nbgrader, "autograde", "hw"], work), checked


def _otter(work: Path, size: int, python: Path) -> tuple[Callable, Callable]:
    otter = [str(python), "-m", "otter"]
    for part, tasks in PARTS.items():
        folder = work / part
        (folder / "tests").mkdir(parents=True)
        for task in tasks:
            case = {"code": f">>> run({task!r})", "hidden": False, "locked": False}
            test = {"name": task, "points": 1, "suites": [{"cases": [case], "type": "doctest"}]}
            (folder / "tests" / f"{task}.py").write_text(OTTER.format(test=test))
        notebook = nbformat.v4.new_notebook(metadata=_kernel(), cells=[nbformat.v4.new_code_cell(SETUP)])
        nbformat.write(notebook, folder / f"{part}.ipynb")
        _run([*otter, "generate", "-o", "autograder.zip", "--no-environment"], folder)
    packages = [_submission(work / f"student{k:03d}", k) for k in range(size)]
    results = [work / f"results-{part}-{k}" for k in range(size) for part in PARTS]

    def run() -> None:
        for k, package in enumerate(packages):
            for part in PARTS:
                (results := work / f"results-{part}-{k}").mkdir()
                command = [*otter, "run", f"{part}.ipynb", "-a", "autograder.zip", "-o", str(results)]
                _run(command, work / part, {"GRADED_PACKAGE": str(package)})

    def checked() -> None:
        scores = [json.loads((path / "results.json").read_text()) for path in results]
        total = sum(test["score"] for score in scores for test in score["tests"] if "score" in test)
        assert total >= len(TASKS) * size, total

    return run, checked


def _submission(folder: Path, k: int) -> Path:
    """The reference, told apart by a comment, and nothing else that a peer would read."""
    compose(folder, dict.fromkeys(TASKS, "reference"))
    for name in todo_modules():
        with (folder / name).open("a") as file:
            file.write(f"# {k}\n")
    return folder


def _environment(folder: Path) -> Path:
    """A fresh environment with the peers, which sees the libraries of this one."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    _run([str(python), "-m", "pip", "install", "-q", "-r", str(HERE / "requirements-grading.txt")], folder)
    libraries = next(folder.glob("lib/python*/site-packages"))
    own = [path for path in sys.path if path.endswith("site-packages")]
    (libraries / "kit.pth").write_text("\n".join(own) + "\n")
    return python


def _kernel() -> dict:
    return {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def _run(command: list[str], folder: Path, more: dict[str, str] | None = None) -> None:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore", **(more or {})}
    environment.setdefault("CS231N_DATA", str(ROOT / "datasets"))
    environment["PATH"] = f"{Path(command[0]).parent}:{environment['PATH']}"
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(f"{' '.join(command)[:300]}\n{ran.stdout[-2000:]}\n{ran.stderr[-4000:]}")


def _measure(run: Callable[[], None]) -> dict[str, float]:
    """Wall time, the machine's processor time, and peak memory of what is below this process, of `run`.

    Not all processes of a sandbox are waited for, so that nobody's account holds the time of all of them.
    """
    memory = _Memory()
    before, began = _busy(), time.perf_counter()
    run()
    wall, cpu = time.perf_counter() - began, _busy() - before
    return {"wall": wall, "cpu": cpu, "memory": memory.stop() / MIB}


def _busy() -> float:
    """Seconds that the machine's processors have worked, all together."""
    times = psutil.cpu_times()
    return times.user + times.nice + times.system + times.irq + times.softirq


class _Memory:
    """Looks at the processes below this one; `stop()` gives the most memory that they held together."""

    def __init__(self) -> None:
        self._peak, self._end = 0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        self._end.set()
        self._thread.join()
        return self._peak

    def _look(self) -> None:
        own = psutil.Process()
        while not self._end.wait(1.0):
            memory = 0
            for process in own.children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    memory += process.memory_full_info().pss
            self._peak = max(self._peak, memory)


def _ratios(found: list[dict], cores: int) -> Iterator[str]:
    """For each size, of the medians: how long peers take beside the kit, and how well it fills the cores."""
    runs: dict[int, dict[str, list[dict]]] = {}
    for each in found:
        runs.setdefault(each["size"], {}).setdefault(each["way"], []).append(each)
    for size, ways in runs.items():
        wall = {way: statistics.median(each["wall"] for each in some) for way, some in ways.items()}
        if kit := ways.get("kit"):
            spread = statistics.median(each["wall"] * cores / each["cpu"] for each in kit)
            peers = [f"{way} / kit {wall[way] / wall['kit']:.2f}" for way in wall if way != "kit"]
            yield ", ".join([f"{size} submissions: wall / (CPU / cores) {spread:.2f}", *peers])


def _line(found: dict) -> str:
    each = found["wall"] / found["size"]
    return (
        f"{found['way']:9} {found['size']:3} submissions: {found['wall']:7.1f} s, {each:6.1f} s each, "
        f"{found['cpu']:7.1f} s of processor time, {found['memory']:6.0f} MiB"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grading", description=__doc__)
    add = parser.add_argument
    add("--sizes", default="8", help="submissions, such as 1,8,64 (default: 8)")
    add("--repeats", type=int, default=5, help="how often each is measured (default: 5)")
    add("--ways", default="kit,nbgrader,otter", help="what to measure (default: all)")
    add("--python", help="a Python that has the peers, instead of a new environment")
    return parser


if __name__ == "__main__":
    main()
