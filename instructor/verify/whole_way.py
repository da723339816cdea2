"""A submission the whole way: packed as students pack it, taken in, jailed, checked, scored and reported."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

from instructor.core.composition import compose
from instructor.core.tasks import ROOT, code_tasks, load_tasks
from instructor.grading.intake import IntakeError
from instructor.grading.one_submission import grade
from instructor.grading.report import write_reports
from instructor.sandbox.private import PrivateFolder
from instructor.verify.trials import UNTOUCHED
from instructor.verify.workers import Place

PACKER = "collect_submission.sh"
SECONDS = 120.0  # for packing, which takes less than one


def go_whole_way(fillin: str, seed: int, place: Place, tasks: Collection[str] | None = None) -> list[str]:
    """What does not hold when a checkout is packed, graded and reported, in sentences.

    Every block holds the fill-in of this name, or none when it is "untouched". `tasks` are the ids of those
    that are graded; None for all, the notebooks too. Raises what grading raises when there is no sandbox.
    """
    chosen = [task for task in load_tasks() if tasks is None or task.id in tasks]
    due = 0 if fillin == UNTOUCHED else sum(task.points for task in chosen)
    with PrivateFolder("verify") as folder:
        _lay_out(folder, {} if fillin == UNTOUCHED else {task.id: fillin for task in code_tasks()})
        if complaint := _pack(folder):
            return [f"the whole way, {fillin}: it can't be packed: {complaint}"]
        try:
            result = grade(
                folder / "submission.zip",
                seed=seed,
                sandbox=place.sandbox,
                fork_server=place.fork_server,
                notebooks="quick" if tasks is None else "none",
                tasks=tasks,
            )
        except IntakeError as error:
            return [f"the whole way, {fillin}: what is packed can't be graded: {error}"]
        report = write_reports(result, folder / "results") / "results.json"
        told = json.loads(report.read_text(encoding="utf-8"))
    faults = [f"the check itself is at fault: {fault}" for fault in result.internal]
    added = round(sum(test["score"] for test in told["tests"]), 2)
    if not told["score"] == added == due:
        faults.append(f"results.json says {told['score']:g} points, {added:g} one by one, and {due} are due")
    return [f"the whole way, {fillin}: {fault}" for fault in faults]


def _lay_out(folder: Path, choice: dict[str, str]) -> None:
    """What a student packs from: the package, the notebooks and the command that packs."""
    compose(folder, choice)
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
    shutil.copy(ROOT / PACKER, folder)


def _pack(folder: Path) -> str:
    """Pack submission.zip as a student does; return what the command complains of, or ""."""
    packed = subprocess.run(
        ["bash", str(folder / PACKER)],
        env={**os.environ, "PYTHON": sys.executable},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    said = (packed.stdout + packed.stderr).strip().splitlines()
    return f"exit status {packed.returncode}: {' / '.join(said[-3:])}" if packed.returncode else ""
