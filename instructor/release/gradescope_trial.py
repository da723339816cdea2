"""What a bundle needs in Gradescope's container: it is run on the reference as there, and measured."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import psutil

from instructor.core.composition import compose
from instructor.core.tasks import ROOT, code_tasks
from instructor.grading.report.for_gradescope import Settings
from instructor.release.gradescope_bundle import bundle

LOOK = 0.25  # seconds between two looks at the memory
MB, GB = 1e6, 1e9


@dataclass
class Measured:
    """What one run took: bytes of memory at most, seconds, seconds of processors, and the results."""

    memory: int
    seconds: float
    processor: float
    results: dict


def measure(settings: Settings) -> int:
    """Run the bundle on the reference and print what it took; 0 when it graded, else 1."""
    with tempfile.TemporaryDirectory(prefix="cs231n-autograder-") as name:
        root = lay_out(Path(name), settings)
        compose(root / "submission", {task.id: "reference" for task in code_tasks()})
        ran = run_autograder(root)
    if not ran.results.get("extra_data", {}).get("graded"):
        print(f"It did not grade: {ran.results.get('output', 'there are no results')}", file=sys.stderr)
        return 1
    print(
        f"{ran.results['score']:g} points. Memory: {ran.memory / MB:.0f} MB at most, all processes together."
    )
    print(f"Time: {ran.seconds:.0f} s here, {ran.processor:.0f} s of processors.")
    print(f"The environment takes {_size(Path(sys.prefix)) / GB:.1f} GB of disk.")
    return 0


def lay_out(root: Path, settings: Settings) -> Path:
    """Unpack a bundle into `root` as Gradescope's image holds it in /autograder; return `root`."""
    with zipfile.ZipFile(io.BytesIO(bundle(settings))) as archive:
        for member in archive.infolist():
            path = Path(archive.extract(member, root / "source"))
            path.chmod(member.external_attr >> 16 & 0o777)
    shutil.copy(root / "source" / "run_autograder", root)
    for name in ("submission", "results"):
        (root / name).mkdir()
    return root


def run_autograder(root: Path) -> Measured:
    """Run what is laid out in `root` with this environment and data, and watch it."""
    environment = {"CS231N_DATA": str(ROOT / "datasets")} | os.environ
    environment |= {"AUTOGRADER": str(root), "VENV": sys.prefix}
    environment.pop("PYTHONPATH", None)
    began, memory, spent = time.monotonic(), 0, {}
    process = psutil.Popen([root / "run_autograder"], env=environment, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        memory = max(memory, _memory(process, spent))
        time.sleep(LOOK)
    results = json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))
    return Measured(memory, time.monotonic() - began, sum(spent.values()), results)


def _memory(process: psutil.Popen, spent: dict[int, float]) -> int:
    """Bytes of a process and all below it; what several share counts once. `spent` gets their seconds."""
    total = 0
    try:
        tree = [process, *process.children(recursive=True)]
    except psutil.Error:
        return 0
    for each in tree:
        try:
            total += each.memory_full_info().pss
            spent[each.pid] = sum(each.cpu_times()[:2])
        except psutil.Error:  # it has ended
            continue
    return total


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
