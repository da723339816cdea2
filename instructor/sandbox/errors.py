"""What a student's code does instead of returning: sentences for the student, and imports that do not end."""

from __future__ import annotations

import signal
from collections.abc import Collection

from instructor.core.text import sanitize
from instructor.sandbox.limits import Limits


class StudentError(Exception):
    """Something that a student's code did instead of returning; the text is a sentence for the student."""


class NotStarted(StudentError):  # noqa: N818
    """The block of `task` is still as it was given."""

    def __init__(self, task: str) -> None:
        self.task = task
        super().__init__(f"{task} is not started yet")


class Raised(StudentError):  # noqa: N818
    """The code raised; `file` and `line` are the deepest place in the student's package, or "" and 0."""

    def __init__(self, type_name: str, message: str, line: int = 0, file: str = "") -> None:
        self.type_name, self.message, self.line, self.file = type_name, message, line, file
        said = f": {message}" if message else ""
        place = f" ({file}, line {line})" if file else ""
        super().__init__(f"your code raised {type_name}{said}{place}")


class TimedOut(StudentError):  # noqa: N818
    """A call, the name of a function or driver, was late; `whole`: for the time of the whole submission."""

    def __init__(self, seconds: float, whole: bool = False, call: str = "") -> None:
        self.seconds, self.whole = seconds, whole
        late = f"your code did not return within {seconds:.0f} s"
        super().__init__(("the time for the whole submission was over" if whole else late) + _in(call))


class Died(StudentError):  # noqa: N818
    """The process ended during a call; `reason` says how."""

    def __init__(self, reason: str, call: str = "") -> None:
        self.reason = reason
        super().__init__(reason + _in(call))


class WrongType(StudentError):  # noqa: N818
    """The code returned something that is neither a tensor nor plain data."""

    def __init__(self, what: str) -> None:
        super().__init__(f"your code returned {what}")


def error_in(answer: dict, tasks: Collection[str], limits: Limits) -> StudentError:
    """The error that a session's answer describes, whatever the answer holds; `tasks` are ids of tasks."""
    keys = ("kind", "type", "message", "file")
    kind, type_name, message, file = (
        sanitize(answer[key]) if isinstance(answer.get(key), str) else "" for key in keys
    )
    line = answer["line"] if type(answer.get("line")) is int else 0
    if kind == "not started":
        return NotStarted(message if message in tasks else "a task")
    if kind == "wrong type":
        return WrongType(message)
    return Raised(type_name, message + limits.named_in(message), line, file)


def how_it_ended(status: int | None, cpu_seconds: int) -> str:
    """Why a process is gone, as its exit status tells it; `cpu_seconds` is its limit of processor time."""
    if status is None:
        return "its process closed the connection or was killed"
    if status >= 0:
        return f"it ended its own process (exit status {status}) instead of returning"
    if -status == signal.SIGXCPU:
        return f"it used more than {cpu_seconds:,} s of processor time"
    if -status == signal.SIGKILL:
        return f"its process was killed, at {cpu_seconds:,} s of processor time or for want of memory"
    known = -status in signal.valid_signals()
    return f"its process crashed ({signal.Signals(-status).name if known else -status})"


class JailBroken(RuntimeError):  # noqa: N818
    """The worker cannot be started or asked, through no fault of a student's."""


class Starved(JailBroken):
    """The machine was too busy: after `wall` seconds only `used` of the time allowed could be used."""

    def __init__(self, used: float, wall: float) -> None:
        self.used, self.wall = used, wall
        super().__init__(
            f"this machine was too busy: of {wall:.0f} s that were waited, the code could use {used:.0f} s"
        )


class Imports:
    """Which modules of a jail's packages do not end when they are imported, so that none is waited for again.

    Packages are told apart by their folders.
    """

    def __init__(self) -> None:
        self._suspected: set[str] = set()
        self._endless: dict[str, list[str]] = {}

    def suspect(self, folder: str = "") -> None:
        """Something was late, and an import may be why."""
        self._suspected.add(folder)

    def are_to_be_tried(self, folder: str = "") -> bool:
        """Whether the imports of a suspected package are to be tried out; yes only the first time."""
        if folder not in self._suspected or folder in self._endless:
            return False
        self._endless[folder] = []
        return True

    def note_endless(self, module: str, folder: str = "") -> None:
        """The import of a module was not over in its time."""
        self._endless.setdefault(folder, []).append(module)

    def endless(self, folder: str = "") -> list[str]:
        """The modules that have been found so far."""
        return self._endless.get(folder, [])


def _in(call: str) -> str:
    return f" (in {call})" if call else ""
