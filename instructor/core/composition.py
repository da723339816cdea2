"""Pristine files + fill-ins = a submission, composed in a folder of the caller's.

A fill-in is the body that goes between the markers of one task's block. The reference solution, the other
right answers and the known wrong ones are all fill-ins, so one mechanism makes them all and no solution is
ever stripped out of anything.
"""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from cs231n.blocks import Block, Module, lines_of, string_lines
from instructor.core.tasks import ROOT, code_tasks, todo_modules
from instructor.core.text import did_you_mean

PACKAGE = ROOT / "cs231n"
FILLINS = ROOT / "instructor" / "fillins"

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

    `choice` and errors are those of `filled`.
    """
    texts = filled(choice, package)
    target = destination / "cs231n"
    shutil.copytree(package, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    for name, text in texts.items():
        (destination / name).write_text(text, encoding="utf-8")
    return target


def filled(choice: Mapping[str, str | Fillin | None], package: Path = PACKAGE) -> dict[str, str]:
    """The text of every TODO module of the package with the chosen fill-ins, by names as "cs231n/….py".

    `choice` maps a task's id to the name of its fill-in, or to a fill-in that is not in the catalogue; a task
    that is absent or None stays unfilled. Raises KeyError for an unknown task or fill-in and MarkerError for
    a block without its markers.
    """
    if unknown := set(choice) - {task.id for task in code_tasks()}:
        near = "".join(did_you_mean(word, [task.id for task in code_tasks()]) for word in sorted(unknown))
        raise KeyError(f"No such task: {', '.join(sorted(unknown))}.{near}")
    texts = {name: (package.parent / name).read_text(encoding="utf-8") for name in todo_modules()}
    for task in code_tasks():
        if (name := choice.get(task.id)) is None:
            continue
        known = fillins(task.id)
        if not isinstance(name, Fillin) and name not in known:
            told = did_you_mean(name, known) or f" There are {', '.join(known)}."
            raise KeyError(f"{task.id} has no fill-in {name!r}.{told}")
        fillin = name if isinstance(name, Fillin) else known[name]
        source = splice(texts[task.module], task.block, fillin.body)
        texts[task.module] = _deleted(source, task.block, fillin.without)
    return texts


def _deleted(source: str, block: str, beginning: str) -> str:
    """The source without the last line before a block that begins so, white space aside; "" deletes none."""
    if not beginning:
        return source
    module = Module(source)
    place = block_of(module, block)
    found = [k for k in range(place.start) if module.lines[k].strip().startswith(beginning)]
    return "".join(line for k, line in enumerate(module.lines) if not found or k != found[-1])


@lru_cache(maxsize=512)  # a diagnosis composes the same files again and again
def splice(source: str, block: str, body: str) -> str:
    """Put `body` between the markers of `block`, indented as its start marker is.

    Lines that begin inside a string stay as they are: they belong to its value.
    """
    module = Module(source)
    found = block_of(module, block)
    marker = module.lines[found.start]
    indent = marker[: len(marker) - len(marker.lstrip())]
    lines = lines_of(body.strip("\n") + "\n")
    quoted = string_lines("".join(lines)) or frozenset()
    filled = [line if n in quoted or not line.strip() else indent + line for n, line in enumerate(lines)]
    return "".join([*module.lines[: found.start + 1], *filled, *module.lines[found.end :]])


def block_source(source: str, block: str) -> str:
    """The lines between the markers of `block`, dedented, all but those that begin inside a string."""
    module = Module(source)
    found = block_of(module, block)
    lines = {n: module.lines[n] for n in range(found.start + 1, found.end)}
    code = {n: line for n, line in lines.items() if n not in module.quoted}
    first = next((line for line in code.values() if line.strip() and not line.lstrip().startswith("#")), "")
    margin = first[: len(first) - len(first.lstrip())]  # a comment may stand anywhere
    dedented = {
        n: line.removeprefix(margin) if line.strip() else line.lstrip(" \t") for n, line in code.items()
    }
    return "".join({**lines, **dedented}.values())


def is_filled(module: Module, block: str, pristine: Module) -> bool:
    """Whether the block differs from the pristine one in more than comments, `pass` and white space."""
    statements = _statements(module, block_of(module, block))
    return bool(statements) and statements != _statements(pristine, block_of(pristine, block))


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


def block_of(module: Module, name: str) -> Block:
    """The block of the function `name`. Raises MarkerError when there is none, or more than one."""
    if module.tree is None:
        raise MarkerError(f"the file is not valid Python{module.fault}")
    if not (known := [each for each in module.definitions if each.name == name]):
        raise MarkerError(f"there is no {name} in the file")
    # Where a name is defined twice, the last one counts.
    lines = range(known[-1].first, known[-1].last)
    found = [block for block in module.inside(name) if block.start in lines]
    if len(found) != 1 or set(lines) & set(module.stray):
        raise MarkerError(
            f"{name} must hold one START OF YOUR CODE line and, below it, one END OF YOUR CODE line; "
            f"found {len(found)} of them in order"
        )
    return found[0]


def _statements(module: Module, block: Block) -> list[str]:
    """The statements of a block as canonical dumps, without `pass`, strings of their own and comments."""
    found, waiting = [], [module.tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.stmt) and block.start < node.lineno - 1 < block.end:
            if node.end_lineno > block.end:
                return [module.text(block)]  # it goes on behind the END: compare the block as text
            if not isinstance(node, ast.Pass) and not _is_bare_constant(node):
                found.append((node.lineno, node.col_offset, ast.dump(node)))
        else:
            waiting += ast.iter_child_nodes(node)
    return [dump for *_, dump in sorted(found)]


def _is_bare_constant(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
