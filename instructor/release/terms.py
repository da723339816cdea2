"""Another term's dates, points and tasks, set in the text of tasks.toml; its comments and order stay."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import tomlkit
from tomlkit.items import Comment, Table, Whitespace

from instructor.core.questions import keys_of, load_written
from instructor.core.tasks import TASKS_FILE, Task, load_tasks, notebooks
from instructor.core.term import load_term


def edited(
    text: str,
    term: Mapping[str, object],
    points: Mapping[str, int],
    bonus: Mapping[str, bool],
    written: Mapping[str, object] | None = None,
) -> str:
    """The text with other lines in [term] and [written], other points of tasks, and other bonus tasks.

    A line that is to be None is taken away. The aspects of a task are scaled with its points.
    Raises ValueError when the new file would not be valid.
    """
    document = tomlkit.parse(text)
    table = document.setdefault("term", tomlkit.table())
    for key, value in term.items():
        is_date = isinstance(value, datetime)
        _set(table, key, tomlkit.value(value.isoformat(timespec="seconds")) if is_date else value)
    for key, value in (written or {}).items():
        _set(document.setdefault("written", tomlkit.table()), key, value)
    for task in document["task"]:
        name = task["id"]
        if name in points and points[name] != task["points"]:
            task["points"] = points[name]
            for aspect, part in rescaled(task["aspects"], points[name]).items():
                task["aspects"][aspect] = part
        if name in bonus:
            _set(task, "bonus", bonus[name] or None)
    changed = tomlkit.dumps(document)
    _validate(changed)
    return changed


def new_points(
    tasks: Mapping[str, Task],
    named: Mapping[str, int],
    bonus: Mapping[str, bool],
    scale: bool,
    whole: int = 100,
) -> dict[str, int]:
    """The points of every task: as named, and with `scale` the rest in proportion, up to the `whole` in all.

    `bonus` says of some tasks whether they come on top. Raises ValueError when it does not add up.
    """
    points = {name: named.get(name, task.points) for name, task in tasks.items()}
    extra = {name for name, task in tasks.items() if bonus.get(name, task.bonus)}
    if scale:
        free = {
            name: points[name] for name in tasks if name not in named and name not in extra and points[name]
        }
        left = whole - sum(points[name] for name in named if name not in extra)
        if not free or left < len(free):
            raise ValueError(f"there are {left} points left for {len(free)} tasks")
        points |= _apportion(free, left)
    total = sum(number for name, number in points.items() if name not in extra)
    if total != whole:
        apart = f"{whole - total} are missing" if total < whole else f"{total - whole} are too many"
        room = (
            f": the tasks have to leave room for the {100 - whole} of written answers" if whole < 100 else ""
        )
        raise ValueError(f"the points add up to {total}, {apart}{room}; name more, or add --scale")
    return points


def rescaled(aspects: Mapping[str, int], points: int) -> dict[str, int]:
    """The aspects of a task for another number of points: in proportion, whole, none lost by rounding."""
    whole = sum(aspects.values())
    weights = {name: value / whole if whole else 1 / len(aspects) for name, value in aspects.items()}
    return _apportion(weights, points)


def new_written(
    share: int | None, named: Mapping[tuple[str, int | None], int], path: Path = TASKS_FILE
) -> dict[str, object]:
    """The lines of [written] that change: the share, and the most points of the questions of each notebook.

    `named` are those of single questions, by notebook and number, or of all of a notebook (None). Another
    share is given to the questions in proportion to what they are worth, else alike, in whole points. Raises
    ValueError for an unknown question.
    """
    now, books = load_written(path), {Path(name).stem: keys_of(name) for name in notebooks()}
    most = {key: now.most.get(key, 0) for keys in books.values() for key in keys}
    if share:
        weights = most if any(most.values()) else dict.fromkeys(most, 1)
        most = _apportion(weights, share)
    for (stem, number), points in named.items():
        keys = books.get(stem, [])
        if not keys or not 1 <= (number or 1) <= len(keys):
            told = ", ".join(f"{each}.1 to {each}.{len(keys)}" for each, keys in books.items() if keys)
            raise ValueError(f"there is no question {stem}.{number or 1}; there are {told}")
        if number and not any(most[key] for key in keys):
            raise ValueError(f"say first what each question is worth: --question {stem}={points}")
        most |= dict.fromkeys(keys[number - 1 : number] if number else keys, points)
    lines = {stem: [most[key] for key in keys] for stem, keys in books.items() if any(most[k] for k in keys)}
    return {**lines, **({} if share is None else {"share": share})}


def _apportion(weights: Mapping[str, float], whole: int) -> dict[str, int]:
    """Whole numbers in proportion to the weights; the largest remainders get the rest of `whole`."""
    total = sum(weights.values())
    exact = {name: whole * weight / total for name, weight in weights.items()}
    parts = {name: int(value) for name, value in exact.items()}
    by_remainder = sorted(exact, key=lambda name: parts[name] - exact[name])
    for name in by_remainder[: whole - sum(parts.values())]:
        parts[name] += 1
    return parts


def _set(table: Table, key: str, value: object) -> None:
    """Set a key, or take it away when it is to be None; a new one stands below the points, or last.

    Blank lines and comments at the end of a table belong to the next one, so that nothing is put behind them.
    """
    if value is None:
        table.pop(key, None)
        return
    if key in table:
        table[key] = value
        return
    lines = table.value.body
    points = [place for place, (name, _) in enumerate(lines) if name is not None and name.key == "points"]
    at = points[0] + 1 if points else len(lines)
    while not points and at and isinstance(lines[at - 1][1], Whitespace | Comment):
        at -= 1
    below = lines[at:]
    for name, _ in below:
        if name is not None:
            table.remove(name)
    del lines[at:]
    for name, item in [(tomlkit.key(key), tomlkit.item(value)), *below]:
        table.raw_append(name, item)


def _validate(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / TASKS_FILE.name
        path.write_text(text, encoding="utf-8")
        load_tasks(path)
        load_term(path)
        load_written(path)
