"""The tasks and the running term as `tasks.toml` states them: what is graded, for how much, until when."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ("none", "own", "beside")
LEVELS = ("none", "misconception", "formula")
TASKS_FILE = ROOT / "instructor" / "tasks.toml"
KEYS = ("name", "opens", "due", "seed")


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

    Raises ValueError, naming the task, when the ids are not unique, the aspects do not add up to the task's
    points, a need is unknown, or the points of all but bonus tasks do not add up to 100.
    """
    return _read_tasks(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read_tasks(path: Path, _: int) -> tuple[Task, ...]:
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["task"]
    tasks = tuple(
        Task(**entry | {key: tuple(entry.get(key, ())) for key in ("needs", "languages")})
        for entry in entries
    )
    ids = [task.id for task in tasks]
    if len(set(ids)) != len(ids):
        raise ValueError(f"{path.name}: task ids must be unique, found {sorted(ids)}")
    for task in tasks:
        if sum(task.aspects.values()) != task.points:
            raise ValueError(f"{path.name}: the aspects of {task.id} do not add up to {task.points} points")
        if unknown := set(task.needs) - set(ids):
            raise ValueError(f"{path.name}: {task.id} needs unknown tasks {sorted(unknown)}")
    if (total := sum(task.points for task in tasks if not task.bonus)) != 100:
        raise ValueError(f"{path.name}: the points add up to {total}, not to 100")
    return tasks


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


@dataclass(frozen=True)
class Term:
    """A term; what is not set is None. Dates have a time zone."""

    name: str | None = None
    opens: datetime | None = None
    due: datetime | None = None
    seed: int | None = None


def load_term(path: Path = TASKS_FILE) -> Term:
    """Read the term. Raises ValueError for a date without a time zone, or dates out of order."""
    table = tomllib.loads(path.read_text(encoding="utf-8")).get("term", {})
    if unknown := set(table) - set(KEYS):
        raise ValueError(f"{path.name}: [term] knows {', '.join(KEYS)}, not {', '.join(sorted(unknown))}")
    term = Term(**table)
    for key in ("opens", "due"):
        date = getattr(term, key)
        if date is not None and not (isinstance(date, datetime) and date.tzinfo):
            raise ValueError(
                f"{path.name}: {key} is a date with a time and a zone: 2027-02-01T23:59:00+01:00"
            )
    if term.opens and term.due and term.opens >= term.due:
        raise ValueError(
            f"{path.name}: the term opens {term.opens} and is due {term.due}, which is not later"
        )
    if term.seed is not None and (not isinstance(term.seed, int) or term.seed < 0):
        raise ValueError(f"{path.name}: seed is a whole number, 0 or more")
    return term
