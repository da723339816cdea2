"""Whether a student's modules are Python and notebooks are notebooks, found out in a process that may die.

A few bytes can cost a parser minutes or gigabytes. The process is bounded in processor time and memory by
the system, reads each file once, and needs nothing of the kit; where it ends early, the file at hand is to
blame. `python reading_process.py` is the process: it takes a line of JSON, [[name, size], …], and the files
behind it.
"""

from __future__ import annotations

import ast
import json
import resource
import subprocess
import sys
import warnings
from collections.abc import Mapping

SECONDS = 10  # of the processor for one file
MEMORY = 2 << 30  # address space
PARTS = 2_000_000  # brackets and commas of a notebook, each of which becomes an object when it is parsed
BROKEN = (
    SyntaxError,
    ValueError,
    RecursionError,
    MemoryError,
    LookupError,
)  # what parsing any text may raise
COSTLY = f"takes more than {SECONDS} s or {MEMORY >> 20:,} MiB to read"
COMMAND = [sys.executable, "-I", "-S", __file__]


def faults_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """What is wrong with each file, by its name, as the end of a sentence; "" for nothing."""
    faults: dict[str, str] = {}
    while left := {name: data for name, data in files.items() if name not in faults}:
        told = _told(left)
        faults |= told
        if len(told) < len(left):  # it died over the next one
            faults[next(name for name in left if name not in told)] = COSTLY
    return faults


def _told(files: Mapping[str, bytes]) -> dict[str, str]:
    header = json.dumps([[name, len(data)] for name, data in files.items()]).encode()
    given = b"".join([header, b"\n", *files.values()])
    ended = subprocess.run(
        COMMAND, input=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
    )
    lines = ended.stdout.decode("utf-8", "replace").splitlines()
    return {name: json.loads(line) for name, line in zip(files, lines, strict=False)}


def main() -> None:
    """Write a line for each file that comes, as soon as it is read."""
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_CORE, 0)
    warnings.simplefilter("ignore")
    for name, size in json.loads(sys.stdin.buffer.readline()):
        data = sys.stdin.buffer.read(size)
        used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        _limit(resource.RLIMIT_CPU, int(used) + SECONDS)
        fault = _module_fault(data) if name.endswith(".py") else _notebook_fault(data)
        print(json.dumps(fault), flush=True)


def _limit(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _module_fault(data: bytes) -> str:
    try:
        ast.parse(data)
    except BROKEN as error:
        line = f" (line {error.lineno})" if isinstance(error, SyntaxError) and error.lineno else ""
        return f"is not valid Python{line}"
    return ""


def _notebook_fault(data: bytes) -> str:
    if sum(map(data.count, (b"[", b"{", b","))) > PARTS:
        return "is not a valid notebook (it has too many parts)"
    try:
        notebook = json.loads(data)
    except BROKEN:
        return "is not a valid notebook (not JSON)"
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        return "is not a valid notebook (it has no cells)"
    return ""


if __name__ == "__main__":
    main()
