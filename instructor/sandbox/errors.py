"""What a student's code does instead of returning, each as a sentence for the student."""

from __future__ import annotations


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


def _in(call: str) -> str:
    return f" (in {call})" if call else ""
