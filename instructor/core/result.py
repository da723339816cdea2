"""What grading finds out, the only thing that reports are made from; as plain data for JSON, and back."""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass, field

PASSED, PARTIAL, WRONG, NOT_STARTED = "passed", "partial", "wrong", "not started"
NOT_RUN, NOT_GRADED = "could not run", "not graded"  # through no fault of the student; because nobody asked


@dataclass(frozen=True)
class Diagnosis:
    """A mistake of the catalogue that gives what a student's code gave. `formula` may be empty."""

    fillin: str
    misconception: str
    hint: str
    formula: str = ""


@dataclass(frozen=True)
class CheckResult:
    """One hidden check, or one check cell of a notebook. `outcome` is "passed", "failed" or "not run".

    `diagnosis` holds the mistakes that explain a failure, the likeliest first; when none does, `difference`
    is a sentence on how the answer differs from the right one.
    """

    name: str
    task: str
    aspect: str
    label: str
    outcome: str
    message: str = ""
    seconds: float = 0.0
    not_started: bool = False
    diagnosis: tuple[Diagnosis, ...] = ()
    difference: str = ""

    @property
    def passed(self) -> bool:
        return self.outcome == "passed"


@dataclass(frozen=True)
class TaskResult:
    """One task: what it earned, aspect by aspect, and why.

    `started` and the `share` that a notebook earned are kept to count its points again under others.
    """

    id: str
    title: str
    points: int
    earned: float
    status: str
    aspects: dict[str, tuple[float, int]]
    checks: tuple[CheckResult, ...] = ()
    remark: str = ""
    hint: str = ""
    bonus: bool = False
    started: bool | None = None
    share: float | None = None


@dataclass(frozen=True)
class Picture:
    """What a student's code made of a public photo, or should make of it: a JPEG in base64, and its words."""

    task: str
    caption: str
    alt: str
    jpeg: str


@dataclass
class Result:
    """One graded submission.

    `remarks` are for the student, `internal` for the instructor alone: errors of the checks themselves.
    `problem` is the reason when the submission could not be graded at all.
    """

    name: str
    seed: int
    sandbox: str
    tasks: list[TaskResult] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    internal: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    digest: str = ""
    seconds: float = 0.0
    problem: str = ""
    pictures: list[Picture] = field(default_factory=list)

    @property
    def score(self) -> float:
        """What was earned, bonus tasks left out."""
        return round(sum(task.earned for task in self.tasks if not task.bonus), 2)

    @property
    def points(self) -> int:
        """What can be earned, bonus tasks left out."""
        return sum(task.points for task in self.tasks if not task.bonus)

    @property
    def bonus(self) -> float:
        """What bonus tasks earned on top."""
        return round(sum(task.earned for task in self.tasks if task.bonus), 2)

    @property
    def total(self) -> float:
        """The grade: everything that was earned. It may be above `points`."""
        return round(self.score + self.bonus, 2)


def to_plain(value: object) -> object:
    """A dataclass, and all that is in it, as dicts, lists, strings, numbers."""
    if dataclasses.is_dataclass(value):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: to_plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(each) for each in value]
    return value


def from_plain(kind: object, data: object) -> typing.Any:
    """What `to_plain` took apart, put together as `kind`; fields that are missing keep their defaults.

    Raises TypeError or ValueError for data of another shape.
    """
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        if not isinstance(data, dict):
            raise TypeError(f"{kind.__name__} is not a {type(data).__name__}")
        hints = typing.get_type_hints(kind)
        return kind(**{name: from_plain(hints[name], each) for name, each in data.items() if name in hints})
    if origin in (types.UnionType, typing.Union):
        return data
    if origin is dict:
        return {key: from_plain(arguments[1], each) for key, each in _is(data, dict).items()}
    if origin is tuple:
        each_kind = arguments[:1] * len(data) if arguments[1:] == (...,) else arguments
        return tuple(from_plain(kind, each) for kind, each in zip(each_kind, _is(data, list), strict=True))
    if origin is list:
        return [from_plain(arguments[0], each) for each in _is(data, list)]
    if kind is float:
        return float(data)
    return _is(data, kind) if isinstance(kind, type) and kind is not object else data


def _is(data: object, kind: type) -> typing.Any:
    if not isinstance(data, kind):
        raise TypeError(f"{data!r} is no {kind.__name__}"[:200])
    return data
