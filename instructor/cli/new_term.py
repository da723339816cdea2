"""`python -m instructor new-term`: another term's dates, points and tasks, in tasks.toml alone.

Lines are changed in place, so that comments and order stay. The file is written only when it is valid:
the points add up to 100, every aspect fits its task.
"""

from __future__ import annotations

import argparse
import difflib
import re
import sys
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from instructor.core.public_tasks import write_public_table
from instructor.core.tasks import TASKS_FILE, Task, load_tasks
from instructor.core.term import load_term

WRITTEN, REFUSED = 0, 2
TERM_HEADER = "[term]"


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
        _validate(changed)
    except ValueError as error:
        print(f"tasks.toml stays as it is: {error}.", file=sys.stderr)
        return REFUSED
    if changed == text:
        print("tasks.toml says this already.")
        return WRITTEN
    for line in _difference(text, changed):
        print(line)
    if options.check:
        print("Nothing was written (--check).")
        return WRITTEN
    TASKS_FILE.write_text(changed, encoding="utf-8")
    write_public_table()
    return WRITTEN


def rescaled(aspects: Mapping[str, int], points: int) -> dict[str, int]:
    """The aspects of a task for another number of points: in proportion, whole, none lost by rounding."""
    whole = sum(aspects.values())
    weights = {name: value / whole if whole else 1 / len(aspects) for name, value in aspects.items()}
    return _apportion(weights, points)


def _changed(text: str, options: argparse.Namespace) -> str:
    for key, value in _term_values(options).items():
        text = _set_in(text, TERM_HEADER, key, value)
    tasks = {task.id: task for task in load_tasks(TASKS_FILE)}
    points = _points(tasks, options)
    for name, number in points.items():
        if number != tasks[name].points:
            aspects = rescaled(tasks[name].aspects, number)
            inline = ", ".join(f"{aspect} = {part}" for aspect, part in aspects.items())
            text = _set_in(text, name, "points", str(number))
            text = _set_in(text, name, "aspects", f"{{ {inline} }}")
    for names, value in ((options.bonus, "true"), (options.no_bonus, None)):
        for name in names:
            _known(name, tasks)
            text = _set_in(text, name, "bonus", value)
    return text


def _term_values(options: argparse.Namespace) -> dict[str, str | None]:
    """The lines of [term] that change, as TOML; None takes a line away."""
    values: dict[str, str | None] = {}
    if options.name is not None:
        values["name"] = '"' + options.name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    for key in ("opens", "due"):
        if (word := getattr(options, key)) is not None:
            values[key] = _date(key, word)
    if options.seed is not None:
        values["seed"] = None if options.seed == "fresh" else str(_whole(options.seed, "--seed"))
    return values


def _points(tasks: Mapping[str, Task], options: argparse.Namespace) -> dict[str, int]:
    """The points of every task: as named, 0 for those left out, and with --scale the rest in proportion."""
    named = dict.fromkeys(options.without, 0)
    for word in options.points:
        name, _, number = word.partition("=")
        named[name] = _whole(number, f"--points {word}")
    for name in named:
        _known(name, tasks)
    points = {name: named.get(name, task.points) for name, task in tasks.items()}
    bonus = {name for name, task in tasks.items() if getattr(task, "bonus", False)}
    bonus = (bonus | set(options.bonus)) - set(options.no_bonus)
    if options.scale:
        free = {
            name: points[name] for name in tasks if name not in named and name not in bonus and points[name]
        }
        left = 100 - sum(points[name] for name in named if name not in bonus)
        if not free or left < len(free):
            raise ValueError(f"there are {left} points left for {len(free)} tasks")
        points |= _apportion(free, left)
    total = sum(number for name, number in points.items() if name not in bonus)
    if total != 100:
        apart = f"{100 - total} are missing" if total < 100 else f"{total - 100} are too many"
        raise ValueError(f"the points add up to {total}, {apart}; name more, or add --scale")
    return points


def _apportion(weights: Mapping[str, float], whole: int) -> dict[str, int]:
    """Whole numbers in proportion to the weights; the largest remainders get the rest of `whole`."""
    total = sum(weights.values())
    exact = {name: whole * weight / total for name, weight in weights.items()}
    parts = {name: int(value) for name, value in exact.items()}
    by_remainder = sorted(exact, key=lambda name: parts[name] - exact[name])
    for name in by_remainder[: whole - sum(parts.values())]:
        parts[name] += 1
    return parts


def _set_in(text: str, place: str, key: str, value: str | None) -> str:
    """Set, add or (None) take away a line `key = value` of [term] or of the task `place`."""
    lines = text.splitlines(keepends=True)
    if place == TERM_HEADER:
        if TERM_HEADER not in text.splitlines():
            at = next(n for n, line in enumerate(lines) if line.startswith("[[task]]"))
            lines[at:at] = [f"{TERM_HEADER}\n", "\n"]
        start = [line.strip() for line in lines].index(TERM_HEADER)
    else:
        start = next(n for n, line in enumerate(lines) if re.match(rf'id = "{re.escape(place)}"', line))
    end = next((n for n in range(start + 1, len(lines)) if lines[n].startswith("[")), len(lines))
    while not lines[end - 1].strip() or lines[end - 1].startswith("#"):
        end -= 1  # blank lines and comments in front of the next table belong to that one
    found = [n for n in range(start, end) if lines[n].startswith(f"{key} = ")]
    comment = re.search(r"\s+#[^\"]*$", lines[found[0]].rstrip()) if found else None
    new = [] if value is None else [f"{key} = {value}{comment[0] if comment else ''}\n"]
    if found:
        lines[found[0] : found[0] + 1] = new
    else:
        at = next((n for n in range(start, end) if lines[n].startswith("points = ")), end - 1) + 1
        lines[at:at] = new
    return "".join(lines)


def _validate(text: str) -> None:
    """Raise ValueError when the new file would not be valid."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / TASKS_FILE.name
        path.write_text(text, encoding="utf-8")
        load_tasks(path)
        load_term(path)


def _difference(old: str, new: str) -> list[str]:
    """The lines that go and come, each marked with - or +."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def _known(name: str, tasks: Mapping[str, Task]) -> None:
    if name not in tasks:
        raise ValueError(f"there is no task {name!r}; the tasks are {', '.join(tasks)}")


def _whole(word: str, option: str) -> int:
    if not re.fullmatch(r"\d{1,9}", word):
        raise ValueError(f"{option}: {word!r} is no whole number")
    return int(word)


def _date(key: str, word: str) -> str:
    try:
        date = datetime.fromisoformat(word)
    except ValueError:
        raise ValueError(f"--{key}: {word!r} is no date such as 2027-02-01T23:59:00+01:00") from None
    if date.tzinfo is None:
        date = date.astimezone()  # the zone of this machine
    return date.isoformat(timespec="seconds")
