"""Pristine files + fill-ins = a submission, composed in a folder of the caller's.

A fill-in is the body that goes between the markers of one task's block. The reference solution, the other
right answers and the known wrong ones are all fill-ins, so one mechanism makes them all and no solution is
ever stripped out of anything.
"""

from __future__ import annotations

import ast
import re
import shutil
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from instructor.core.tasks import ROOT, code_tasks

PACKAGE = ROOT / "cs231n"
FILLINS = ROOT / "instructor" / "fillins"
START = "# *****START OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****"
END = "# *****END OF YOUR CODE (DO NOT DELETE/MODIFY THIS LINE)*****"

FIELDS = {
    "Caught by": "caught_by",
    "Hint": "hint",
    "Formula": "formula",
    "Same as": "same_as",
    "Symptom": "symptom",
    "Another answer": "another",
    "Without": "without",
}


class MarkerError(ValueError):
    """A file whose block cannot be found; the message is a sentence for its author."""


@dataclass(frozen=True)
class Fillin:
    """One way to fill a task's block.

    `kind` is "reference", "correct" or "wrong"; the fields below `body` are empty for most right answers.
    `symptom` is a regular expression for what a check says of a mistake that can't be run on the trusted
    side; `same_as` names another wrong fill-in that gives the same, and why. `another` says why a right
    fill-in that gives something else than the reference is right as well. `without` is the beginning of a
    given line before the block that the mistake deletes.
    """

    task: str
    name: str
    kind: str
    sentence: str
    body: str
    caught_by: str = ""
    hint: str = ""
    formula: str = ""
    same_as: str = ""
    symptom: str = ""
    another: str = ""
    without: str = ""


def compose(destination: Path, choice: Mapping[str, str | Fillin | None], package: Path = PACKAGE) -> Path:
    """Copy the package into `destination/cs231n` with the chosen fill-ins spliced in; return that folder.

    `choice` maps a task's id to the name of its fill-in, or to a fill-in that is not in the catalogue; a task
    that is absent or None stays unfilled. Raises KeyError for an unknown task or fill-in and MarkerError for
    a block without its markers.
    """
    if unknown := set(choice) - {task.id for task in code_tasks()}:
        raise KeyError(f"no such task: {', '.join(sorted(unknown))}")
    target = destination / "cs231n"
    shutil.copytree(package, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    for task in code_tasks():
        if (name := choice.get(task.id)) is None:
            continue
        known = fillins(task.id)
        if not isinstance(name, Fillin) and name not in known:
            raise KeyError(f"{task.id} has no fill-in {name!r}; there are {', '.join(sorted(known))}")
        fillin = name if isinstance(name, Fillin) else known[name]
        path = destination / task.module
        source = path.read_text(encoding="utf-8")
        source = splice(source, task.block, fillin.body)
        path.write_text(_deleted(source, task.block, fillin.without), encoding="utf-8")
    return target


def _deleted(source: str, block: str, beginning: str) -> str:
    """The source without the last line before a block that begins so, white space aside; "" deletes none."""
    lines = source.splitlines(keepends=True)
    start, _ = _marker_lines(source, block)
    found = [k for k in range(start) if beginning and lines[k].strip().startswith(beginning)]
    return "".join(line for k, line in enumerate(lines) if not found or k != found[-1])


def splice(source: str, block: str, body: str) -> str:
    """Put `body` between the markers of `block`, indented as its start marker is."""
    lines = source.splitlines(keepends=True)
    start, end = _marker_lines(source, block)
    indent = lines[start][: len(lines[start]) - len(lines[start].lstrip())]
    filled = textwrap.indent(body.strip("\n") + "\n", indent)
    return "".join(lines[: start + 1]) + filled + "".join(lines[end:])


def block_source(source: str, block: str) -> str:
    """The lines between the markers of `block`, dedented."""
    start, end = _marker_lines(source, block)
    return textwrap.dedent("".join(source.splitlines(keepends=True)[start + 1 : end]))


def is_filled(source: str, block: str, pristine_source: str) -> bool:
    """Whether the block differs from the pristine one in more than comments, `pass` and white space."""
    statements = _statements(block_source(source, block))
    return bool(statements) and statements != _statements(block_source(pristine_source, block))


@cache
def fillins(task_id: str) -> dict[str, Fillin]:
    """All fill-ins of a task by name, the reference first, then by name."""
    found = {path.stem: _read_fillin(task_id, path) for path in sorted((FILLINS / task_id).glob("*.py"))}
    return dict(sorted(found.items(), key=lambda item: (item[0] != "reference", item[0])))


def _read_fillin(task_id: str, path: Path) -> Fillin:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source, filename=str(path))
    docstring = ast.get_docstring(tree)
    kind = path.stem.partition("_")[0]
    if docstring is None or kind not in ("reference", "correct", "wrong"):
        raise ValueError(f"{path}: name it reference, correct_… or wrong_… and open it with a docstring")
    sentence, _, rest = docstring.partition("\n")
    found = re.findall(rf"^({'|'.join(FIELDS)}): *(.+(?:\n(?![A-Z][a-z ]*:).+)*)", rest, flags=re.MULTILINE)
    fields = {FIELDS[key]: " ".join(text.split()) for key, text in found}
    body = "".join(source.splitlines(keepends=True)[tree.body[0].end_lineno :])
    if kind == "wrong" and not {"caught_by", "hint"} <= set(fields):
        raise ValueError(f"{path}: a wrong fill-in says 'Caught by:' and 'Hint:' in its docstring")
    return Fillin(task_id, path.stem, kind, sentence, body, **fields)


def _marker_lines(source: str, block: str) -> tuple[int, int]:
    """Zero-based line numbers of the two markers inside the function `block`."""
    lines = source.splitlines()
    first, last = _span(source, block)
    starts = [n for n in range(first, last) if lines[n].strip() == START]
    ends = [n for n in range(first, last) if lines[n].strip() == END]
    if len(starts) != 1 or len(ends) != 1 or starts[0] > ends[0]:
        raise MarkerError(
            f"{block} must hold one START OF YOUR CODE line and, below it, one END OF YOUR CODE line; "
            f"found {len(starts)} and {len(ends)}"
        )
    return starts[0], ends[0]


def _span(source: str, block: str) -> tuple[int, int]:
    """Zero-based half-open range of lines of a function, given by its qualified name."""
    try:
        scope: ast.AST = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        raise MarkerError(f"the file is not valid Python{f' (line {line})' if line else ''}") from None
    for name in block.split("."):
        found = [node for node in ast.iter_child_nodes(scope) if _defines(node, name)]
        if not found:
            raise MarkerError(f"there is no {block} in the file")
        scope = found[-1]  # the definition that counts when a name is defined twice
    return scope.lineno - 1, _end_of_body(source.splitlines(), scope)


def _defines(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == name


def _end_of_body(lines: list[str], function: ast.AST) -> int:
    """Where a body ends, with the comments below its last statement, which the syntax tree leaves out."""
    end = function.end_lineno
    for n in range(end, len(lines)):
        text = lines[n].lstrip()
        if text and not (text.startswith("#") and len(lines[n]) - len(text) > function.col_offset):
            break
        end = n + 1 if text else end
    return end


def _statements(code: str) -> list[str]:
    """The statements of a block as canonical dumps, without `pass`, docstrings and comments."""
    try:
        body = ast.parse(code).body
    except SyntaxError:
        return [code]  # does not parse on its own (an indented remainder, a return): compare it as text
    inert = (ast.Pass,)
    return [ast.dump(n) for n in body if not isinstance(n, inert) and not _is_bare_constant(n)]


def _is_bare_constant(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
