"""The first process in the jail: imports the heavy libraries once, then forks a session for each check.

A notebook's kernel is forked in the same way.
"""

from __future__ import annotations

import gc
import importlib
import os
import socket
import stat
import sys
import time

from .folders import as_it_was
from .process import (
    PR_SET_CHILD_SUBREAPER,
    PR_SET_DUMPABLE,
    confine,
    descendants,
    end_descendants,
    limit,
    prctl,
)
from .seccomp import stay_in_sight
from .wire import Bounds, receive, send

SOCKETS = 4  # of a kernel
WARM = ("PIL.Image", "scipy.ndimage", "timm", "torchvision", "tqdm.auto", ".drivers", ".session")


def run(control: socket.socket, scratch: list[str], rules: dict | None, is_held: bool) -> None:
    """Import what sessions need, and serve."""
    warm_up()
    serve(control, scratch, rules, is_held)


def serve(control: socket.socket, scratch: list[str], rules: dict | None, is_held: bool = True) -> None:
    """Serve the trusted side's orders until it hangs up.

    `session` and `kernel` come with sockets and fork a process that serves them; the answer to `kernel` comes
    with a descriptor of that process, too. `end` kills it and all that it started, empties the `scratch`
    folders, and says how it ended. `rules` are the files to which it is held, where nothing else hides more;
    `is_held` is false where there is no sandbox.
    """
    prctl(PR_SET_DUMPABLE, 0)  # a session may not look into this process
    if rules:
        importlib.import_module("sandlock")
    prctl(PR_SET_CHILD_SUBREAPER, 1)  # what a session leaves behind becomes a child of this process
    bounds, pid = Bounds(), 0
    modes = {folder: stat.S_IMODE(os.stat(folder).st_mode) for folder in scratch}
    send(control, "", {"ready": True}, bounds)
    while True:
        try:
            nonce, order = receive(control, bounds)
        except EOFError:
            _end()
            return
        if order["op"] in ("session", "kernel"):
            _, descriptors, _, _ = socket.recv_fds(control, 1, SOCKETS)
            if order["op"] == "kernel":
                importlib.import_module(".kernel", __package__)
            pid = _fork(control, descriptors, order, rules, is_held)
            send(control, nonce, {"pid": pid}, bounds)
            if order["op"] == "kernel":
                watched = os.pidfd_open(pid)
                socket.send_fds(control, [b"+"], [watched])
                os.close(watched)
        else:
            status = _end(pid, order["patience"])
            for folder, mode in modes.items():
                as_it_was(folder, mode)
            if scratch:
                os.chdir(scratch[0])  # it may have been made anew
            send(control, nonce, {"exit": status}, bounds)


def warm_up() -> None:
    """Import what sessions need, with one thread and no CUDA context, neither of which outlives a fork."""
    import torch

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    for name in WARM:
        importlib.import_module(name, __package__)
    gc.collect()
    gc.freeze()


def _fork(
    control: socket.socket, descriptors: list[int], order: dict, rules: dict | None, is_held: bool
) -> int:
    require_one_thread()
    pid = os.fork()
    if pid:
        for descriptor in descriptors:
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
        if rules:
            confine(**rules)
        if is_held:
            stay_in_sight()
        if order["op"] == "kernel":
            from .kernel import serve

            serve(
                order["connection"], descriptors, order["folder"], order["environment"], order["unfinished"]
            )
        else:
            from .session import serve

            line = socket.socket(fileno=descriptors[0])
            serve(line, order["package"], order["seed"], Bounds(**order["bounds"]))
        status = 0
    finally:
        os._exit(status)


def require_one_thread(seconds: float = 5.0) -> None:
    """A fork takes one thread along, and whatever locks the others hold; an import may just have had one."""
    deadline = time.monotonic() + seconds
    while len(os.listdir("/proc/self/task")) > 1:
        if time.monotonic() > deadline:
            sys.exit("the warm process has more than one thread")
        time.sleep(0.01)


def _end(pid: int = 0, patience: float = 0.0) -> int | None:
    """Kill every descendant; return how `pid` ended by itself within `patience` seconds, if it did.

    The exit status is as `subprocess` gives it: negative for a signal.
    """
    own, patient_until = None, time.monotonic() + patience
    while pid and own is None and pid in descendants():
        ended, status = os.waitpid(pid, os.WNOHANG)
        own = os.waitstatus_to_exitcode(status) if ended else None
        if time.monotonic() >= patient_until:
            break
        time.sleep(0.002)
    if not end_descendants():
        sys.exit("processes of a session could not be ended")
    return own
