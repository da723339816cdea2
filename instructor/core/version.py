"""Which kit graded: hashes over everything that a score can depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from instructor.core.questions import without_points
from instructor.core.tasks import ROOT, TASKS_FILE, feedback_pictures, load_tasks

PARTS = ("cs231n", "notebooks", "instructor")
LEFT_OUT = ("tests", "attacks", "release", "classroom", "report", "gradescope", "golden", "__pycache__")
KINDS = (".py", ".toml", ".ipynb")
LIBRARIES = ("torch", "torchvision", "timm", "numpy", "scipy", "pillow", "nbval", "ipykernel")


SCORING = ("title", "points", "aspects", "hint", "bonus")  # of a task: what no check can tell


@cache
def kit_version() -> str:
    """A short hash of the kit's own files and of the libraries that compute."""
    return _files_version(())


def checks_version() -> str:
    """A short hash of what the verdicts of checks depend on: all but what `scores_version` is about."""
    tasks = [
        {name: each for name, each in asdict(task).items() if name not in SCORING} for task in load_tasks()
    ]
    return _short(_files_without_tasks(), tasks, feedback_pictures())


def scores_version() -> str:
    """A short hash of what turns the verdicts of checks into points and words."""
    return _short([{name: getattr(task, name) for name in ("id", *SCORING)} for task in load_tasks()])


@cache
def _files_without_tasks() -> str:
    return _files_version((TASKS_FILE.relative_to(ROOT).as_posix(),))


def _files_version(left_out: Collection[str]) -> str:
    total = hashlib.sha256()
    for part in PARTS:
        for path in sorted((ROOT / part).rglob("*")):
            inside = path.relative_to(ROOT)
            if inside.as_posix() in left_out:
                continue
            if path.suffix in KINDS and not set(inside.parts) & set(LEFT_OUT):
                data = path.read_bytes()
                if path.suffix == ".ipynb":  # what an answer is worth changes no verdict
                    data = "\n".join(map(without_points, data.decode("utf-8").splitlines())).encode()
                total.update(f"{inside.as_posix()}\0{len(data)}\0".encode() + data)
    for name in LIBRARIES:
        try:
            total.update(f"{name} {version(name)}\n".encode())
        except PackageNotFoundError:
            total.update(f"{name} missing\n".encode())
    return total.hexdigest()[:16]


def _short(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
