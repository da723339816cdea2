"""`python -m instructor grade FOLDER` for a whole class: the run, its reports, its last words."""

from __future__ import annotations

import argparse
import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.text import Text

from instructor.classroom.class_run import Pool, Tally, run_class, scratch_folder
from instructor.classroom.cluster import ClusterPool
from instructor.classroom.entries import (
    PLATFORMS,
    ClassError,
    ClassFolder,
    Entry,
    Student,
    in_small_letters,
    near_names,
    read_class,
)
from instructor.classroom.gradebook import Line, max_points
from instructor.classroom.journal import Busy, Journal
from instructor.classroom.live import LiveTable
from instructor.classroom.pool import LocalPool
from instructor.classroom.reports import Class, by_hand, write_class_reports
from instructor.classroom.roster import NOT_LISTED, match, not_listed, read_roster
from instructor.classroom.sheets import columns_of
from instructor.classroom.work import Options
from instructor.core.questions import load_written
from instructor.core.seeds import run_seed
from instructor.core.tasks import load_tasks
from instructor.grading.intake import submission_name
from instructor.sandbox.bubblewrap import SandboxUnavailable
from instructor.sandbox.jail import choose
from instructor.sandbox.limits import Limits

ALL_GRADED, SOME_NOT, NOT_AT_ALL, STOPPED = 0, 1, 2, 130
UNGUARDED = "is on a file system without locks: nothing keeps two runs at once apart there. Start one alone."
SPARE = 180.0  # seconds that a submission may take beyond all of its limits


def grade_class(options: argparse.Namespace) -> int:
    """Grade a class folder and write its reports.

    Returns 0 when every submission was graded, 1 when some could not be, 2 when the run could not be done at
    all, and 130 when it was stopped; then the same command goes on where it stopped.
    """
    console, errors = Console(), Console(stderr=True)
    target = options.results / ".".join([submission_name(options.path), *(options.tasks or ())])[:120]
    try:
        folder, absent = _class_of(options)
        entries = _only(folder, options)
        asked = [task for task in load_tasks() if options.tasks is None or task.id in options.tasks]
        runs = options.notebooks != "none"
        tasks = tuple(task.id for task in asked if runs or not task.is_notebook)
        with Journal(target / "journal") as journal:
            chosen = Options(
                run_seed(options.seed, journal.seed()),
                options.sandbox if options.cluster else choose(options.sandbox),
                options.notebooks,
                tuple(task.id for task in asked) if options.tasks else None,
            )
            points = max_points(task for task in load_tasks() if task.id in tasks) + load_written().share
            columns = columns_of(options.roster, options.assignment or "", target.name, points)
            course = Class(
                folder,
                target,
                absent,
                tasks,
                chosen,
                columns,
                options.adjust,
                options.anonymous,
                options.roster,
                options.path,
                options.force,
            )
            added = by_hand(course)  # what can't be read is said now, not after hours
            for told in [*_first_words(folder, absent, options.path), *added.told(folder), *columns.doubts]:
                console.print(Text(told), soft_wrap=True)
            if not journal.guarded:
                errors.print(Text(f"{target} {UNGUARDED}"), soft_wrap=True)
            began, stopped = time.monotonic(), False
            try:
                tally = _run(entries, chosen, journal, options, errors)
            except KeyboardInterrupt:
                signal.signal(signal.SIGINT, signal.SIG_IGN)  # the reports are written whole
                tally, stopped = Tally(), True
            summary = write_class_reports(course, journal)
    except (ClassError, Busy, SandboxUnavailable, ValueError) as error:
        errors.print(Text(str(error)), soft_wrap=True)
        return NOT_AT_ALL
    except OSError as error:
        errors.print(Text(f"{target} can't be written: {error.strerror or error}."), soft_wrap=True)
        return NOT_AT_ALL
    console.print(Text(summary), soft_wrap=True)
    if stopped:
        errors.print(Text("Stopped. What was finished is kept: the same command goes on from there."))
        return STOPPED
    minutes, seconds = divmod(round(time.monotonic() - began), 60)
    done = f"{tally.graded} graded, {tally.unchanged} unchanged, {tally.failed} not gradable"
    console.print(Text(f"{done}, in {minutes} min {seconds} s. Reports: {target}"), soft_wrap=True)
    return SOME_NOT if tally.failed else ALL_GRADED


def _class_of(options: argparse.Namespace) -> tuple[ClassFolder, list[Student]]:
    """The submissions of the class, with the roster's names, and who handed in nothing."""
    folder, absent = read_class(options.path), []
    if options.roster:
        folder.entries, absent = match(folder.entries, read_roster(options.roster))
        folder.notes += not_listed(folder.entries)
    return folder, absent


def _only(folder: ClassFolder, options: argparse.Namespace) -> list[Entry]:
    """The submissions to grade; the reports are on all of the class."""
    if options.only is None:
        return folder.entries
    known = [(entry, entry.called()) for entry in folder.entries]
    every = set().union(*(names for _, names in known))
    wanted, missing = set(), []
    for text in options.only:
        parts = [part for part in text.split(",") if part.strip()]
        while parts:
            ends = range(len(parts), 0, -1)  # a name may hold commas: the longest that is known
            end = next((end for end in ends if in_small_letters(",".join(parts[:end])) in every), None)
            if end is None:
                missing.append(parts[0].strip())
            else:
                wanted.add(in_small_letters(",".join(parts[:end])))
            parts = parts[end or 1 :]
    if missing:
        near = "".join(dict.fromkeys(near_names(name, folder.entries) for name in missing))
        raise ClassError(f"{options.path.name} holds no submission called {', '.join(missing)}.{near}")
    if not wanted:
        raise ClassError("--only names nobody: give students or submissions, with commas between them.")
    return [entry for entry, names in known if wanted & names]


def _run(
    entries: list[Entry], chosen: Options, journal: Journal, options: argparse.Namespace, errors: Console
) -> Tally:
    def say(said: str) -> None:
        errors.print(Text(said), soft_wrap=True)

    with (
        _pool(chosen, options, say) as pool,
        LiveTable(errors, len(entries), pool.jobs, load_written().share) as live,
    ):
        return run_class(entries, chosen, journal, pool, live, options.force)


@contextlib.contextmanager
def _pool(chosen: Options, options: argparse.Namespace, say: Callable[[str], None]) -> Iterator[Pool]:
    limits: Limits = chosen.limits
    seconds = limits.submission_seconds + 6 * limits.notebook_seconds + SPARE
    if options.cluster:
        with ClusterPool(options.cluster, seconds, say=say) as pool:
            yield pool
        return
    with (
        scratch_folder() as scratch,
        LocalPool(options.jobs, seconds, scratch, chosen, say) as pool,
    ):
        yield pool


def _first_words(folder: ClassFolder, absent: list[Student], path: Path) -> Iterator[str]:
    """What the class is, what was left out of it, and where it is unsure whose something is."""
    source = f", from {PLATFORMS[folder.kind]}" if folder.kind in PLATFORMS else ""
    count = len(folder.entries)
    yield f"{path} is a class of {count} submission{'s' if count > 1 else ''}{source}."
    yield from folder.left_out()
    for entry in folder.entries:
        for line in {Line(student, entry).note for student in entry.students}:
            if line and not ((line,) == entry.notes and line.endswith(NOT_LISTED)):
                yield f"{entry.name}: {line}"
    for student in absent:
        if student.note:
            yield f"{student.name}: {student.note}"
