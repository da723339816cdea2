"""Grading a class: only what is new or changed, and each result is kept as soon as it is there."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import signal
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from instructor.classroom.entries import Entry
from instructor.classroom.freshness import brought_up_to_date, new_record
from instructor.classroom.hand_grades import gathered_answers
from instructor.classroom.journal import Journal, Record
from instructor.classroom.pool import Event
from instructor.classroom.work import Options, failed, is_final, pack, unpack
from instructor.core.locks import take_lock
from instructor.core.result import Result
from instructor.grading.intake import IntakeError, Submission, read_submission

AGAIN = 1  # how often a submission is tried again whose worker was lost
LOOK = 0.25  # seconds between two looks at the workers


class Pool(Protocol):
    """Where submissions are graded: local processes, or a cluster."""

    jobs: int
    running: int
    has_room: bool

    def submit(self, name: str, packed: bytes) -> None: ...
    def events(self, seconds: float) -> Iterator[Event]: ...


class Watcher(Protocol):
    """Who is told how a run goes."""

    def happened(self, event: Event) -> None: ...
    def settled(self, entry: Entry, result: Result, fresh: bool) -> None: ...


@dataclass
class Tally:
    """How a run went, in numbers of submissions."""

    graded: int = 0
    unchanged: int = 0
    failed: int = 0
    waiting: list[str] = field(default_factory=list)


def run_class(
    entries: Sequence[Entry],
    options: Options,
    journal: Journal,
    pool: Pool,
    watcher: Watcher,
    force: bool = False,
) -> Tally:
    """Grade the entries whose result is not in the journal yet; with `force` all of them.

    Raises OSError when the journal cannot be written. After a KeyboardInterrupt the journal holds what was
    finished, and the same call goes on from there.
    """
    run = _Run(options, journal, pool, watcher, force)
    run.waiting.extend(entries)
    with _every_interrupt() as heard:
        while run.waiting or run.started:
            while run.waiting and pool.has_room:
                run.begin(run.waiting.popleft())
            for event in pool.events(LOOK):
                run.note(event)
            if heard:
                raise KeyboardInterrupt
    return run.tally


@contextmanager
def _every_interrupt() -> Iterator[list[int]]:
    """A list of all SIGINTs: Python drops the KeyboardInterrupt that comes while it throws something away."""
    heard: list[int] = []

    def hear(number: int, frame: object) -> None:
        heard.append(number)
        raise KeyboardInterrupt

    alone = threading.current_thread() is threading.main_thread()
    if not alone or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield heard  # somebody else sees to it
        return
    signal.signal(signal.SIGINT, hear)
    try:
        yield heard
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


class _Run:
    def __init__(self, options: Options, journal: Journal, pool: Pool, watcher: Watcher, force: bool) -> None:
        self.options, self.journal, self.force = options, journal, force
        self.pool, self.watcher = pool, watcher
        self.waiting: deque[Entry] = deque()
        self.started: dict[str, tuple[Entry, Record, bytes]] = {}
        self.lost: dict[str, int] = {}
        self.tally = Tally()

    def begin(self, entry: Entry) -> None:
        """Read a submission; settle it when it is known already or can't be read, else send it off."""
        submission = read_entry(entry, self.options.seed)
        if isinstance(submission, Result):
            self._settle(entry, Record(entry.name, "", submission))
            return
        known = None if self.force else self.journal.read(entry.name)
        current = known and known.final and brought_up_to_date(known, submission, self.options)
        if current:
            if current is not known:
                self.journal.write(current)
            self.tally.unchanged += 1
            self.watcher.settled(entry, current.result, fresh=False)
            return
        blank = new_record(entry.name, submission, self.options)
        blank.answers, remarks = gathered_answers(submission)
        submission.remarks += remarks  # the student reads them too; the key is that of what was handed in
        packed = pack(submission, self.options)
        self.started[entry.name] = (entry, blank, packed)
        self.pool.submit(entry.name, packed)

    def note(self, event: Event) -> None:
        """Take in what happened to a submission."""
        entry, record, packed = self.started[event.name]
        if event.kind == "lost":
            self.lost[event.name] = self.lost.get(event.name, 0) + 1
            if self.lost[event.name] <= AGAIN:
                self.pool.submit(event.name, packed)
                return
            result = failed(entry.name, self.options.seed, f"It could not be graded: {event.what}.")
        elif event.kind == "done":
            result = _unpacked(entry, event.graded, self.options.seed)
        else:
            self.watcher.happened(event)
            return
        del self.started[event.name]
        result.digest = record.result.digest
        self._settle(entry, dataclasses.replace(record, final=is_final(result), result=result))

    def _settle(self, entry: Entry, record: Record) -> None:
        self.journal.write(record)
        if record.result.problem:
            self.tally.failed += 1
        else:
            self.tally.graded += 1
        self.watcher.settled(entry, record.result, fresh=True)


def read_entry(entry: Entry, seed: int = 0) -> Submission | Result:
    """What there is to grade, or the result that says why there is nothing."""
    if entry.problem:
        return failed(entry.name, seed, entry.problem)
    try:
        submission = read_submission(entry.path)
    except IntakeError as error:
        return failed(entry.name, seed, str(error))
    except Exception as error:  # it reads what a stranger wrote, and the others are waiting
        return failed(entry.name, seed, f"The submission can't be read ({type(error).__name__}).")
    submission.name = entry.name
    return submission


def _unpacked(entry: Entry, graded: bytes, seed: int) -> Result:
    try:
        return unpack(graded)
    except (ValueError, TypeError, KeyError) as error:
        return failed(entry.name, seed, "Its grader's answer can't be read.", str(error)[:500])


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for all that workers put down; what a run that was killed has left there is deleted first."""
    for old in Path(tempfile.gettempdir()).glob("cs231n-class-*"):
        with contextlib.suppress(OSError), _locked(old) as alone:
            if alone and old.stat().st_uid == os.geteuid() and time.time() - old.stat().st_mtime > 5:
                shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="cs231n-class-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with _locked(folder):
            yield folder


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Hold the folder's lock, and tell whether there are locks at all.

    Raises OSError when someone else holds it, or when it is no folder of ours.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield take_lock(descriptor)
    finally:
        os.close(descriptor)
