"""The release as a student meets it: unpacked in a new folder, with the commands of its README."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from instructor.core.composition import fillins, splice
from instructor.core.tasks import ROOT, code_tasks, load_tasks
from instructor.release.student_zip import FOLDER

DATA = ROOT / "datasets"
MINUTES = 10
READY = re.compile(r"http://\S+/lab")
WITHOUT_SCREEN = "--no-browser --ServerApp.port=0"


def tasks_say_not_started(release: Path) -> list[str]:
    tasks = [task.id for task in code_tasks()]
    code = f"from cs231n import checks\nchecks.report(*{tasks})"
    with unpacked(release) as root:
        ran = call([sys.executable, "-c", code], root)
    said = [line.partition(" - ")[0] for line in ran.stdout.splitlines()]
    return [] if said == [f"{task}: not started" for task in tasks] else [tail(ran)]


def readme_commands_work(release: Path) -> list[str]:
    """Run every command of the README's code blocks in order, each as it stands."""
    wrong = []
    with unpacked(release) as root:
        readme = (root / "README.md").read_text(encoding="utf-8")
        blocks = re.findall(r"^```sh\n(.*?)^```", readme, flags=re.DOTALL | re.MULTILINE)
        commands = [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]
        for command in filter(None, commands):
            if command == "make lab":
                wrong += _lab_opens(root)
            elif (ran := call(["bash", "-c", command], root)).returncode:
                wrong.append(f"{command}: {tail(ran)}")
        if not (root / "submission.zip").is_file():
            wrong.append("after them there is no submission.zip")
    return wrong if commands else ["the README names no command"]


def untouched_scores_0(release: Path) -> list[str]:
    with unpacked(release) as root:
        return _expect(0, root)


def reference_scores_100(release: Path) -> list[str]:
    with unpacked(release) as root:
        for task in code_tasks():
            path = root / task.module
            body = fillins(task.id)["reference"].body
            path.write_text(splice(path.read_text("utf-8"), task.block, body), encoding="utf-8")
        return _expect(sum(task.points for task in load_tasks()), root)


@contextmanager
def unpacked(release: Path) -> Iterator[Path]:
    """A new folder, with a space in its name, in which a release was unpacked."""
    with tempfile.TemporaryDirectory(prefix="cs231n release ") as folder:
        with zipfile.ZipFile(release) as archive:
            archive.extractall(folder)  # our own zip, whose names the list has vouched for
        root = Path(folder) / FOLDER
        share_environment(root / ".venv", root / "requirements.txt")
        yield root


def share_environment(folder: Path, *requirements: Path) -> Path:
    """Make an environment that is complete for `requirements` and has the packages of this process's.

    So nothing is installed once more, and nothing is changed for those who use the other one.
    """
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    (folder / "pyvenv.cfg").touch()
    wanted = "".join(path.read_text(encoding="utf-8") for path in requirements)
    version = f"Python {sys.version_info[0]} {sys.version_info[1]}\n"
    (folder / ".complete").write_text(version + wanted, encoding="utf-8")
    return folder


def settings(**more: str) -> dict[str, str]:
    """The variables of a command: those of this process without what a make or pytest around it has set."""
    dropped = ("MAKE", "MFLAGS", "PYTEST", "VENV")
    own = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**own, "CS231N_DATA": str(DATA), **more}


def call(command: list[str], folder: Path, **more: str) -> subprocess.CompletedProcess:
    """Run a command in `folder` and wait for it."""
    return subprocess.run(
        command,
        cwd=folder,
        env=settings(PYTHON=sys.executable, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60 * MINUTES,
    )


def tail(ran: subprocess.CompletedProcess) -> str:
    """The end of what a command has said."""
    said = (ran.stdout + ran.stderr).strip().splitlines()
    return f"exit status {ran.returncode}: {' / '.join(said[-4:])}"


def _expect(points: int, root: Path) -> list[str]:
    """Pack and grade the folder with the commands that people use."""
    packed = call(["bash", "collect_submission.sh"], root)
    if packed.returncode:
        return [tail(packed)]
    command = [sys.executable, "-m", "instructor", "grade", str(root / "submission.zip")]
    graded = call([*command, "--results", str(root / "results")], ROOT)
    if graded.returncode:
        return [tail(graded)]
    result = json.loads((root / "results" / "submission" / "results.json").read_text(encoding="utf-8"))
    earned = sum(test["score"] for test in result["tests"])
    lost = [f"{t['name']} {t['score']:g}/{t['max_score']:g}" for t in result["tests"]]
    return [] if earned == points else [f"it scores {earned:g}: {', '.join(lost)}"]


def _lab_opens(root: Path) -> list[str]:
    """`make lab` until JupyterLab says where it is; no browser is opened."""
    process = subprocess.Popen(
        ["make", "lab", f"LAB={WITHOUT_SCREEN}"],
        cwd=root,
        env=settings(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said = []
    try:
        for line in process.stdout:
            said.append(line)
            if READY.search(line):
                return []
        return [f"make lab: {' / '.join(said[-3:])}"]
    finally:
        os.killpg(process.pid, 15)
        process.wait(30)
