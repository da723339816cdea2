"""Asking the kit's own fill-ins what a check asked a student.

They run in this process, so only fill-ins of the kit may ever be asked; each call has a time limit. Times
are seconds of the processor, so that a busy machine changes nothing.
"""

from __future__ import annotations

import contextlib
import io
import random
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from inspect import isfunction
from types import CodeType, FunctionType

import numpy
import torch

from instructor.checks.reference import load, module_of, unload
from instructor.core.composition import Fillin
from instructor.core.tasks import code_tasks, todo_modules
from instructor.core.text import sanitize
from instructor.sandbox.inside import drivers, session
from instructor.sandbox.inside.bounds import Bounds
from instructor.sandbox.inside.values import CannotCross, decode, encode
from instructor.sandbox.student import StudentError

CALL_SECONDS = 3.0
WORDS = 60  # characters of an error's text that two failures are compared by
Choice = Mapping[str, "str | Fillin | None"]


@dataclass(frozen=True)
class Failure:
    """A call that did not return: the kind of its end, as a StudentError, and what was raised.

    Two are equal when they are of one kind and type and begin with the same words, whatever the numbers.
    """

    kind: str
    type: str = ""
    message: str = field(default="", compare=False)
    words: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        words = " ".join(re.sub(r"\d+", "#", self.message).split())
        object.__setattr__(self, "words", words[:WORDS])


Ask = Callable[..., "dict | Failure"]


class OutOfTime(Exception):  # noqa: N818
    """The time for all replays is over."""


class Replay:
    """Packages of the kit with chosen fill-ins, to be asked for at most `seconds` in all."""

    def __init__(self, seconds: float) -> None:
        self._until = time.process_time() + seconds
        self._packages: dict[frozenset, str] = {}
        self._fresh: dict[str, dict[str, dict[str, object]]] = {}
        self._codes: dict[str, dict[FunctionType, CodeType]] = {}

    def __enter__(self) -> Replay:
        return self

    def __exit__(self, *_: object) -> None:
        for package in self._packages.values():
            unload(package)

    @property
    def is_over(self) -> bool:
        """Whether the time for all replays is over."""
        return time.process_time() >= self._until

    def session(self, choice: Choice, seed: int) -> Ask:
        """A function that answers requests as a session with these fill-ins would.

        A task that `choice` does not name has its reference, one that is None there is not filled. The
        function takes a request and the seconds for it, and raises OutOfTime.
        """
        name, own = self._package(choice), _Randomness(seed)

        def ask(request: dict, seconds: float = CALL_SECONDS) -> dict | Failure:
            with own, torch.enable_grad():  # whatever an interrupted call leaves behind
                return self._answer(name, request, seconds)

        return ask

    def _package(self, choice: Choice) -> str:
        whole = {task.id: "reference" for task in code_tasks()} | dict(choice)
        key = frozenset(whole.items())
        if key not in self._packages:
            name = f"cs231n_replay_{id(self)}_{len(self._packages)}"
            load(whole, name)
            self._packages[key], self._fresh[name] = name, _names_of(name)
            functions = (each for names in self._fresh[name].values() for each in names.values())
            self._codes[name] = {each: each.__code__ for each in functions if isfunction(each)}
        name = self._packages[key]
        _restore(self._fresh[name], self._codes[name])  # a new session starts anew
        return name

    def _answer(self, package: str, request: dict, seconds: float) -> dict | Failure:
        left = self._until - time.process_time()
        if left <= 0:
            raise OutOfTime
        silence = io.StringIO()
        try:
            with (
                contextlib.redirect_stdout(silence),
                contextlib.redirect_stderr(silence),
                _within(min(left, seconds)),
            ):
                return _through_the_wire(_asked(package, _through_the_wire(request)))
        except CannotCross:
            return Failure("WrongType")
        except _TooLong:
            return Failure("TimedOut")
        except Exception as error:
            if type(error).__name__ == "TaskNotStarted":
                return Failure("NotStarted", message=error.task)
            return Failure("Raised", type(error).__name__, sanitize(str(error)))


def _names_of(package: str) -> dict[str, dict[str, object]]:
    """What the names in a package's modules stand for."""
    names = [module_of(package, path) for path in todo_modules()]
    return {name: dict(vars(sys.modules[name])) for name in names}


def _restore(fresh: Mapping[str, Mapping[str, object]], codes: Mapping[FunctionType, CodeType]) -> None:
    """Undo what a session has left behind: other names in modules, marks at their functions, other code."""
    for module, names in fresh.items():
        now = vars(sys.modules[module])
        for name in set(now) - set(names):
            del now[name]
        now.update(names)
        for value in names.values():
            if isfunction(value) and value.__module__ == module:
                value.__code__ = codes[value]
                for mark in [key for key in vars(value) if not key.startswith("__")]:
                    delattr(value, mark)


class _Randomness:
    """The random generators of one session, apart from those of this process."""

    def __init__(self, seed: int) -> None:
        before = self._states()
        random.seed(seed)
        numpy.random.seed(seed)
        torch.manual_seed(seed)
        self._own = self._states()
        self._set(before)

    def __enter__(self) -> None:
        self._before = self._states()
        self._set(self._own)

    def __exit__(self, *_: object) -> None:
        self._own = self._states()
        self._set(self._before)

    def _states(self) -> tuple:
        return random.getstate(), numpy.random.get_state(), torch.get_rng_state()

    def _set(self, states: tuple) -> None:
        random.setstate(states[0])
        numpy.random.set_state(states[1])
        torch.set_rng_state(states[2])


def failure_of(error: StudentError) -> Failure:
    """What a student's code did instead of returning, in the words of a replay."""
    return Failure(type(error).__name__, getattr(error, "type_name", ""), getattr(error, "message", ""))


def _asked(package: str, request: dict) -> dict:
    if request["op"] == "drive":
        driver, kwargs = getattr(drivers, request["name"]), request["kwargs"]
        if driver is drivers.take_away:  # a fill-in hides no function, and this process has many objects
            losses = sys.modules[f"{package}.simclr.contrastive_loss"]
            kwargs = kwargs | {"among": list(vars(losses).values())}
        return {"value": driver(sys.modules[package], **kwargs)}
    module = package + request["module"].removeprefix("cs231n")
    return session.call(request | {"module": module})


def _through_the_wire(value: dict) -> dict:
    """A copy that shares nothing with the original, and holds only what the wire carries."""
    bounds = Bounds()
    tree, tensors = encode(value, bounds)
    return decode(tree, tensors, bounds)


class _TooLong(BaseException):
    pass


@contextlib.contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Raise _TooLong after some seconds; only the main thread can be interrupted."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
