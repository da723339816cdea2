"""What the last run of a class was about: what is gone or forgotten since is said or refused.

One small file lies with the records of the journal and is written with the reports. It names the class
folder, its submissions, what was given beside it, and what people had added by hand.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from instructor.classroom.table_file import newest_copy
from instructor.core.files import write_atomically
from instructor.core.result import from_plain, to_plain

NAME = "last_run"  # no record, all of which end in .json
SHOWN = 5


@dataclass(frozen=True)
class LastRun:
    """A run: paths in full, "" for what was not given; each adjustment and mark by whom and what it is of.

    `authors` are the names of those who handed in a submission, also for one that is gone but has a page.
    """

    folder: str
    submissions: tuple[str, ...] = ()
    roster: str = ""
    adjust: str = ""
    adjustments: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    authors: dict[str, tuple[str, ...]] = field(default_factory=dict)


def read_last(target: Path) -> LastRun | None:
    """The last run whose reports are in `target`; None where there is none that can be read."""
    try:
        return from_plain(LastRun, json.loads((target / "journal" / NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_last(target: Path, run: LastRun) -> None:
    """Keep what this run was about for the next one."""
    (target / "journal").mkdir(parents=True, exist_ok=True)
    text = json.dumps(to_plain(run), ensure_ascii=False, indent=1)
    write_atomically(target / "journal" / NAME, text + "\n")


def require_same_class(last: LastRun, now: LastRun, target: Path) -> None:
    """Raise ValueError where the reports in `target` are of another class, or a class list is forgotten.

    A class whose folder was moved is the same one if it holds a submission of the same name.
    """
    moved = not Path(last.folder).exists() and set(last.submissions) & set(now.submissions)
    if last.folder != now.folder and not moved:
        raise ValueError(
            f"{target} holds the results of another class folder, {last.folder}. Give --results with another "
            "place for those of this one, or --force to replace them."
        )
    if last.roster and not now.roster:
        raise ValueError(
            f"The last run had --roster {last.roster}: give it again, for without it the tables know neither "
            "numbers nor who is missing. --force does without it."
        )


def require_tables(last: LastRun, now: LastRun, adjust: Path, answers: Path) -> None:
    """Raise ValueError where a table is gone whose adjustments or marks counted last time."""
    lost = _fewer(last.adjustments, now.adjustments)
    if lost and last.adjust and not now.adjust:
        raise ValueError(
            f"The last run had --adjust {last.adjust}, with {_counted(lost, 'adjustment')}: give it again. "
            "--force does without."
        )
    if lost and not adjust.is_file():
        raise ValueError(
            f"{adjust} is gone, and {_counted(lost, 'adjustment')} counted last time: {_shown(lost)}. Put it "
            "back. --force does without."
        )
    if last.marks and not answers.is_file():
        copy = newest_copy(answers)
        back = f"copy {copy.name} to {answers.name}" if copy else "put it back"
        raise ValueError(
            f"{answers} is gone, and {_counted(last.marks, 'mark')} counted last time: {back}. --force does "
            "without."
        )


def gone(last: LastRun, now: LastRun, answers: Path) -> Iterator[str]:
    """A sentence on each kind of thing that counted last time and is not there any more."""
    if last.folder != now.folder:
        yield f"The class was in {last.folder} when it was graded last."
    if lost := _fewer(last.adjustments, now.adjustments):
        yield f"Gone since the last run: {_counted(lost, 'adjustment')}: {_shown(lost)}."
    if lost := _fewer(last.marks, now.marks):
        copy = newest_copy(answers)
        older = f" An older table is {copy.name}." if copy else ""
        yield f"Gone since the last run: {_counted(lost, 'mark')}: {_shown(lost)}.{older}"


def vanished(submissions: Iterable[str], students: Path) -> list[str]:
    """The submissions that have a page in the folder `students`, and are not there any more."""
    known = set(submissions)
    pages = sorted(path.name for path in students.iterdir() if path.is_dir()) if students.is_dir() else []
    return [name for name in pages if name not in known]


def about_vanished(names: list[str]) -> Iterator[str]:
    """A sentence on the submissions that are not there any more."""
    if names:
        yield (
            f"Graded before, and not in the folder any more: {_shown(names)}. Put back what is missing, or "
            "delete its folder in students/."
        )


def _fewer(before: Iterable[str], now: Iterable[str]) -> list[str]:
    return sorted((Counter(before) - Counter(now)).elements())


def _counted(things: Iterable[str], name: str) -> str:
    count = len(list(things))
    return f"{count} {name}{'' if count == 1 else 's'}"


def _shown(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{'; '.join(names[:SHOWN])}{more}"
