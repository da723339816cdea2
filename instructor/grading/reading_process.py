"""What is to be known of a student's modules and notebooks, found out in a process that may die.

A few bytes can cost a parser minutes or gigabytes. The process is bounded in processor time and memory by
the system, and reads each file once; where it ends early, the file at hand is to blame. Nobody else on the
trusted side parses what a student wrote. The process takes a line of JSON, [[name, size], …], and the files
behind it, and writes a line of JSON, a `Reading`, for each.
"""

from __future__ import annotations

import ast
import json
import resource
import subprocess
import sys
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from cs231n.blocks import Module
from instructor.core.composition import MarkerError, block_of, is_filled
from instructor.core.tasks import ROOT, code_tasks
from instructor.core.text import sanitize

SECONDS = 10  # of the processor for one file
MEMORY = 2 << 30  # address space
PARTS = 2_000_000  # brackets and commas of a notebook, each of which becomes an object when it is parsed
CELLS = 10_000  # of a notebook
BROKEN = (
    SyntaxError,
    ValueError,
    RecursionError,
    MemoryError,
    LookupError,
)  # what parsing any text may raise
COSTLY = f"takes more than {SECONDS} s or {MEMORY >> 20:,} MiB to read"
PROGRAM = f"import sys; sys.path.insert(0, sys.argv[1]); from {__name__} import main; main()"
COMMAND = [sys.executable, "-I", "-S", "-c", PROGRAM, str(ROOT)]


@dataclass(frozen=True)
class Reading:
    """What is known of a file.

    - fault: what is wrong with it, as the end of a sentence; "" for nothing.
    - cells: those of a notebook, with what tells an answer: cell_type, id, source as one text, and tags and
      id of the metadata.
    - started: whether the block of each task of a module was touched; None where that cannot be told.
    - markers: a sentence for each block of a module whose markers are not as they were given.
    """

    fault: str
    cells: list[dict] = field(default_factory=list)
    started: dict[str, bool | None] = field(default_factory=dict)
    markers: list[str] = field(default_factory=list)


def readings_of(files: Mapping[str, bytes]) -> dict[str, Reading]:
    """What the process found of each file, by its name."""
    readings: dict[str, Reading] = {}
    while left := {name: data for name, data in files.items() if name not in readings}:
        told = _told(left)
        readings |= told
        if len(told) < len(left):  # it died over the next one
            readings[next(name for name in left if name not in told)] = Reading(COSTLY)
    return readings


def _told(files: Mapping[str, bytes]) -> dict[str, Reading]:
    header = json.dumps([[name, len(data)] for name, data in files.items()]).encode()
    given = b"".join([header, b"\n", *files.values()])
    ended = subprocess.run(
        COMMAND, input=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
    )
    lines = [line for line in ended.stdout.splitlines(keepends=True) if line.endswith(b"\n")]
    return {name: Reading(**json.loads(line)) for name, line in zip(files, lines, strict=False)}


def main() -> None:
    """Write a line for each file that comes, as soon as it is read."""
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_CORE, 0)
    warnings.simplefilter("ignore")
    for name, size in json.loads(sys.stdin.buffer.readline()):
        data = sys.stdin.buffer.read(size)
        used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        _limit(resource.RLIMIT_CPU, int(used) + SECONDS)
        reading = _module(name, data) if name.endswith(".py") else _notebook(data)
        print(json.dumps(asdict(reading)), flush=True)


def _limit(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _module(name: str, data: bytes) -> Reading:
    fault = ""
    try:
        ast.parse(data)
    except BROKEN as error:
        line = f" (line {error.lineno})" if isinstance(error, SyntaxError) and error.lineno else ""
        fault = f"is not valid Python{line}"
    module = Module(data.decode("utf-8", "replace"))
    pristine = Module((ROOT / name).read_text(encoding="utf-8"))
    started, markers = {}, []
    for task in (task for task in code_tasks() if task.module == name):
        started[task.id] = None
        try:
            block_of(module, task.block)
            started[task.id] = is_filled(module, task.block, pristine)
        except MarkerError as error:
            if module.tree is not None:
                told = "What your code does was graded all the same."
                markers.append(f"{name}: {sanitize(str(error))}. {told}")
        except BROKEN:
            continue
    return Reading(fault, [], started, markers)


def _notebook(data: bytes) -> Reading:
    if sum(map(data.count, (b"[", b"{", b","))) > PARTS:
        return Reading("is not a valid notebook (it has too many parts)")
    try:
        notebook = json.loads(data)
    except BROKEN:
        return Reading("is not a valid notebook (not JSON)")
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        return Reading("is not a valid notebook (it has no cells)")
    if len(cells) > CELLS:
        return Reading(f"is not a valid notebook (it has more than {CELLS:,} cells)")
    return Reading("", [_cell(cell) for cell in cells if isinstance(cell, dict)])


def _cell(cell: dict) -> dict:
    metadata, source = cell.get("metadata"), cell.get("source")
    metadata = metadata if isinstance(metadata, dict) else {}
    tags = metadata.get("tags")
    kept = {name: cell[name] for name in ("cell_type", "id") if isinstance(cell.get(name), str)}
    return kept | {
        "source": "".join(_texts(source if isinstance(source, list) else [source])),
        "metadata": {
            "tags": _texts(tags) if isinstance(tags, list) else [],
            **({"id": metadata["id"]} if isinstance(metadata.get("id"), str) else {}),
        },
    }


def _texts(values: list) -> list[str]:
    return [value for value in values if isinstance(value, str)]
