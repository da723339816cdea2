"""What a hidden check holds of a student: functions to call, in a process of the student's own."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from instructor.core.tasks import code_tasks
from instructor.sandbox.errors import (
    Died,
    NotStarted,
    Raised,
    Starved,
    StudentError,
    TimedOut,
    WrongType,
    error_in,
    how_it_ended,
)
from instructor.sandbox.inside.wire import CannotCross, WireError, receive, send
from instructor.sandbox.jail import Jail

__all__ = ["Died", "NotStarted", "Outcome", "Raised", "Student", "StudentError", "TimedOut", "WrongType"]


@dataclass
class Outcome:
    """What one `call` gave.

    `value` is detached. An argument after the call is the tensor or plain value that it holds then; for a
    Recipe it is the state dict of the model. `grads` maps an argument's position to the gradient of the sum
    of the last value, None where no gradient flows. With times=k, `values` and `args_each` have one entry
    for each call.
    """

    value: object
    values: list = field(default_factory=list)
    args_after: list = field(default_factory=list)
    args_each: list = field(default_factory=list)
    kwargs_after: dict = field(default_factory=dict)
    grads: dict = field(default_factory=dict)


class Student:
    """One session with a student's package: `student.sim(a, b)`, `student.call(…)`, `student.drive(…)`.

    Every method raises a StudentError when the student's code does not answer as a function would; after
    TimedOut and Died the next call starts a new process. Where nothing can be said of the code it raises
    JailBroken; Starved is one, of a machine that is too busy. Close it, or use it in `with`, to end its
    process.
    `folder` names one of several packages of the kit's own in the jail, `seed` the session's random numbers.
    `record` is called with each request and its answer, or the StudentError in its place.
    """

    def __init__(
        self,
        jail: Jail,
        folder: str = "",
        seed: int = 0,
        record: Callable[[dict, dict | StudentError], None] = lambda request, answer: None,
    ) -> None:
        self._jail, self._folder, self._seed, self._record = jail, folder, seed, record
        self._wire = None
        self._modules = _modules()

    def __enter__(self) -> Student:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getattr__(self, task: str):
        if task.startswith("_") or task not in self._modules:
            raise AttributeError(f"{task!r} is not the id of a task")

        def function(*args, **kwargs):
            return self._call(task, args, kwargs, after=False).value

        return function

    def call(
        self,
        task: str,
        *args,
        grad=(),
        times: int = 1,
        timeout: float | None = None,
        after: bool = True,
        **kwargs,
    ) -> Outcome:
        """Call the function `task` and return what it gave and what it left behind.

        `grad` names the positional arguments whose gradients are wanted, `times` how often to call with the
        very same objects, `timeout` the seconds for all of it. Without `after`, what it left behind does not
        cross: of a large model that is most of the time.
        """
        return self._call(task, args, kwargs, tuple(grad), times, timeout, after)

    def drive(self, driver: str, timeout: float | None = None, **kwargs) -> object:
        """Run a given driver beside the student's modules, for what cannot cross as data."""
        answer = self._ask({"op": "drive", "name": driver, "kwargs": kwargs}, timeout)
        return answer.get("value")

    def close(self) -> None:
        """End the session's process and all that it started."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None
            self._jail.end_session()

    def _call(self, task, args, kwargs, grad=(), times=1, timeout=None, after=True) -> Outcome:
        request = {"op": "call", "module": self._modules[task], "name": task, "args": args, "kwargs": kwargs}
        answer = self._ask(request | {"grad": grad, "times": times, "after": after}, timeout)
        values, afters, grads = (answer.get(key) for key in ("values", "afters", "grads"))
        kwargs_after = answer.get("kwargs_after")
        if (
            not all(type(part) is list for part in (values, afters, grads))
            or not isinstance(kwargs_after, dict)
            or (len(values), len(grads)) != (times, len(grad))
            or (after and [len(each) if type(each) is list else -1 for each in afters] != [len(args)] * times)
        ):
            self.close()
            raise Died("its process sent an answer that is malformed", task)
        last = afters[-1] if after else []
        return Outcome(values[-1], values, last, afters, kwargs_after, dict(zip(grad, grads, strict=True)))

    def _ask(self, request: dict, timeout: float | None) -> dict:
        """Send a request and return its answer, or raise what the answer or its absence says."""
        try:
            answer = self._exchange(request, timeout)
        except StudentError as error:
            self._record(request, error)
            raise
        self._record(request, answer)
        return answer

    def _exchange(self, request: dict, timeout: float | None) -> dict:
        bounds, nonce, call = self._jail.limits.wire, secrets.token_hex(16), request["name"]
        seconds = self._jail.limits.call_seconds if timeout is None else timeout
        if self._jail.remaining() <= 0:
            raise TimedOut(0, whole=True, call=call)
        if self._wire is None:
            self._open()
        left = self._jail.remaining()
        stopwatch = self._jail.stopwatch(min(seconds, left))
        try:
            send(self._wire, nonce, request, bounds, stopwatch.left)
            echoed, answer = receive(self._wire, bounds, stopwatch.left)
        except CannotCross as error:
            raise TypeError(f"an argument cannot cross to the student: {error}") from None
        except TimeoutError:
            self.close()
            self._jail.imports.suspect(self._folder)
            raise TimedOut(seconds, left < seconds, call) from None
        except Starved:
            self.close()
            raise
        except WireError as error:
            self.close()
            raise Died(f"its process sent an answer that is malformed: {error}", call) from None
        except (EOFError, OSError):
            raise Died(self._obituary(), call) from None
        finally:
            self._jail.charge(stopwatch.charged())
        if echoed != nonce or not isinstance(answer, dict):
            self.close()
            raise Died("its process answered out of turn", call)
        if answer.get("ok") is not True:
            raise error_in(answer, self._modules, self._jail.limits)
        return answer

    def _open(self) -> None:
        """Start a session; one in which no import is waited for that has once not ended."""
        if self._jail.imports.are_to_be_tried(self._folder):
            self._try_imports()
        self._wire = self._jail.session(self._folder, self._seed)
        if modules := self._jail.imports.endless(self._folder):
            self._exchange({"op": "refuse", "name": "refuse", "modules": modules}, None)

    def _try_imports(self) -> None:
        """Once something was late, find the modules whose import does not end: each check would wait."""
        for module in sorted(set(self._modules.values())):
            try:
                self._exchange({"op": "import", "name": module}, None)
            except TimedOut as late:
                if not late.whole:  # else nothing is known of the module, and a notebook may still need it
                    self._jail.imports.note_endless(module, self._folder)
            except StudentError:
                continue
        self.close()

    def _obituary(self) -> str:
        """Why the process is gone."""
        self._wire.close()
        self._wire = None
        status = self._jail.end_session(patience=1.0)
        return self._jail.reason or how_it_ended(status, self._jail.limits.check_cpu_seconds)


@cache
def _modules() -> dict[str, str]:
    return {task.id: task.module.removesuffix(".py").replace("/", ".") for task in code_tasks()}
