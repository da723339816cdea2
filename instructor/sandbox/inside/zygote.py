"""The first process in the jail: imports the heavy libraries once, then forks a session for each check."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import secrets
import signal
import socket
import sys
import time

from .process import PR_SET_CHILD_SUBREAPER, PR_SET_DUMPABLE, limit, prctl
from .wire import Bounds, receive, send

WARM = ("PIL.Image", "scipy.ndimage", "timm", "torchvision", "tqdm.auto", ".drivers", ".session")


def run(control: socket.socket, scratch: list[str]) -> None:
    """Serve the trusted side's orders until it hangs up.

    `session` comes with a socket and forks a process that serves it; `end` kills that process and all that it
    started, empties the `scratch` folders, and says how the process ended.
    """
    _warm_up()
    prctl(PR_SET_CHILD_SUBREAPER, 1)  # what a session leaves behind becomes a child of this process
    bounds, pid = Bounds(), 0
    send(control, "", {"ready": True}, bounds)
    while True:
        try:
            nonce, order = receive(control, bounds)
        except EOFError:
            _end()
            return
        if order["op"] == "session":
            _, descriptors, _, _ = socket.recv_fds(control, 1, 1)
            pid = _fork(control, descriptors[0], order)
            send(control, nonce, {"pid": pid}, bounds)
        else:
            status = _end(pid, order["patience"])
            for folder in scratch:
                _empty(folder)
            send(control, nonce, {"exit": status}, bounds)


def _warm_up() -> None:
    """Import what sessions need, with one thread and no CUDA context, neither of which outlives a fork."""
    import torch

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    for name in WARM:
        importlib.import_module(name, __package__)
    prctl(PR_SET_DUMPABLE, 0)  # a session may not look into this process
    gc.collect()
    gc.freeze()


def _fork(control: socket.socket, descriptor: int, order: dict) -> int:
    pid = os.fork()
    if pid:
        os.close(descriptor)
        return pid
    status = 1
    try:
        control.close()
        os.setsid()
        prctl(PR_SET_DUMPABLE, 1)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):  # what a student prints never counts
            os.dup2(null, stream)
        os.close(null)
        limit({"RLIMIT_CPU": order["cpu_seconds"]})
        from .session import serve

        serve(socket.socket(fileno=descriptor), order["package"], order["seed"], Bounds(**order["bounds"]))
        status = 0
    finally:
        os._exit(status)


def _end(pid: int = 0, patience: float = 0.0) -> int | None:
    """Kill every descendant; return how `pid` ended by itself within `patience` seconds, if it did.

    The exit status is as `subprocess` gives it: negative for a signal.
    """
    own, patient_until = None, time.monotonic() + patience
    while pid and own is None and pid in _descendants():
        ended, status = os.waitpid(pid, os.WNOHANG)
        own = os.waitstatus_to_exitcode(status) if ended else None
        if time.monotonic() >= patient_until:
            break
        time.sleep(0.002)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        for descendant in _descendants():
            with contextlib.suppress(ProcessLookupError):
                os.kill(descendant, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return own
        time.sleep(0.002)
    sys.exit("processes of a session could not be ended")


def _empty(folder: str) -> None:
    """Delete what a session left in a folder of its own, however deep, but for what is mounted there."""
    device, doomed = os.stat(folder).st_dev, [folder]
    for inner in doomed:  # grows on the way
        for entry in list(os.scandir(inner)):
            with contextlib.suppress(OSError):
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                elif entry.stat(follow_symlinks=False).st_dev == device:
                    os.chmod(entry.path, 0o700)
                    raised = f"{folder}/{secrets.token_hex(8)}"  # a path that stays short
                    os.rename(entry.path, raised)
                    doomed.append(raised)
    for inner in doomed[1:]:
        with contextlib.suppress(OSError):
            os.rmdir(inner)


def _descendants() -> set[int]:
    """The processes below this one. Only these are ever signalled, whatever the process space holds."""
    parents: dict[int, int] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    fields = file.read().rpartition(b")")[2].split()
                parents[int(name)] = int(fields[1])
            except (OSError, IndexError, ValueError):
                continue
    found = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {os.getpid()}
