"""`python -m instructor new-term`: another term's dates, points and tasks, in tasks.toml alone.

The file is written only when it is valid: the points add up to 100, every aspect fits its task.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from instructor.core.files import write_atomically
from instructor.core.public_tasks import write_public_table
from instructor.core.tasks import TASKS_FILE, Task, load_tasks
from instructor.core.text import did_you_mean

WRITTEN, REFUSED = 0, 2


def add(commands) -> None:
    """Add the command to the parser of all commands."""
    command = commands.add_parser(
        "new-term",
        help="set another term's dates, points, tasks and seed in tasks.toml",
        description="Change instructor/tasks.toml in place, comments kept, and cs231n/tasks.json with it. "
        "Refused (exit status 2) unless the points add up to 100. Aspects are scaled with their task.",
    )
    put = command.add_argument
    put("--name", help="what the term is called")
    put("--opens", metavar="DATE", help="such as 2027-01-11T09:00:00+01:00")
    put("--due", metavar="DATE", help="the deadline; solutions are held back until then")
    put("--seed", help="grade everybody on the inputs of this number; 'fresh': new ones each time")
    many = {"action": "append", "default": [], "metavar": "TASK"}
    put("--points", **{**many, "metavar": "TASK=N"}, help="what a task is worth; may be repeated")
    put("--without", **many, help="a task that counts for nothing this term")
    put("--bonus", **many, help="a task whose points come on top of the 100")
    put("--no-bonus", **many, help="a task that counts among the 100 again")
    put("--scale", action="store_true", help="scale the other tasks so that all add up to 100")
    put("--check", action="store_true", help="show what would change, write nothing")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Change tasks.toml as the options say, and the public points with it; refuse what does not add up."""
    text = TASKS_FILE.read_text(encoding="utf-8")
    try:
        changed = _changed(text, options)
    except ValueError as error:
        print(f"tasks.toml stays as it is: {error}.", file=sys.stderr)
        return REFUSED
    if changed == text:
        print("tasks.toml says this already.")
        return WRITTEN
    for line in (*_term_changes(text, changed), *_task_changes(text, changed)):
        print(line)
    if options.check:
        print("Nothing was written (--check).")
        return WRITTEN
    write_atomically(TASKS_FILE, changed)
    write_public_table()
    return WRITTEN


def _changed(text: str, options: argparse.Namespace) -> str:
    """The text of tasks.toml as the options want it. Raises ValueError with the reason why it can't be."""
    from instructor.release.terms import edited, new_points

    term = _term_values(options)
    tasks = {task.id: task for task in load_tasks(TASKS_FILE)}
    named = dict.fromkeys(options.without, 0)
    for word in options.points:
        name, _, number = word.partition("=")
        named[name] = _whole(number, f"--points {word}")
    bonus = dict.fromkeys(options.bonus, True) | dict.fromkeys(options.no_bonus, False)
    _require(named, tasks)
    points = new_points(tasks, named, bonus, options.scale)
    _require(bonus, tasks)
    return edited(text, term, points, bonus)


def _term_values(options: argparse.Namespace) -> dict[str, object]:
    """The lines of [term] that change; None takes a line away."""
    values: dict[str, object] = {}
    if options.name is not None:
        values["name"] = options.name
    for key in ("opens", "due"):
        if (word := getattr(options, key)) is not None:
            values[key] = _date(key, word)
    if options.seed is not None:
        values["seed"] = None if options.seed == "fresh" else _whole(options.seed, "--seed")
    return values


def _term_changes(old: str, new: str) -> Iterator[str]:
    """A line for each thing of the term that changes."""
    before, after = (tomllib.loads(text).get("term", {}) for text in (old, new))
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) != after.get(key):
            yield f"{key}: {before.get(key, 'not set')} -> {after.get(key, 'not set')}"


def _task_changes(old: str, new: str) -> Iterator[str]:
    """A line for each task whose points change, by its name, and the points of all tasks in sum."""
    before, after = ({task["id"]: task for task in tomllib.loads(text)["task"]} for text in (old, new))
    for name, task in after.items():
        was = before[name]
        if (was["points"], was.get("bonus")) == (task["points"], task.get("bonus")):
            continue
        parts = ", ".join(
            f"{aspect} {was['aspects'][aspect]} -> {points}"
            if was["aspects"][aspect] != points
            else f"{aspect} {points}"
            for aspect, points in task["aspects"].items()
        )
        extra = {True: ", now a bonus", False: ", no bonus any more"}
        told = extra[bool(task.get("bonus"))] if was.get("bonus") != task.get("bonus") else ""
        yield f"{name} ({task['title']}): {was['points']} -> {task['points']} points{told} ({parts})"


def _require(names: Iterable[str], tasks: Mapping[str, Task]) -> None:
    for name in names:
        if name not in tasks:
            near = did_you_mean(name, tasks)
            raise ValueError(f"there is no task {name!r}.{near} The tasks are {', '.join(tasks)}")


def _whole(word: str, option: str) -> int:
    if not re.fullmatch(r"\d{1,9}", word):
        raise ValueError(f"{option}: {word!r} is no whole number")
    return int(word)


def _date(key: str, word: str) -> datetime:
    try:
        date = datetime.fromisoformat(word)
    except ValueError:
        raise ValueError(f"--{key}: {word!r} is no date such as 2027-02-01T23:59:00+01:00") from None
    if date.tzinfo is None:
        date = date.astimezone()  # the zone of this machine
    return date
