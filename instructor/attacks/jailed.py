"""Samples that need no whole submission: their functions are called in a jail as a student's would be.

`attack()` is called in one check. While what it left still runs, `found()` is asked in the jail of another
submission, and then in the next check of its own. Nothing may come of any of that.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable, Sequence
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
    "memory": 600 * MIB,
    "submission_cpu_seconds": 9,
    "disk": 96 * MIB,
}
CALLED = """

def sim(name):
    named = globals().get(name)
    return repr(named() or "") if named else "''"
"""
NOTHING = "''"


def run_in_jails(samples: Sequence[Sample], sandbox: str, told: Callable[[Verdict], None]) -> None:
    """Try each of these samples, one after the other; `told` hears of each as it is finished."""
    kind = choose(sandbox)
    with _fork_server(kind) as server:
        for sample in samples:
            told(judge_in_jails(sample, kind, server.address if server else None))


def judge_in_jails(sample: Sample, kind: str, fork_server: Path | None = None) -> Verdict:
    """The verdict on one sample, in a jail of this kind."""
    began, limits = time.monotonic(), dataclasses.replace(Limits.load(), **LIMITS)
    package = _package(sample)
    with Jail(package, kind, limits, fork_server) as jail, Jail(package, kind, limits, fork_server) as other:
        with Student(jail) as student, Student(other) as beside:
            beside.sim("nothing")
            gained, said = _call(student, "attack")
            leaked = _call(beside, "found")[0]
        with Student(jail) as student:
            left = _call(student, "found")[0]
        workers = [jail.worker.pid, other.worker.pid]
    running = [pid for worker in workers for pid in tree(worker)[1:]]
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


def _call(student: Student, name: str) -> tuple[str, str]:
    """What a function of the sample gave, "" where that is nothing, and what the student reads instead."""
    try:
        given = student.sim(name)
    except StudentError as error:
        return "", str(error)
    return ("" if given == NOTHING else str(given)), ""


def _package(sample: Sample) -> dict[str, bytes]:
    """The given package, with the sample in the place of the losses."""
    paths: Iterable[Path] = (path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)
    files = {f"cs231n/{path.relative_to(PACKAGE).as_posix()}": path.read_bytes() for path in paths}
    return files | {"cs231n/simclr/contrastive_loss.py": (sample.code + CALLED).encode()}


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
