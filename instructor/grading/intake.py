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

from instructor.core.given import given_files
from instructor.core.tasks import ROOT, code_tasks, notebooks, todo_modules
from instructor.core.text import file_name, sanitize
from instructor.grading.handed_in import located
from instructor.grading.layout import NOISE, Copy, IntakeError, chosen, copies, near
from instructor.grading.reading_process import readings_of
from instructor.grading.sources import Source, open_source

MANIFEST = "MANIFEST.sha256"
HELP_USED = "help_used.txt"  # what the student says of help, as the packer puts it in
HELP_LONGEST = 1_000  # characters of it
LISTED = 200  # names of other files that are listed
WHOLE_CLASS = "a whole class. One submission is graded at a time: unpack it, and grade the folder."
EXPORT = re.compile(r"(^|/)submission_metadata\.yml$|(^|/)[^/]+_\d+_assignsubmission_file")
ARCHIVES = (".zip", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")


@dataclass
class Submission:
    """What counts of a submission: its modules and notebooks by the kit's paths, as bytes.

    `remarks` are sentences for the student; `ignored` are names of other members. A file that is missing or
    unusable is not in `modules`. `refused` holds notebooks that are none: nothing reads them again. `cells`
    of the other notebooks, and whether the block of each task is `started`, are as a `Reading` has them.
    `help_used` is what the student says of help, "" where nothing is said.
    """

    name: str
    modules: dict[str, bytes] = field(default_factory=dict)
    notebooks: dict[str, bytes] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    refused: dict[str, bytes] = field(default_factory=dict)
    cells: dict[str, list[dict]] = field(default_factory=dict)
    started: dict[str, bool | None] = field(default_factory=dict)
    help_used: str = ""

    def digest(self) -> str:
        """A sha256 over the files that count."""
        total = hashlib.sha256()
        for name, data in sorted({**self.modules, **self.notebooks, **self.refused}.items()):
            total.update(f"{name}\0{len(data)}\0".encode() + data)
        return total.hexdigest()


def read_submission(path: Path) -> Submission:
    """Read a submission: a zip, a folder, or a folder with the zip in it.

    Raises IntakeError when nothing in it can be graded.
    """
    submission = Submission(name=submission_name(path))
    path, submission.remarks = located(path)
    with open_source(path, IntakeError) as source:
        found = copies(source)
        if not found:
            raise IntakeError(_nothing_found(path, source))
        if _is_export(source.names):
            raise IntakeError(f"{path.name} holds {WHOLE_CLASS}")
        copy, said = chosen(source, found)
        submission.remarks += [*source.remarks, *said]
        _read_files(source, copy, submission)
        _compare_manifest(source, copy, submission)
        submission.help_used = _declared(source, copy)
        _note_others(source, copy, submission)
    if not submission.modules:
        told = ["None of the files with your code can be read.", *submission.remarks]
        raise IntakeError(" ".join([*told, "Pack them with `make submit`."]))
    return submission


def submission_name(path: Path) -> str:
    """A name for results: that of the zip or folder, with letters of any script."""
    name = path.resolve().name
    stem = name[:-4] if name.lower().endswith(".zip") else name
    return file_name(stem, 80) or "submission"


def _is_export(names: Mapping[str, int]) -> bool:
    """Whether these are the files of a class, as Gradescope and Moodle pack them."""
    found = [match for match in map(EXPORT.search, names) if match]
    return len({match[0] for match in found}) > 1 or any(match[0].endswith(".yml") for match in found)


def _nothing_found(path: Path, source: Source) -> str:
    names = [name for name in source.names if not NOISE.search(name)]
    inner = [name for name in names if name.lower().endswith(ARCHIVES)]
    if len(inner) > 1:
        return f"{path.name} holds {len(inner)} other archives, perhaps {WHOLE_CLASS}"
    if inner:
        return f"{path.name} holds another archive ({sanitize(inner[0], 80)}); hand in that one itself."
    if source.links:
        told = sanitize(source.links[0], 80)
        return f"{path.name} holds a link ({told}), and links are not followed; hand in the files themselves."
    if not names:
        return " ".join([f"{path.name} is empty.", *source.remarks])
    files = ", ".join(todo_modules())
    told = [f"{path.name} holds none of the files with your code ({files}). Pack them with `make submit`."]
    return " ".join([*told, *_renamed(names), *source.remarks])


def _renamed(names: list[str]) -> list[str]:
    return [f"{name} is missing{told}." for name in todo_modules() if (told := near(names, name))]


def _read_files(source: Source, copy: Copy, submission: Submission) -> None:
    """Take the files that count; what is wrong with them is found out by another process, once."""
    found: dict[str, bytes] = {}
    said: dict[str, str] = {}
    for name in (*todo_modules(), *notebooks()):
        is_module = name.endswith(".py")
        try:
            data = source.read(copy.files[name])
            found[name] = tidy(data) if is_module else data
        except (KeyError, FileNotFoundError):
            said[name] = f"{name} is missing{near(source.names, copy.root + name)}.{_loss(is_module)}"
        except ValueError as error:
            said[name] = f"{name} {error}.{_loss(is_module)}"
    _take(submission, found, said)


def handed_in(name: str, files: Mapping[str, bytes]) -> Submission:
    """The submission that these modules and notebooks are, by the kit's paths."""
    submission = Submission(name)
    _take(submission, files, {})
    return submission


def _take(submission: Submission, found: Mapping[str, bytes], said: dict[str, str]) -> None:
    """Put files where they belong, and add a remark on what is wrong; `said` has those on files not found."""
    markers: list[str] = []
    submission.started = {task.id: False for task in code_tasks() if task.module not in found}
    for name, reading in readings_of(found).items():
        is_module = name.endswith(".py")
        books = submission.refused if reading.fault else submission.notebooks
        (submission.modules if is_module else books)[name] = found[name]
        submission.started |= reading.started
        markers += reading.markers
        if reading.cells:
            submission.cells[name] = reading.cells
        if reading.fault:
            lost = ", so that none of its tasks can earn points." if is_module else f".{_loss(is_module)}"
            said[name] = f"{name} {reading.fault}{lost}"
    submission.remarks += [said[name] for name in (*todo_modules(), *notebooks()) if name in said] + markers


def _loss(is_module: bool) -> str:
    return " Its tasks are not graded." if is_module else " The kit's own copy runs in any case."


def tidy(data: bytes) -> bytes:
    """A text file without byte order mark and with plain line ends; other bytes stay as they are."""
    return data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _note_others(source: Source, copy: Copy, submission: Submission) -> None:
    """Note what else there is: given files that were changed, and files that students have not received.

    Whether the kit has a file of such a name is not told: only that list is looked at.
    """
    root, given = copy.root, given_files()
    wanted = {*copy.files.values(), root + MANIFEST, root + HELP_USED}
    for name in source.names:
        if name in wanted or NOISE.search(name):
            continue
        inside = name.removeprefix(root)
        if not (name.startswith(root) and inside in given):
            submission.ignored.append(sanitize(name, 200))
        elif inside.startswith("cs231n/") and _changed(source, name, ROOT / given[inside]):
            submission.remarks.append(f"{inside} is not as it was given; the kit's own copy was used.")
    if (more := len(submission.ignored) - LISTED) > 0:
        del submission.ignored[LISTED:]
        submission.remarks.append(f"{more:,} more files than those listed were ignored.")


def _changed(source: Source, name: str, given: Path) -> bool:
    try:
        return tidy(source.read(name)) != tidy(given.read_bytes())
    except (OSError, ValueError):
        return True


def _declared(source: Source, copy: Copy) -> str:
    """What the student says of help used, on one line."""
    try:
        text = source.read(copy.root + HELP_USED).decode("utf-8", "replace")
    except (KeyError, FileNotFoundError, ValueError):
        return ""
    return sanitize(" ".join(text.split()), HELP_LONGEST)


def _compare_manifest(source: Source, copy: Copy, submission: Submission) -> None:
    """Report what the hashes of collect_submission.sh say; nothing depends on it."""
    try:
        lines = source.read(copy.root + MANIFEST).decode("utf-8", "replace").splitlines()[:100]
    except (FileNotFoundError, ValueError):
        return
    stated = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    for name, member in copy.files.items():
        try:
            found = hashlib.sha256(source.read(member)).hexdigest()
        except (FileNotFoundError, ValueError):
            continue
        if stated.get(name) != found:
            submission.remarks.append(
                f"{name} was changed after it was packed ({MANIFEST} has another hash)."
            )
