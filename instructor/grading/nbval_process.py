"""Running nbval over one notebook in a process of its own, on a kernel in the submission's jail."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import secrets
import select
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from instructor.core.tasks import ROOT
from instructor.sandbox.charge import Stopwatch
from instructor.sandbox.jail import Jail
from instructor.sandbox.private import PrivateFolder
from instructor.sandbox.process_tree import kill_tree

INLINE = "module://matplotlib_inline.backend_inline"
CHANNELS = ("shell_port", "iopub_port", "stdin_port", "control_port")
CONNECTION = "connection.json"
# Without this module jsonschema looks at no international address, and takes no second to read their grammar.
NBVAL = """\
import json, sys
sys.modules["rfc3987_syntax"] = None
from instructor.grading.nbval_run import main
main(json.loads(sys.argv[1]))"""
SLOW = 3  # times longer that notebooks may take when they run in full


def run_nbval(notebook: Path, jail: Jail, quick: bool) -> Iterator[dict]:
    """What the nbval process tells of each cell, until it ends or its time is over.

    A dict with "cell" is as `nbval_run.Cells` makes it, one with "reason" says why the kernel ended before
    its time, one with "starved" that the machine was too busy for a cell, and the last, with "failure", what
    nbval itself said last. Raises JailBroken without a kernel, or when the machine is too busy for all of it.
    """
    limits, seconds = jail.limits, jail.limits.notebook_seconds * (1 if quick else SLOW)
    # A short path: the name of a Unix socket has at most 107 characters.
    with PrivateFolder("notebook", "/tmp") as private:
        folder = str(private)
        shutil.copy(notebook, private)
        kernel = _start_kernel(jail, private, quick, int(seconds) + 60)
        reading, writing = os.pipe()
        request = {
            "connection": str(private / CONNECTION),
            "kernel": kernel,
            "folder": folder,
            "notebook": str(private / notebook.name),
            "answer": writing,
            "worker": jail.worker.pid,
            "limits": {**dataclasses.asdict(limits), "wire": None},
        }
        command = [sys.executable, "-c", NBVAL, json.dumps(request)]
        log = private / "log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                pass_fds=(writing, kernel),
                cwd=ROOT,
                env=_environment(),
            )
        os.close(writing)
        os.close(kernel)
        try:
            for answer in _lines(reading, jail.stopwatch(seconds)):
                if "reason" in answer:
                    answer["reason"] = jail.reason or answer["reason"]
                    jail.end_session()  # what is to be said of the kernel has been said
                yield answer
        except TimeoutError:
            yield {"reason": f"it did not finish within {seconds:.0f} s"}
        finally:
            os.close(reading)
            jail.end_session()
            kill_tree(process.pid)
            process.wait()
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        yield {"failure": lines[-1] if lines else "nbval did not start"}


def _start_kernel(jail: Jail, folder: Path, quick: bool, cpu_seconds: int) -> int:
    """Fork a kernel in the jail, on sockets in `folder`; return a descriptor that is ready when it ends."""
    connection = {"transport": "ipc", "ip": str(folder / "k"), "key": secrets.token_hex(16), "hb_port": 0}
    connection |= {channel: number for number, channel in enumerate(CHANNELS, 1)}
    connection |= {"signature_scheme": "hmac-sha256", "kernel_name": ""}
    (folder / CONNECTION).write_text(json.dumps(connection), encoding="utf-8")
    environment = {"MPLBACKEND": INLINE, **({"CS231N_QUICK": "1"} if quick else {})}
    with contextlib.ExitStack() as stack:
        listening = []
        for channel in CHANNELS:
            each = stack.enter_context(socket.socket(socket.AF_UNIX))
            each.bind(f"{connection['ip']}-{connection[channel]}")
            each.listen()
            each.setblocking(False)
            listening.append(each)
        return jail.kernel(connection, listening, environment, cpu_seconds)


def _lines(descriptor: int, stopwatch: Stopwatch) -> Iterator[dict]:
    rest = b""
    while True:
        while not select.select([descriptor], [], [], left := stopwatch.left())[0]:
            if not left:
                raise TimeoutError
        if not (chunk := os.read(descriptor, 1 << 16)):
            return
        *lines, rest = (rest + chunk).split(b"\n")
        yield from map(json.loads, lines)


def _environment() -> dict[str, str]:
    """The grader's environment without what would change pytest or Jupyter."""
    dropped = ("PYTEST_", "JUPYTER", "IPYTHON", "JPY_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
