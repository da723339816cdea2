"""One session: a forked process that serves the calls of one hidden check into a student's modules."""

from __future__ import annotations

import importlib
import os
import random
import socket
import sys
from types import ModuleType

import numpy
import torch

from . import drivers
from .recipes import Recipe
from .wire import Bounds, CannotCross, receive, send

MESSAGE = 2_000  # characters of an error's message that are sent


def serve(sock: socket.socket, package: str, seed: int, bounds: Bounds) -> None:
    """Answer requests until the trusted side hangs up. `package` is the folder that holds `cs231n/`."""
    sys.path.insert(0, package)
    random.seed(seed)
    numpy.random.seed(seed)
    torch.manual_seed(seed)
    while True:
        try:
            nonce, request = receive(sock, bounds)
        except EOFError:
            return
        try:
            send(sock, nonce, _answer(request), bounds)
        except CannotCross as error:
            send(sock, nonce, _described("wrong type", "", str(error)), bounds)


class LazyPackage:
    """`cs231n`, whose modules are imported when first named, so that a broken one hurts only its users."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> object:
        module = importlib.import_module(self._name)
        try:
            found = getattr(module, attribute)
        except AttributeError:
            if not hasattr(module, "__path__"):
                raise
            found = importlib.import_module(f"{self._name}.{attribute}")
        return LazyPackage(found.__name__) if isinstance(found, ModuleType) else found


class Unfinished:
    """Finds modules whose import is known not to end, and raises an error in its place."""

    def __init__(self, modules: list[str]) -> None:
        self._modules = modules

    def find_spec(self, name: str, *_: object) -> None:
        if name in self._modules:
            raise TimeoutError(f"importing {name} does not end")


def _answer(request: dict) -> dict:
    """The result of one request, or a description of what went wrong in plain text."""
    try:
        match request["op"]:
            case "call":
                return {"ok": True, **call(request)}
            case "drive":
                driver = getattr(drivers, request["name"])
                return {"ok": True, "value": driver(LazyPackage("cs231n"), **request["kwargs"])}
            case "import":
                importlib.import_module(request["name"])
            case "refuse":
                sys.meta_path.insert(0, Unfinished(request["modules"]))
        return {"ok": True}
    except BaseException as error:
        return _failure(error)


def call(request: dict) -> dict:
    """Call a function as a request says: what it returned, left behind, and its gradients."""
    function = getattr(importlib.import_module(request["module"]), request["name"])
    args = [_build(value) for value in request["args"]]
    kwargs = {name: _build(value) for name, value in request["kwargs"].items()}
    wanted = request["grad"]
    for index in wanted:
        args[index].requires_grad_()
    values, afters = [], []
    for _ in range(request["times"]):
        value = function(*args, **kwargs)
        values.append(_detached(value))
        if request["after"]:
            afters.append([_state(arg) for arg in args])
    grads = _gradients(value, [args[index] for index in wanted])
    kwargs_after = {name: _state(arg) for name, arg in kwargs.items()} if request["after"] else {}
    return {"values": values, "afters": afters, "kwargs_after": kwargs_after, "grads": grads}


def _build(value: object) -> object:
    return value.build() if isinstance(value, Recipe) else value


def _detached(value: object, depth: int = 0) -> object:
    """The value without its graph, and as it is now: a later call may change the same memory."""
    if isinstance(value, torch.Tensor):
        return _copy(value)
    if type(value) in (list, tuple) and depth <= Bounds().depth:
        return type(value)(_detached(item, depth + 1) for item in value)
    return value.item() if isinstance(value, numpy.generic) else value


def _state(argument: object) -> object:
    """What an argument holds after a call: a copy of a tensor, a model's state dict, or the plain value."""
    if isinstance(argument, torch.nn.Module):
        return {name: _copy(tensor) for name, tensor in argument.state_dict().items()}
    if isinstance(argument, torch.Tensor):
        return _copy(argument).requires_grad_(argument.requires_grad)
    return argument


def _copy(tensor: torch.Tensor) -> torch.Tensor:
    """What a tensor holds now; one that is too large for the wire is left for the wire to refuse."""
    fits = tensor.numel() * tensor.element_size() <= Bounds().body_bytes
    return tensor.detach().clone() if fits else tensor.detach()


def _gradients(value: object, inputs: list[torch.Tensor]) -> list[torch.Tensor | None]:
    """The gradients of the sum of `value` for each input; None where no gradient flows."""
    if not inputs or not isinstance(value, torch.Tensor) or not value.requires_grad:
        return [None] * len(inputs)
    return list(torch.autograd.grad(value.sum(), inputs, allow_unused=True))


def _failure(error: BaseException) -> dict:
    kind = "not started" if type(error).__name__ == "TaskNotStarted" else "raised"
    file, line = _place(error)
    message = str(getattr(error, "task", "")) if kind == "not started" else _message(error)
    return _described(kind, type(error).__name__[:100], message[:MESSAGE], file, line)


def _described(kind: str, name: str, message: str, file: str = "", line: int = 0) -> dict:
    return {"ok": False, "kind": kind, "type": name, "message": message, "file": file, "line": line}


def _message(error: BaseException) -> str:
    try:
        return str(error.msg if isinstance(error, SyntaxError) else error)
    except BaseException:  # an exception of the student's whose own text raises
        return "(its message cannot be shown)"


def _place(error: BaseException) -> tuple[str, int]:
    """The deepest line of the student's package that the error passed through."""
    root = os.path.join(sys.path[0], "")
    places = []
    if isinstance(error, SyntaxError) and error.filename:
        places.append((error.filename, error.lineno or 0))
    traceback = error.__traceback__
    while traceback is not None:
        places.append((traceback.tb_frame.f_code.co_filename, traceback.tb_lineno))
        traceback = traceback.tb_next
    ours = [(file.removeprefix(root), line) for file, line in places if file.startswith(root)]
    if isinstance(error, SyntaxError) and ours:
        return ours[0]
    return ours[-1] if ours else ("", 0)
