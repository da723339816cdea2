"""The journal of a class run: one file for each submission, written in one go, and nothing else."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from instructor.core.files import write_atomically
from instructor.core.locks import take_lock
from instructor.core.result import Result, from_plain, to_plain

LOCK = ".lock"


class Busy(Exception):  # noqa: N818
    """Another run is writing this journal; the message is a sentence."""


@dataclass
class Record:
    """What is known of one submission, and what it was graded under.

    `key` is what decides the checks, `scores` what decides the points of checks; one that is not `final` is
    graded again next time. `answers` are the student's words by notebook and cell.
    """

    name: str
    key: str
    result: Result
    answers: dict[str, str] = field(default_factory=dict)
    scores: str = ""
    final: bool = True


class Journal(AbstractContextManager):
    """The records in `folder`; while it is entered, no other run can use it.

    `guarded` is False where the file system has no locks, so that nothing keeps another run away.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.guarded = folder, True

    def __enter__(self) -> Journal:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            self.guarded = take_lock(self._lock)
        except BlockingIOError:
            os.close(self._lock)
            raise Busy(f"Another run is at work in {self.folder.parent}: wait for it, or stop it.") from None
        except OSError:
            os.close(self._lock)
            raise
        for stale in self.folder.glob(".*.json.*"):  # a run that was killed while it wrote
            with contextlib.suppress(OSError):
                stale.unlink()
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)

    def write(self, record: Record) -> None:
        """Put a record in its place. Raises OSError when the disk does not take it."""
        text = json.dumps(to_plain(record), ensure_ascii=False, allow_nan=False)
        write_atomically(self.folder / f"{record.name}.json", text)

    def read(self, name: str) -> Record | None:
        """The record of a submission; None when there is none, or one of another kit that can't be read."""
        try:
            data = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
            return from_plain(Record, data)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def records(self, names: list[str]) -> Iterator[Record]:
        """The records of these submissions, one at a time."""
        for name in names:
            if (record := self.read(name)) is not None:
                yield record

    def seed(self) -> int | None:
        """The seed of the run that wrote the first record, to go on with."""
        for path in sorted(self.folder.glob("[!.]*.json")):
            if record := self.read(path.stem):
                return record.result.seed
        return None


def key_of(*parts: object) -> str:
    """A hash of everything that a result depends on."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
