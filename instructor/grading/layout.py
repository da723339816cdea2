"""Where a student's files lie in what was handed in: in the kit's folders, in none, in several copies.

Much of what people hand in is packed by hand: files without their folders, the old copy beside the new one.
What can be told apart is read, and a sentence says how.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from cs231n.blocks import END, START
from instructor.core.tasks import ROOT, code_tasks, notebooks, todo_modules
from instructor.core.text import sanitize
from instructor.grading.sources import Source

NOISE = re.compile(
    r"(^|/)(__MACOSX|\.DS_Store|\.ipynb_checkpoints|__pycache__|Thumbs\.db|\.git)(/|$)|(^|/)\._"
)
LOOKED_AT = 40  # files of one name that are opened to see whether they are the kit's
COPIES = 5  # more copies of the files than this are not one student's
RENAMED = r"(copy of |.*_\d+_)?{stem}(?:[ _-]|\(\d+\)|copy|kopie|final|new|old|v|\d)*\.{ending}"


class IntakeError(Exception):
    """A submission with nothing in it to grade; the message is a sentence."""


@dataclass(frozen=True)
class Copy:
    """A copy of the files: the folder that holds it, "" or ending in a slash, and {the kit's path: name}."""

    root: str
    files: dict[str, str]

    @property
    def modules(self) -> list[str]:
        """The files with code that it has, by the kit's paths."""
        return [name for name in self.files if name in todo_modules()]


def copies(source: Source) -> list[Copy]:
    """Every copy in the layout that fits best: the kit's, in other letters, with folders missing.

    Files outside the kit's folders are known by their names and by the functions that are to be in them.
    """
    names = [name for name in source.names if not NOISE.search(name)]
    wanted = (*todo_modules(), *notebooks())
    exact = _gather(names, {name: name for name in wanted}, str)
    if any(copy.modules for copy in exact):
        return exact
    inner = {name: name.partition("/")[2] if name in todo_modules() else name for name in wanted}
    flat = {name: PurePosixPath(name).name for name in wanted}
    best, most = exact, 0
    for places in ({name: name for name in wanted}, inner, flat):
        found = sorted(_gather(names, places, str.lower), key=lambda copy: -len(copy.files))[:LOOKED_AT]
        found = [Copy(copy.root, _recognized(source, copy.files)) for copy in found]
        found = [copy for copy in found if copy.modules]
        if (count := max((len(copy.files) for copy in found), default=0)) > most:
            best, most = found, count
    return best


def chosen(source: Source, found: list[Copy]) -> tuple[Copy, list[str]]:
    """The copy to grade, completed by files that lie elsewhere, and what is to be said of that.

    Of several, it is the one with more blocks started. Raises IntakeError for more than one student's.
    """
    if len(coded := [copy for copy in found if copy.modules]) > COPIES:
        raise IntakeError(
            f"There are {len(coded)} copies of the files with code in it, perhaps a whole class. One "
            "submission is graded at a time."
        )
    started = {copy.root: _started(source, copy) if len(coded) > 1 else 0 for copy in found}
    best = min(found, key=lambda copy: (-started[copy.root], -len(copy.files), len(copy.root), copy.root))
    said = _of_copies(source, best, coded, started)
    if best.files and any(not name.endswith(path) for path, name in best.files.items()):
        said.append(
            "Your files are not in the kit's folders as they are written there (cs231n/, cs231n/simclr/, "
            "notebooks/): they were known by their names. Pack them with `make submit`."
        )
    files = dict(best.files)
    taken = {name for copy in found for name in copy.files.values()}
    for path in (*todo_modules(), *notebooks()):
        if path not in files and (elsewhere := _elsewhere(source, path, taken)):
            files[path] = elsewhere
            said.append(f"{path} was read from {sanitize(elsewhere, 200)}, which is not its place.")
    return Copy(best.root, files), said


def near(names: Iterable[str], name: str) -> str:
    """The end of a sentence on a missing file that names one that it may be; "" when there is none."""
    here = [other for other in names if not NOISE.search(other)]
    for other in here:
        if other.lower() == name.lower() and other != name:
            return f", but there is {sanitize(other, 200)}: capital and small letters matter"
    own = PurePosixPath(name).name
    stem, _, ending = own.rpartition(".")
    renamed = re.compile(RENAMED.format(stem=re.escape(stem), ending=ending), re.I)
    lasts = [PurePosixPath(other).name for other in here]
    found = [last for last in lasts if last != own and renamed.fullmatch(last)]
    if not found:
        return ""
    told = ", ".join(sanitize(last, 80) for last in found[:3])
    return f", but there is {told}: give it its own name again, {own}"


def _gather(names: list[str], places: dict[str, str], fold) -> list[Copy]:
    """The copies whose files stand at `places` under some folder, in the order of the names."""
    found: dict[str, dict[str, str]] = {}
    for name in names:
        for path, place in places.items():
            if fold(name) == fold(place) or fold(name).endswith("/" + fold(place)):
                found.setdefault(name[: len(name) - len(place)], {}).setdefault(path, name)
    return [Copy(root, files) for root, files in found.items()]


def _recognized(source: Source, files: dict[str, str]) -> dict[str, str]:
    return {path: name for path, name in files.items() if _is_like(source, path, name)}


def _is_like(source: Source, path: str, name: str) -> bool:
    """Whether a file of another folder is the kit's: a module defines what is to be filled in there."""
    blocks = [task.block.partition(".")[0] for task in code_tasks() if task.module == path]
    try:
        data = source.read(name) if blocks else b""
    except (FileNotFoundError, ValueError):
        return False
    return all(re.search(rb"\b(?:def|class)\s+%s\b" % block.encode(), data) for block in blocks)


def _elsewhere(source: Source, path: str, taken: set[str]) -> str:
    """The one other file of that name which is like the missing one."""
    last = PurePosixPath(path).name.lower()
    others = [name for name in source.names if name not in taken and not NOISE.search(name)]
    same = [name for name in others if PurePosixPath(name).name.lower() == last]
    alike = [name for name in same[:LOOKED_AT] if _is_like(source, path, name)]
    return alike[0] if len(alike) == 1 else ""


def _started(source: Source, copy: Copy) -> int:
    """How many blocks of a copy were touched, by their lines: hostile text is not parsed to choose a copy."""
    count = 0
    for path in copy.modules:
        try:
            own = _blocks(source.read(copy.files[path]).decode("utf-8", "replace"))
        except (FileNotFoundError, ValueError):
            continue
        given = _blocks((ROOT / path).read_text(encoding="utf-8"))
        count += sum(bool(block) and block not in given for block in own)
    return count


def _blocks(text: str) -> list[list[str]]:
    """The lines of code between each pair of markers."""
    found, inside = [], False
    for line in map(str.strip, text.splitlines()):
        if line in (START, END):
            inside = line == START
            found += [[]] if inside else []
        elif inside and line not in ("", "pass") and not line.startswith("#"):
            found[-1].append(line)
    return found


def _of_copies(source: Source, best: Copy, coded: list[Copy], started: dict[str, int]) -> list[str]:
    others = [copy for copy in coded if copy is not best]
    if not others:
        return []
    told = ", ".join(
        f"{_where(copy.root)} ("
        + ("the same code" if _same(source, copy, best) else f"{started[copy.root]} blocks started")
        + ")"
        for copy in others
    )
    return [
        f"There are {len(others) + 1} copies of your files. Graded is the one in {_where(best.root)} "
        f"({started[best.root]} blocks started), not {told}."
    ]


def _same(source: Source, one: Copy, other: Copy) -> bool:
    def read(copy: Copy, path: str) -> bytes | None:
        try:
            return source.read(copy.files[path])
        except (KeyError, FileNotFoundError, ValueError):
            return None

    return all(read(one, path) == read(other, path) for path in todo_modules())


def _where(root: str) -> str:
    return sanitize(root, 120) or "the outermost folder"
