"""Trying out a fork server: a class is graded without one as well, more slowly, and never without a word."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator

from instructor.sandbox.fork_server import ForkServer, NoForkServer, fork_worker
from instructor.sandbox.inside.wire import WireError
from instructor.sandbox.limits import Limits
from instructor.sandbox.worker import Worker

WITHOUT = "There is no fork server: {}. Each submission's process starts on its own, which takes longer."
ENDED = "The fork server has ended: {}. The processes of later submissions started on their own."


def try_out(server: ForkServer, limits: Limits | None = None) -> None:
    """Have it fork a worker that serves. Raises NoForkServer, and says why, when it does not."""
    limits = limits or Limits.load()
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            worker = Worker(fork_worker(server.address, theirs, {}, limits), ours, limits)
    except NoForkServer as error:
        ours.close()
        raise NoForkServer(server.complaint() or str(error)) from None
    try:
        worker.wait_until_ready()
    except (WireError, EOFError, OSError) as error:
        raise NoForkServer(worker.complaint() or str(error)) from None
    finally:
        worker.stop()


@contextlib.contextmanager
def warm(limits: Limits | None, say: Callable[[str], None]) -> Iterator[ForkServer | None]:
    """A fork server that works; None, after `say` was told why, where there is none.

    It is tried at once, and what became of it meanwhile is told at the end.
    """
    with ForkServer(limits) as server:
        try:
            try_out(server, limits)
        except NoForkServer as error:
            say(WITHOUT.format(error))
            yield None
            return
        yield server
        if server.has_ended:
            say(ENDED.format(server.complaint()))
