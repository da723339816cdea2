"""Locks, and file systems that have none: these are not another run at work."""

import errno
import fcntl
import os

import pytest

from instructor.__main__ import main
from instructor.classroom.class_run import scratch_folder
from instructor.classroom.journal import Busy, Journal
from instructor.core.locks import take_lock
from instructor.sandbox.private import PrivateFolder


@pytest.fixture(params=[errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def without_locks(request, monkeypatch):
    def refuse(*_):
        raise OSError(request.param, os.strerror(request.param))

    monkeypatch.setattr(fcntl, "flock", refuse)


def test_a_journal_on_a_file_system_without_locks_is_entered_and_says_so(tmp_path, without_locks):
    with Journal(tmp_path / "journal") as journal:
        assert not journal.guarded


def test_a_class_is_graded_there_and_told_that_two_runs_are_not_kept_apart(tmp_path, without_locks, capsys):
    (tmp_path / "hw").mkdir()
    (tmp_path / "hw" / "zoe.zip").write_bytes(b"no zip")
    command = ["grade", str(tmp_path / "hw"), "--results", str(tmp_path / "r"), "--sandbox", "none"]
    assert main(command) == 1
    said = capsys.readouterr()
    assert "is on a file system without locks" in " ".join(said.err.split())
    assert "1 not gradable" in " ".join(said.out.split())


def test_folders_there_are_removed_by_their_owner_and_by_nobody_else(tmp_path, monkeypatch, without_locks):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    alive = tmp_path / "cs231n-class-abcdefgh"
    alive.mkdir()
    os.utime(alive, (0, 0))
    with scratch_folder() as scratch, PrivateFolder("home") as home, PrivateFolder("home") as other:
        assert all(folder.is_dir() for folder in (scratch, home, other))
    assert list(tmp_path.iterdir()) == [alive]


def test_a_second_run_is_still_told_where_there_are_locks(tmp_path):
    with Journal(tmp_path / "journal") as journal:
        assert journal.guarded
        with pytest.raises(Busy, match="Another run is at work"):
            Journal(tmp_path / "journal").__enter__()


def test_a_lock_that_cannot_be_told_is_an_error(monkeypatch, tmp_path):
    def broken(*_):
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(fcntl, "flock", broken)
    with pytest.raises(OSError, match="broken"):
        take_lock(0)
    with pytest.raises(OSError, match="broken"):
        Journal(tmp_path / "journal").__enter__()
