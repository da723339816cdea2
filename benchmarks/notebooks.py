"""Wall and CPU time of both notebooks with the reference filled in, run whole, beside what they may take.

    python -m benchmarks.notebooks
    python -m benchmarks.notebooks --quick     # with the few iterations that grading runs

Leave the machine alone meanwhile. A student's run takes as long on a machine like this one, reading aside.
"""

import argparse
import resource
import tempfile
import time
from datetime import datetime
from pathlib import Path

import nbformat

from instructor.core.tasks import ROOT, code_tasks, notebooks
from instructor.release.kept_notebooks import execute, lay_out

from .timing import machine, table

GOALS = {"NetworkVisualization": 120, "SelfSupervisedLearning": 300}  # seconds on two idle cores
LONGEST = 5  # cells that are named


def main(arguments=None):
    """Print the times of each notebook, and of the cells that take longest, as Markdown."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.notebooks", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--quick", action="store_true", help="with few iterations, as a grader runs them")
    parser.add_argument("--only", metavar="NAME", choices=sorted(GOALS), help="one notebook only")
    options = parser.parse_args(arguments)

    print(f"{machine()}\n")
    rows, longest = [], []
    with tempfile.TemporaryDirectory() as folder:
        lay_out(Path(folder), {task.id: "reference" for task in code_tasks()})
        for path in notebooks():
            name = Path(path).stem
            if options.only in (None, name):
                wall, cpu, cells = measure(ROOT / path, Path(folder) / "notebooks", options.quick)
                rows.append((name, f"{wall:.0f}", f"{cpu:.0f}", "" if options.quick else GOALS[name]))
                longest += [(f"{name}, {cell}", f"{seconds:.1f}") for seconds, cell in cells[:LONGEST]]
                print(f"{name}: {wall:.0f} s", flush=True)
    print("\n" + table(("notebook", "wall, s", "CPU, s", "goal, wall s"), rows))
    print("\n" + table(("cell", "wall, s"), longest))


def measure(path, folder, quick):
    """Run a notebook in `folder`; return its wall and CPU seconds, and (seconds, id) of its cells, sorted.

    Raises nbclient's CellExecutionError when a cell raises.
    """
    notebook = nbformat.read(path, as_version=4)
    began, before = time.perf_counter(), _cpu_of_children()
    execute(notebook, folder, quick)
    wall, cpu = time.perf_counter() - began, _cpu_of_children() - before
    return wall, cpu, sorted(((seconds_of(cell), cell.id) for cell in notebook.cells), reverse=True)


def seconds_of(cell):
    """The wall seconds that a cell ran, 0 for one that did not."""
    times = cell.metadata.get("execution", {})
    begun, ended = times.get("iopub.execute_input"), times.get("shell.execute_reply")
    if not begun or not ended:
        return 0.0
    return (datetime.fromisoformat(ended) - datetime.fromisoformat(begun)).total_seconds()


def _cpu_of_children():
    """CPU seconds of the processes that were waited for; a kernel is one."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
