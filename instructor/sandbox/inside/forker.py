"""The process that the workers of a class are forked from: what all of them import is imported once.

It runs in a jail of bubblewrap that holds the system, Python and the public data, and nothing of anybody's.
For each submission it forks a process that takes namespaces of its own, writes the submission's files into
a folder of its own, gives up every right, makes sure of that, and only then becomes a worker.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import sys
from collections.abc import Collection, Mapping, Sequence

import timm
import torch

from .folders import parted, write_files
from .namespaces import (
    LIBC,
    PACKAGE,
    PRIVATE,
    SHARED_MEMORY,
    give_up_rights,
    mount_private_folders,
    protect_package,
    protect_processes,
    require_no_rights,
    take_namespaces,
)
from .process import PR_SET_DUMPABLE, PR_SET_PDEATHSIG, be_first_to_go, limit, prctl
from .seccomp import deny
from .wire import Bounds, receive
from .zygote import require_one_thread, serve, warm_up

NETWORK, SHAPES = "tf_efficientnet_lite0", ((1, 224), (2, 224), (1, 112))  # with random weights
PASSED = 3  # descriptors: of the wire, of the leash, for complaints
SECONDS = 30.0  # in which an order arrives whole


def run(listening: socket.socket, kept: Sequence[str]) -> None:
    """Fork a supervisor for each connection, and answer with a descriptor of it; it forks a worker.

    On the connection come three descriptors, for which the supervisor waits before it does anything, then an
    order that names the worker's `limits`, its `user`, the sizes of its private folders, whether it may use a
    `gpu`, and its files: a `table` of names and sizes, and their `content`. This process reads none of it:
    what it has held in memory, all later workers could find in theirs. `kept` are entries of private folders
    in which Python lies: they are in each worker's own too, read-only as here.
    """
    warm_up()
    importlib.import_module(".kernel", __package__)
    _meet_the_network()
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who ends is not waited for
    while True:
        line, _ = listening.accept()
        require_one_thread()
        if not (pid := os.fork()):
            listening.close()
            _be_supervisor(line, kept)
        with line, contextlib.suppress(OSError):
            watched = os.pidfd_open(pid)
            socket.send_fds(line, [b"+"], [watched])
            os.close(watched)


def _meet_the_network() -> None:
    """Run a network of the notebooks' shapes: what is prepared for a shape is there in each fork."""
    if os.environ.get("CUDA_VISIBLE_DEVICES"):
        return  # where a GPU is in reach, a backward pass starts threads
    model = timm.create_model(NETWORK).eval().requires_grad_(False)
    for n, side in SHAPES:
        model(torch.zeros(n, 3, side, side, requires_grad=True)).sum().backward()
    if hasattr(LIBC, "malloc_trim"):  # of glibc: what is freed here is not to be taken over by each fork
        LIBC.malloc_trim(0)


def _be_supervisor(line: socket.socket, kept: Sequence[str]) -> None:
    """Take namespaces, fork the worker into them, and stay until the leash is let go; then all of it ends.

    The trusted side knows the worker by this process, whose number is not given to another meanwhile.
    """
    try:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        line.settimeout(SECONDS)
        _, (wire, leash, complaints), _, _ = socket.recv_fds(line, 1, PASSED)
        null = os.open(os.devnull, os.O_RDWR)
        for stream, descriptor in enumerate((null, null, complaints)):
            os.dup2(descriptor, stream)
        _close_all_but((0, 1, 2, line.fileno(), wire, leash))
        take_namespaces()
        prctl(PR_SET_DUMPABLE, 1)  # so that an ordinary user's trusted side can count the files
        if not (worker := os.fork()):
            os.close(leash)
            _be_worker(line, wire, kept)
        line.close()
        os.close(wire)
        _wait_for_the_end_of(leash)
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)
    except BaseException as error:
        _complain(error)
    finally:
        os._exit(0)


def _be_worker(line: socket.socket, wire: int, kept: Sequence[str]) -> None:
    """The first process of the new namespaces: make what it can see, give up its rights, serve."""
    try:
        _, order = receive(line, Bounds())
        line.close()
        mount_private_folders(order["disk"], order["shared_memory"], kept)
        be_first_to_go()
        protect_processes()
        _write_package(parted(order["table"], order["content"].numpy().tobytes()))
        os.chdir(PRIVATE)
        give_up_rights(order["user"])
        require_no_rights()
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # with the supervisor; whoever becomes another user loses it
        prctl(PR_SET_DUMPABLE, 1)
        limit(order["limits"])
        deny(order["gpu"])
        del order
        serve(socket.socket(fileno=wire), [PRIVATE, SHARED_MEMORY], None)
    except BaseException as error:
        _complain(error)
    finally:
        os._exit(0)


def _write_package(files: Mapping[str, bytes]) -> None:
    """Lay the submission's files down, for everybody to read and nobody to change."""
    os.umask(0o022)
    write_files(PACKAGE, files)
    protect_package()


def _wait_for_the_end_of(leash: int) -> None:
    poll = select.poll()
    poll.register(leash, select.POLLIN)
    poll.poll()


def _close_all_but(kept: Collection[int]) -> None:
    for name in os.listdir("/proc/self/fd"):
        if int(name) not in kept:
            try:
                os.close(int(name))
            except OSError:
                continue  # the one that listed them


def _complain(error: BaseException) -> None:
    print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
