"""`python -m instructor new-term`: another term's dates, points and tasks, in tasks.toml alone.

The file is written only when it is valid: the points add up to 100, every aspect fits its task.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone

from instructor.core.files import write_atomically
from instructor.core.public_tasks import write_public_table
from instructor.core.tasks import TASKS_FILE, Task, load_tasks
from instructor.core.term import LATE, load_term, read_moment, read_zone
from instructor.core.text import did_you_mean
from instructor.release.question_points import write_question_points

WRITTEN, REFUSED = 0, 2
NAIVE = timezone(timedelta(), "none")  # stands for no zone at all


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
    put("--due", metavar="DATE", help="the deadline; a day alone means its end. Solutions wait for it")
    put("--zone", help="of dates and times without one, as Europe/Berlin or +01:00")
    put("--late-per-day", metavar="N", help="points that each day begun costs, or a share, as '10%%'")
    put("--late-grace", metavar="TIME", help="how late nothing is taken off, as '30 min', '2 h' or '1 day'")
    put("--late-cap", metavar="N", help="what lateness costs at most, as points or a share")
    put("--on-time", action="store_true", help="being late costs nothing (any more)")
    put("--seed", help="grade everybody on the inputs of this number; 'fresh': new ones each time")
    many = {"action": "append", "default": [], "metavar": "TASK"}
    put("--points", **{**many, "metavar": "TASK=N"}, help="what a task is worth; may be repeated")
    put("--without", **many, help="a task that counts for nothing this term")
    put("--bonus", **many, help="a task whose points come on top of the 100")
    put("--no-bonus", **many, help="a task that counts among the 100 again")
    put(
        "--written",
        metavar="N",
        help="how many of the 100 points written answers make up; 0: they come on top",
    )
    question = {**many, "metavar": "NOTEBOOK[.K]=N"}
    put("--question", **question, help="the most points of a notebook's questions, or of its K-th")
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
    for line in (
        *_term_changes(text, changed),
        *_task_changes(text, changed),
        *_written_changes(text, changed),
    ):
        print(line)
    if options.check:
        print("Nothing was written (--check).")
        return WRITTEN
    write_atomically(TASKS_FILE, changed)
    write_public_table()
    write_question_points()
    return WRITTEN


def _changed(text: str, options: argparse.Namespace) -> str:
    """The text of tasks.toml as the options want it. Raises ValueError with the reason why it can't be."""
    from instructor.core.questions import load_written
    from instructor.release.terms import edited, new_points, new_written

    if options.name is not None and not options.name.strip():
        raise ValueError(f"--name {options.name!r}: give the term a name")
    term, written, share = _term_values(options), {}, load_written(TASKS_FILE).share
    if options.written is not None or options.question:
        own = None if options.written is None else _whole(options.written, "--written")
        share = share if own is None else own
        written = new_written(own, dict(map(_question, options.question)), TASKS_FILE)
    tasks = {task.id: task for task in load_tasks(TASKS_FILE)}
    named = dict.fromkeys(options.without, 0)
    for word in options.points:
        name, _, number = word.partition("=")
        named[name] = _whole(number, f"--points {word}")
    bonus = dict.fromkeys(options.bonus, True) | dict.fromkeys(options.no_bonus, False)
    _require(named, tasks)
    points = new_points(tasks, named, bonus, options.scale, 100 - share)
    _require(bonus, tasks)
    return edited(text, term, points, bonus, written)


def _question(word: str) -> tuple[tuple[str, int | None], int]:
    """The notebook, the number, or None for all of them, and the points of a question."""
    found = re.fullmatch(r"(\w+)(?:\.(\d{1,3}))?=(.*)", word)
    if not found:
        raise ValueError(f"--question {word}: write it as NetworkVisualization.3=2")
    return (found[1], int(found[2]) if found[2] else None), _whole(found[3], f"--question {word}")


def _term_values(options: argparse.Namespace) -> dict[str, object]:
    """The lines of [term] that change; None takes a line away."""
    values: dict[str, object] = {}
    if options.name is not None:
        values["name"] = options.name
    if options.zone is not None:
        values["zone"] = options.zone
        read_zone(options.zone)
    for key in ("opens", "due"):
        if (word := getattr(options, key)) is not None:
            values[key] = _date(key, word, options.zone)
    for key in LATE:
        if (word := getattr(options, key)) is not None:
            values[key] = int(word) if word.isdigit() else word
    if options.on_time:
        values |= dict.fromkeys(LATE)
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


def _written_changes(old: str, new: str) -> Iterator[str]:
    """A line for the share of written answers and for each notebook whose questions are worth something else.

    A question that comes to nothing is named.
    """
    before, after = (tomllib.loads(text).get("written", {}) for text in (old, new))
    for key in dict.fromkeys((*before, *after)):
        was, now = before.get(key, "not set"), after.get(key, "not set")
        if was == now:
            continue
        if key == "share":
            yield f"written answers: {was} -> {now} of the 100 points"
            continue
        was, now = (" ".join(map(str, each)) if isinstance(each, list) else each for each in (was, now))
        yield f"{key}, points of questions 1, 2, …: {was} -> {now}"
        none = [str(number) for number, points in enumerate(after.get(key, ()), 1) if not points]
        if none:
            told = f"Warning: 0 points for question {', '.join(none)} of {key}."
            yield f"{told} --question {key}.{none[0]}=N sets them."


def _require(names: Iterable[str], tasks: Mapping[str, Task]) -> None:
    for name in names:
        if name not in tasks:
            near = did_you_mean(name, tasks)
            raise ValueError(f"there is no task {name!r}.{near} The tasks are {', '.join(tasks)}")


def _whole(word: str, option: str) -> int:
    if not re.fullmatch(r"\d{1,9}", word):
        raise ValueError(f"{option}: {word!r} is no whole number")
    return int(word)


def _date(key: str, word: str, zone: str | None) -> datetime:
    """A date in the zone that it names, else in the one that is or was set, else in that of this machine.

    A day alone is its end, for a deadline, or its beginning.
    """
    local = read_zone(zone) if zone else load_term(TASKS_FILE).zone
    if key == "opens" and re.fullmatch(r"\d{4}-\d\d-\d\d", word):
        word = f"{word}T00:00"
    try:
        date = read_moment(word, local or NAIVE)
    except ValueError as error:
        raise ValueError(f"--{key}: {error}") from None
    return date.replace(tzinfo=None).astimezone() if date.tzinfo is NAIVE else date
