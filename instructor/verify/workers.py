"""Processes in which the kit's own fill-ins are tried, each with one thread and without a GPU."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from instructor.sandbox.launch import choose
from instructor.sandbox.warm import warm


class Place(NamedTuple):
    """Where what is graded is jailed: the kind of sandbox, and its fork server's address, if any."""

    sandbox: str = "auto"
    fork_server: Path | None = None


@contextlib.contextmanager
def processes(jobs: int, sandbox: str = "none") -> Iterator[tuple[ProcessPoolExecutor, Place]]:
    """A pool of `jobs` processes, and the place for their jails, whose workers one fork server forks.

    Where that cannot work each jail starts its own, and a line on the standard error says so.

    Raises SandboxUnavailable when there is no such sandbox.
    """
    with contextlib.ExitStack() as stack:
        place = Place(choose(sandbox))
        if place.sandbox == "bwrap":
            server = stack.enter_context(warm(None, lambda said: print(said, file=sys.stderr)))
            place = Place(place.sandbox, server and server.address)
        context = get_context("spawn")  # torch has started threads in this process
        pool = ProcessPoolExecutor(jobs, context, initializer=_prepare)
        stack.callback(pool.shutdown, wait=True, cancel_futures=True)
        yield pool, place


def _prepare() -> None:
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # as in the sandbox
    import torch

    from instructor.checks.marking import all_checks

    torch.set_num_threads(1)
    all_checks()
