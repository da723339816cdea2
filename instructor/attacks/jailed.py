"""Samples that need no whole submission: their functions are called in a jail as a student's would be.

`attack()` is called in one check. While what it left still runs, `found()` is asked in the jail of another
submission, and then in the next check of its own. Nothing may come of any of that.
"""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from instructor.attacks.samples import Sample
from instructor.attacks.verdict import Verdict
from instructor.core.composition import PACKAGE
from instructor.sandbox.fork_server import ForkServer, NoForkServer
from instructor.sandbox.jail import Jail, choose
from instructor.sandbox.limits import MIB, Limits
from instructor.sandbox.process_tree import tree
from instructor.sandbox.student import Student, StudentError
from instructor.sandbox.warm import try_out

LIMITS = {
    "call_seconds": 40.0,
    "patience": 100.0,
    "memory": 900 * MIB,
    "disk": 96 * MIB,
}
PROCESSOR_TIME = 14  # seconds for an attack, with what a worker needs that is launched
CALLS = """
def sim(code, name):
    scope = {"__name__": "jailed"}
    exec(code, scope)
    return repr(scope[name]() or "") if name in scope else "''"
"""
NOTHING = "''"
SETTLE = 5.0  # seconds in which what is ending may end


def run_in_jails(samples: Sequence[Sample], sandbox: str, told: Callable[[Verdict], None]) -> None:
    """Try each of these samples, one after the other; `told` hears of each as it is finished."""
    kind = choose(sandbox)
    with _fork_server(kind) as server:
        address = server.address if server else None
        with _jail(kind, address) as beside:
            for sample in samples:
                told(judge_in_jails(sample, kind, beside, address))


def judge_in_jails(sample: Sample, kind: str, beside: Jail, fork_server: Path | None = None) -> Verdict:
    """The verdict on one sample, in a jail of this kind, while `beside` is that of another submission."""
    began = time.monotonic()
    with _jail(kind, fork_server, submission_cpu_seconds=PROCESSOR_TIME) as jail:
        with Student(jail) as student, Student(beside) as other:
            _call(other, sample, "nothing")
            gained, said = _call(student, sample, "attack")
            below = tree(jail.worker.pid)
            leaked = _call(other, sample, "found")[0]
        with Student(jail) as student:
            left = _call(student, sample, "found")[0]
    running = _running(below)
    faults = [
        *([f"could do what it should not: {gained}"] if gained else []),
        *([f"is found by another submission: {leaked}"] if leaked else []),
        *([f"is found by the next check: {left}"] if left else []),
        *([f"left processes: {running}"] if running else []),
    ]
    if sample.says and sample.says not in said:
        faults.append(f"does not read {sample.says!r} but {said!r}")
    counts = {"leaked": int(bool(leaked)), "harmed": int(bool(gained)), "left": bool(left) + len(running)}
    return Verdict(sample, 0.0, **counts, faults=tuple(faults), seconds=time.monotonic() - began)


def _call(student: Student, sample: Sample, name: str) -> tuple[str, str]:
    """What a function of the sample gave, "" where that is nothing, and what the student reads instead."""
    try:
        given = student.sim(sample.code, name)
    except StudentError as error:
        return "", str(error)
    return ("" if given == NOTHING else str(given)), ""


def _running(pids: Sequence[int]) -> list[int]:
    """Those of some processes that are still there after a while."""
    deadline = time.monotonic() + SETTLE
    while (found := [pid for pid in pids if os.path.exists(f"/proc/{pid}")]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def _jail(kind: str, fork_server: Path | None, **limits: int) -> Jail:
    """A jail with the given package, whose losses are replaced by a function that runs what it gets."""
    paths = (path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)
    files = {f"cs231n/{path.relative_to(PACKAGE).as_posix()}": path.read_bytes() for path in paths}
    files["cs231n/simclr/contrastive_loss.py"] = CALLS.encode()
    return Jail(files, kind, dataclasses.replace(Limits.load(), **LIMITS, **limits), fork_server)


def _fork_server(kind: str) -> AbstractContextManager[ForkServer | None]:
    """One that works, where there is one."""
    if kind != "bwrap":
        return nullcontext()
    server = ForkServer()
    try:
        try_out(server)
    except NoForkServer:
        server.close()
        return nullcontext()
    return server
