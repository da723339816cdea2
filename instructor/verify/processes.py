"""Processes in which the kit's own fill-ins are tried, each with one thread and without a GPU."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from instructor.sandbox.fork_server import NoNursery, Nursery, use
from instructor.sandbox.jail import choose


@contextlib.contextmanager
def processes(jobs: int, sandbox: str = "none") -> Iterator[ProcessPoolExecutor]:
    """A pool of `jobs` processes; jails in them take their workers from one fork server, where it works.

    Raises SandboxUnavailable when there is no such sandbox.
    """
    with contextlib.ExitStack() as stack:
        address = None
        if choose(sandbox) == "bwrap":
            with contextlib.suppress(NoNursery):  # then each jail starts its own worker
                address = stack.enter_context(Nursery()).address
        context = get_context("spawn")  # torch has started threads in this process
        pool = ProcessPoolExecutor(jobs, context, initializer=_prepare, initargs=(address,))
        stack.callback(pool.shutdown, wait=True, cancel_futures=True)
        yield pool


def _prepare(address: Path | None) -> None:
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # as in the sandbox
    import torch

    from instructor.checks.marking import all_checks

    torch.set_num_threads(1)
    all_checks()
    use(address)
