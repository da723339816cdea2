"""From a zip or a folder to a student's files: the few that count are read, nothing is ever unpacked.

Only the wanted files are decompressed, each into bounded memory, so that what else an archive holds (other
paths, links, bombs) can do nothing; it is listed and left alone. Whatever is wrong becomes a sentence.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from instructor.core.tasks import ROOT, notebooks, todo_modules
from instructor.core.text import sanitize
from instructor.grading.reading_process import BROKEN as BROKEN
from instructor.grading.reading_process import faults_of
from instructor.grading.sources import Source, open_source

MANIFEST = "MANIFEST.sha256"
NOISE = re.compile(r"(^|/)(__MACOSX|\.DS_Store|\.ipynb_checkpoints|__pycache__|Thumbs\.db|\.git)(/|$)")
LISTED = 200  # names of other files that are listed
WHOLE_CLASS = "a whole class. One submission is graded at a time: unpack it, and grade the folder."
EXPORT = re.compile(r"(^|/)submission_metadata\.yml$|(^|/)[^/]+_\d+_assignsubmission_file")


class IntakeError(Exception):
    """A submission with nothing in it to grade; the message is a sentence."""


@dataclass
class Submission:
    """What counts of a submission: its modules and notebooks by the kit's paths, as bytes.

    `remarks` are sentences for the student; `ignored` are names of other members. A file that is missing or
    unusable is not in `modules`. `refused` holds notebooks that are none: nothing reads them again.
    """

    name: str
    modules: dict[str, bytes] = field(default_factory=dict)
    notebooks: dict[str, bytes] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    refused: dict[str, bytes] = field(default_factory=dict)

    def digest(self) -> str:
        """A sha256 over the files that count."""
        total = hashlib.sha256()
        for name, data in sorted({**self.modules, **self.notebooks, **self.refused}.items()):
            total.update(f"{name}\0{len(data)}\0".encode() + data)
        return total.hexdigest()


def read_submission(path: Path) -> Submission:
    """Read a submission, a zip or a folder. Raises IntakeError when nothing in it can be graded."""
    submission = Submission(name=submission_name(path))
    with open_source(path, IntakeError) as source:
        wanted = (*todo_modules(), *notebooks())
        root = _find_root(source.names, wanted)
        if root is None:
            raise IntakeError(_nothing_found(path, source))
        if _is_export(source.names):
            raise IntakeError(f"{path.name} holds {WHOLE_CLASS}")
        submission.remarks += source.remarks
        _read_files(source, root, submission)
        _compare_manifest(source, root, submission)
        _note_others(source, root, submission)
    if not submission.modules:
        raise IntakeError(" ".join(["None of the files with your code can be read.", *submission.remarks]))
    return submission


def submission_name(path: Path) -> str:
    """A name for results: that of the zip or folder, in plain characters."""
    name = path.resolve().name
    stem = name[:-4] if name.lower().endswith(".zip") else name
    return re.sub(r"[^A-Za-z0-9._-]+", "_", stem).strip("._-")[:80] or "submission"


def _find_root(names: Mapping[str, int], wanted: tuple[str, ...]) -> str | None:
    """The prefix under which most of the wanted files stand, the shortest of equals; None without any."""
    counts: dict[str, int] = {}
    for name in names:
        for path in wanted:
            if name == path or name.endswith("/" + path):
                prefix = name[: len(name) - len(path)]
                counts[prefix] = counts.get(prefix, 0) + 1
    return min(counts, key=lambda prefix: (-counts[prefix], len(prefix), prefix)) if counts else None


def _is_export(names: Mapping[str, int]) -> bool:
    """Whether these are the files of a class, as Gradescope and Moodle pack them."""
    found = [match for match in map(EXPORT.search, names) if match]
    return len({match[0] for match in found}) > 1 or any(match[0].endswith(".yml") for match in found)


def _nothing_found(path: Path, source: Source) -> str:
    inner = [name for name in source.names if name.lower().endswith((".zip", ".tar", ".gz", ".7z", ".rar"))]
    if len(inner) > 1:
        return f"{path.name} holds {len(inner)} other archives, perhaps {WHOLE_CLASS}"
    if inner:
        return f"{path.name} holds another archive ({sanitize(inner[0], 80)}); hand in that one itself."
    if not source.names:
        return " ".join([f"{path.name} is empty.", *source.remarks])
    files = ", ".join(todo_modules())
    return " ".join([f"{path.name} holds none of the files with your code ({files}).", *source.remarks])


def _read_files(source: Source, root: str, submission: Submission) -> None:
    """Take the files that count; what is wrong with them is found out by another process, once."""
    found: dict[str, bytes] = {}
    said: dict[str, str] = {}
    for name in (*todo_modules(), *notebooks()):
        is_module = name.endswith(".py")
        try:
            data = source.read(root + name)
            found[name] = tidy(data) if is_module else data
        except FileNotFoundError:
            said[name] = f"{name} is missing{_near(source, root + name)}.{_loss(is_module)}"
        except ValueError as error:
            said[name] = f"{name} {error}.{_loss(is_module)}"
    for name, fault in faults_of(found).items():
        is_module = name.endswith(".py")
        kept = submission.modules if is_module else submission.refused if fault else submission.notebooks
        kept[name] = found[name]
        if fault:
            lost = ", so that none of its tasks can earn points." if is_module else f".{_loss(is_module)}"
            said[name] = f"{name} {fault}{lost}"
    submission.remarks += [said[name] for name in (*todo_modules(), *notebooks()) if name in said]


def _loss(is_module: bool) -> str:
    return " Its tasks are not graded." if is_module else " The kit's own copy runs in any case."


def _near(source: Source, name: str) -> str:
    """A hint at a file whose name differs in case only."""
    for other in source.names:
        if other.lower() == name.lower() and other != name:
            return f", but there is {sanitize(other, 200)}: capital and small letters matter"
    return ""


def tidy(data: bytes) -> bytes:
    """A text file without byte order mark and with plain line ends; other bytes stay as they are."""
    return data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _note_others(source: Source, root: str, submission: Submission) -> None:
    """Note what else there is: given files that were changed, and files that are not the kit's."""
    wanted = {root + name for name in (*todo_modules(), *notebooks(), MANIFEST)}
    for name in source.names:
        if name in wanted or NOISE.search(name):
            continue
        inside = name.removeprefix(root)
        if not (name.startswith(root) and _is_given(ROOT / inside)):
            submission.ignored.append(sanitize(name, 200))
        elif inside.startswith("cs231n/") and _changed(source, name, ROOT / inside):
            submission.remarks.append(f"{inside} is not as it was given; the kit's own copy was used.")
    if (more := len(submission.ignored) - LISTED) > 0:
        del submission.ignored[LISTED:]
        submission.remarks.append(f"{more:,} more files than those listed were ignored.")


def _is_given(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _changed(source: Source, name: str, given: Path) -> bool:
    try:
        return tidy(source.read(name)) != tidy(given.read_bytes())
    except (OSError, ValueError):
        return True


def _compare_manifest(source: Source, root: str, submission: Submission) -> None:
    """Report what the hashes of collect_submission.sh say; nothing depends on it."""
    try:
        lines = source.read(root + MANIFEST).decode("utf-8", "replace").splitlines()[:100]
    except (FileNotFoundError, ValueError):
        return
    stated = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    for name in (*todo_modules(), *notebooks()):
        try:
            found = hashlib.sha256(source.read(root + name)).hexdigest()
        except (FileNotFoundError, ValueError):
            continue
        if stated.get(name) != found:
            submission.remarks.append(
                f"{name} was changed after it was packed ({MANIFEST} has another hash)."
            )
