"""nbval over one notebook, whose kernel is in a jail: what `nbval_process` runs.

A process of the trusted side, apart from the grader so that its memory and time can be bounded. The request
is a dict; a line of JSON on each cell is written to the descriptor it names. Outputs of the kernel are text
from a student: they are compared and passed on, never run or rendered.
"""

from __future__ import annotations

import functools
import json
import math
import os
import resource
import select
import signal
from collections.abc import Callable
from queue import Empty

import nbval.kernel
import nbval.plugin
import pytest
from jupyter_client.manager import KernelManager
from jupyter_core.utils import run_sync

from instructor.sandbox.charge import Account, Stopwatch
from instructor.sandbox.errors import Starved
from instructor.sandbox.inside.process import PR_SET_PDEATHSIG, prctl
from instructor.sandbox.limits import MIB, Limits

MEMORY = 4 << 30  # address space of this process, which holds what the kernel sends
LOG = 64 << 20  # bytes of its log
SLICE = 0.5  # seconds between two looks at a silent kernel
TEXT = 4_000  # characters of a cell's output that are kept
DIFFER = "Cell outputs differ"  # what nbval calls a check cell that ran and printed something else
ARGUMENTS = ["-q", "-p", "nbval.plugin", "-p", "no:cacheprovider", "-p", "no:junitxml"]
ARGUMENTS += ["-p", "no:faulthandler", "-c", "/dev/null", "--noconftest", "--capture=no", "-W", "ignore"]


class KernelInJail(KernelManager):
    """A kernel that the grader has started: it is talked to and looked at, but not started or ended."""

    def __init__(self, request: dict, tell: Callable[[dict], None], **kwargs) -> None:
        super().__init__(**kwargs)
        self.kernel_spec.interrupt_mode = "message"  # no signal reaches into the jail
        self._tell, self._ended = tell, False
        self._poll = select.poll()
        self._poll.register(request["kernel"], select.POLLIN)
        self.load_connection_file(request["connection"])

    def start_kernel(self, **kwargs) -> None:
        """It runs already."""
        self._connect_control_socket()

    async def _async_is_alive(self) -> bool:
        return not self._ended and not self._poll.poll(0)

    is_alive = run_sync(_async_is_alive)

    def interrupt_kernel(self) -> None:
        """Ask the kernel to stop what it is doing."""
        self.session.send(self._control_socket, self.session.msg("interrupt_request", content={}))

    def shutdown_kernel(self, now: bool = False, restart: bool = False) -> None:
        """The grader ends it."""
        self._ended = True
        self._close_control_socket()

    def starve(self, said: str) -> None:
        """Tell the grader that the machine is too busy for the kernel."""
        self._ended = True
        self._tell({"starved": said})

    def end(self, reason: str) -> None:
        """Tell the grader why the kernel ended, or is to end, if nothing was told before."""
        if not self._ended:
            self._ended = True
            self._tell({"reason": reason})


class Cells:
    """The pytest plugin that tells what became of each cell."""

    def __init__(self, tell: Callable[[dict], None]) -> None:
        self._tell = tell

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo):
        report = yield
        error = call.excinfo.value if call.excinfo else None
        if call.when == "setup" and error is not None:
            self._tell({"failure": str(error)[:TEXT]})
        if call.when == "call":
            outputs, said = item.test_outputs or [], str(error)[:TEXT] if error is not None else ""
            cell = {"cell": item.cell_num, "passed": error is None, "ran": said in ("", DIFFER)}
            cell |= {
                "error": _raised(outputs) or said,
                "printed": _printed(outputs),
                "seconds": call.duration,
            }
            self._tell(cell)
        return report


def main(request: dict) -> None:
    """Run the notebook and write the verdicts."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # with the grader
    limits = Limits(**request["limits"])
    for kind, value in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, LOG)):
        resource.setrlimit(kind, (value, resource.getrlimit(kind)[1]))
    answers = os.fdopen(request["answer"], "w", encoding="utf-8", buffering=1)

    def tell(answer: dict) -> None:
        print(json.dumps(answer), file=answers)

    nbval.kernel.KernelManager = functools.partial(KernelInJail, request, tell)
    _pass_over_cards()
    _listen_with_care(limits.output, Account(request["worker"]), limits.patience)
    options = ["--nbval", "--nbval-current-env", f"--nbval-cell-timeout={limits.cell_seconds}"]
    options += [f"--nbval-kernel-startup-timeout={limits.start_seconds * limits.patience}"]
    options += [f"--rootdir={request['folder']}"]
    pytest.main([*ARGUMENTS, *options, request["notebook"]], plugins=[Cells(tell)])


def _pass_over_cards() -> None:
    """Have nbval compare what a check cell prints, and not the card that it shows beside that."""
    original = nbval.plugin.IPyNbFile.__init__

    @functools.wraps(original)
    def without_cards(self, *arguments, **options):
        original(self, *arguments, **options)
        self.skip_compare += ("text/html",)

    nbval.plugin.IPyNbFile.__init__ = without_cards


def _listen_with_care(limit: int, account: Account, patience: float) -> None:
    """Make nbval stop listening to a kernel that has sent more than `limit` bytes, or that is gone.

    What nbval waits for is charged as a call is: `account` knows when the kernel has no core to run on.
    """
    original, seen = nbval.kernel.RunningKernel.get_message, 0

    @functools.wraps(original)
    def get_message(self, stream, timeout=None):
        nonlocal seen
        stopwatch = Stopwatch(math.inf if timeout is None else timeout, account, patience)
        while True:
            try:
                left = stopwatch.left()
                message = original(self, stream, min(SLICE, left))
                break
            except Starved as starved:
                self.km.starve(str(starved))
                raise Empty from None
            except Empty:
                account.look()
                if not self.is_alive():
                    self.km.end("it ended the kernel's process")
                    raise
                if not left:
                    raise
        seen += _size(message)
        if seen > limit:
            self.km.end(f"it printed more than {limit // MIB} MiB")
        return message

    nbval.kernel.RunningKernel.get_message = get_message


def _size(message: dict) -> int:
    """About how many bytes a message is."""
    parts = [message.get(part) for part in ("header", "parent_header", "metadata", "content")]
    return len(str(parts)) + sum(memoryview(buffer).nbytes for buffer in message.get("buffers", ()))


def _raised(outputs: list) -> str:
    """The error that a cell ended with, in one line."""
    errors = [output for output in outputs if output.get("output_type") == "error"]
    return f"{errors[-1].get('ename')}: {errors[-1].get('evalue')}"[:TEXT] if errors else ""


def _printed(outputs: list) -> str:
    """What a cell printed to its standard output and error streams."""
    return "".join(output.get("text", "") for output in outputs if output.get("output_type") == "stream")[
        :TEXT
    ]
