"""The tasks as `tasks.toml` states them: what is graded, and for how much."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ("none", "own", "beside")
LEVELS = ("none", "misconception", "formula")
TASKS_FILE = ROOT / "instructor" / "tasks.toml"


class SettingsError(ValueError):
    """A tasks.toml that can't be used; the message names the file and is a sentence without its stop."""


@dataclass(frozen=True)
class Task:
    """One graded task; `block` is None for a notebook. Points of a `bonus` task come on top of the 100.

    `minutes` is about how long it takes, 0 when nobody has said; `goal` what it is for, in a sentence.
    `languages` are those that a notebook is translated into, beside the English one.
    """

    id: str
    title: str
    module: str
    points: int
    aspects: dict[str, int]
    hint: str
    block: str | None = None
    needs: tuple[str, ...] = ()
    formula: str = ""
    minutes: int = 0
    goal: str = ""
    bonus: bool = False
    languages: tuple[str, ...] = ()

    @property
    def is_notebook(self) -> bool:
        return self.block is None


def load_tasks(path: Path = TASKS_FILE) -> tuple[Task, ...]:
    """Read the tasks in the order of the file.

    Raises SettingsError, a ValueError, naming the task, when the ids are not unique, the aspects do not add
    up to the task's points, a need is unknown, or the points of all but bonus tasks do not add up to 100,
    less the share of written answers.
    """
    return _read_tasks(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read_tasks(path: Path, _: int) -> tuple[Task, ...]:
    table = settings(path)
    entries, written = table["task"], table.get("written", {}).get("share", 0)
    try:
        tasks = tuple(
            Task(**entry | {key: tuple(entry.get(key, ())) for key in ("needs", "languages")})
            for entry in entries
        )
    except TypeError as error:  # a key that is missing, or that there is not
        told = str(error).partition("() ")[2]
        raise SettingsError(f"{path.name}: a [[task]] can't be read: {told or error}") from None
    ids = [task.id for task in tasks]
    if len(set(ids)) != len(ids):
        raise SettingsError(f"{path.name}: task ids must be unique, found {sorted(ids)}")
    for task in tasks:
        if sum(task.aspects.values()) != task.points:
            raise SettingsError(
                f"{path.name}: the aspects of {task.id} do not add up to {task.points} points"
            )
        if unknown := set(task.needs) - set(ids):
            raise SettingsError(f"{path.name}: {task.id} needs unknown tasks {sorted(unknown)}")
    whole = 100 - written if isinstance(written, int) else 100
    if (total := sum(task.points for task in tasks if not task.bonus)) != whole:
        beside = f", beside the {written} of written answers" if written else ""
        raise SettingsError(f"{path.name}: the points add up to {total}, not to {whole}{beside}")
    return tasks


def settings(path: Path = TASKS_FILE) -> dict:
    """All that the file says. Raises SettingsError where it is no TOML, or names no task."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SettingsError(f"{path.name} can't be read: {error}") from None
    if not table.get("task"):
        raise SettingsError(f"{path.name}: there is no [[task]] in it")
    return table


def code_tasks() -> tuple[Task, ...]:
    """The tasks with a block to fill."""
    return tuple(task for task in load_tasks() if not task.is_notebook)


def todo_modules() -> tuple[str, ...]:
    """The files that come whole from the student, in the order of the tasks."""
    return tuple(dict.fromkeys(task.module for task in code_tasks()))


def notebooks() -> tuple[str, ...]:
    """The notebooks that are graded, in the order of the tasks."""
    return tuple(task.module for task in load_tasks() if task.is_notebook)


def translations() -> dict[str, dict[str, str]]:
    """The translated notebooks, in the order of the tasks: {language: {notebook: its name there}}."""
    found: dict[str, dict[str, str]] = {}
    for task in load_tasks():
        folder, _, file = task.module.rpartition("/")
        for language in task.languages:
            found.setdefault(language, {})[task.module] = f"{folder}/{language}/{file}"
    return found


def feedback_level(path: Path = TASKS_FILE) -> str:
    """How much students are told of the mistake behind a failed check. Raises ValueError for another word."""
    level = tomllib.loads(path.read_text(encoding="utf-8"))["feedback"]["level"]
    if level not in LEVELS:
        raise ValueError(f"{path.name}: the level of feedback is {' or '.join(LEVELS)}, not {level!r}")
    return level


def feedback_pictures(path: Path = TASKS_FILE) -> str:
    """Whether students see pictures of what their code does. Raises ValueError for another word."""
    pictures = tomllib.loads(path.read_text(encoding="utf-8"))["feedback"].get("pictures", "none")
    if pictures not in PICTURES:
        raise ValueError(f"{path.name}: pictures are {' or '.join(PICTURES)}, not {pictures!r}")
    return pictures
