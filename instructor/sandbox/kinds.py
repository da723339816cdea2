"""The kinds of sandbox, and which one to take."""

from __future__ import annotations

from pathlib import Path

from instructor.sandbox import bubblewrap, landlock
from instructor.sandbox.bubblewrap import SandboxUnavailable

KINDS = ("auto", "bwrap", "sandlock", "none")
UNPROTECTED = """
Only if you trust every line of the submission:
  --sandbox none runs it unprotected, and every result says so."""


def choose(sandbox: str) -> str:
    """The sandbox that "auto" stands for, after a trial; raises SandboxUnavailable rather than go without."""
    if sandbox not in KINDS:
        raise ValueError(f"there is no sandbox {sandbox!r}; choose one of {', '.join(KINDS)}")
    trials = {"bwrap": bubblewrap.working_way, "sandlock": landlock.working_way}
    said = []
    for kind in trials if sandbox == "auto" else [sandbox]:
        try:
            trials.get(kind, str)()
            return kind
        except SandboxUnavailable as error:
            said.append(str(error))
    raise SandboxUnavailable("\n\n".join(said) + UNPROTECTED)


def make_readable(kind: str, folder: Path, writable: bool = False) -> None:
    """Let the user that a student's code runs as in this kind of sandbox read a folder, or own it."""
    if kind == "sandlock":
        landlock.open_way(folder, writable)
    elif kind == "bwrap":
        bubblewrap.make_readable(folder, writable)
