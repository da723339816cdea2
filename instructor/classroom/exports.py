"""Where in a folder the submissions are, as learning platforms export them, whose they are, and their names.

A submission has a name in plain characters that is the same whoever else hands in: a result in the journal
and a hand grade are known by it. If it changed when another student of that name joined the class, they would
be taken for someone else's.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import yaml

from instructor.classroom.uploads import read_names
from instructor.core.term import read_moment
from instructor.core.text import file_name, sanitize
from instructor.grading.handed_in import located
from instructor.grading.layout import IntakeError

PASSED_OVER = re.compile(r"^(\.|__MACOSX$|Thumbs\.db$|desktop\.ini$)")
METADATA = "submission_metadata.yml"
BYTES = 256 << 20  # it holds the results of earlier runs, too
BYTES_OF_ID = 60
LONGEST = 60  # characters of a name, without what tells it from others


def unwrapped(path: Path) -> Path:
    """The class itself, where an export was unpacked into a folder of its own."""
    found = children(path)
    if len(found) != 1 or not found[0].is_dir() or found[0].is_symlink():
        return path
    (only,) = found
    if read_names([only]) or (only / "cs231n").is_dir():
        return path
    below = children(only)
    handed_in = [child for child in below if child.name.lower().endswith(".zip")] or read_names(below)
    is_export = METADATA in [child.name for child in below] or len(handed_in) > 1
    return only if is_export else path


def children(path: Path) -> list[Path]:
    """What is in a folder, without what systems leave there."""
    return sorted(
        (child for child in path.iterdir() if not PASSED_OVER.match(child.name)), key=lambda child: child.name
    )


def inside(path: Path) -> tuple[Path, str, tuple[str, ...]]:
    """What to read of a student's folder or file, why it can't be read, and what is said of the rest."""
    if path.is_symlink():
        return path, f"{sanitize(path.name, 120)} is a link, not a submission.", ()
    try:
        found, left = located(path)
    except IntakeError as error:
        return path, str(error), ()
    return found, "", tuple(left)


class _Reader(yaml.SafeLoader):
    """Reads plain data; what is marked as an object of Ruby becomes the plain data that it is made of."""


def submitters(folder: Path) -> tuple[dict[str, list[dict[str, str]]], dict[str, datetime]]:
    """`name`, `sid` and `email` of each submission's people, by its folder, and when it was handed in.

    Both are empty when there is no metadata. Raises ValueError with a sentence where it can't be read.
    """
    path = folder / METADATA
    if not path.is_file():
        return {}, {}
    try:
        if path.stat().st_size > BYTES:
            raise ValueError(f"{METADATA} is larger than {BYTES >> 20} MiB.")
        with path.open(encoding="utf-8") as file:
            content = yaml.load(file, _Reader)
    except (yaml.YAMLError, OSError, UnicodeError, RecursionError) as error:
        raise ValueError(
            f"{METADATA} can't be read ({type(error).__name__}); export the submissions again."
        ) from None
    found, times = {}, {}
    for name, entry in (content if isinstance(content, dict) else {}).items():
        entry = entry if isinstance(entry, dict) else {}
        people = entry.get(":submitters")
        people = people if isinstance(people, list) else []
        found[str(name)] = [_person(person) for person in people if isinstance(person, dict)] or [
            _person({":name": str(name)})
        ]
        if when := created_at(entry.get(":created_at")):
            times[str(name)] = when
    return found, times


def created_at(value: object) -> datetime | None:
    """Gradescope's time of a submission, with its zone; it may be plain, a text, or an object of Rails."""
    if isinstance(value, dict):
        value = value.get("utc")
    if isinstance(value, str):
        with suppress(ValueError):
            value = read_moment(value, UTC)
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)  # YAML gives times in UTC without saying so


def _person(fields: dict) -> dict[str, str]:
    return {key: sanitize(str(fields.get(f":{key}") or ""), 200) for key in ("name", "sid", "email")}


def _as_plain_data(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_Reader.add_multi_constructor("!", _as_plain_data)


def plain_name(text: str, own: str = "") -> str:
    """`text` as the name of a file; behind it `own`, the student's number, or a hash where some is lost."""
    name, mark = file_name(text, LONGEST), file_name(own, LONGEST, BYTES_OF_ID)
    lost = not name or len(file_name(text, 10_000, 40_000)) > len(name)
    mark = mark or (short_hash(text) if lost else "")
    return "-".join(filter(None, (name or "submission", mark)))


def short_hash(text: str) -> str:
    """Six characters that tell one name from another, however its accents are stored."""
    normal = unicodedata.normalize("NFC", text)
    return hashlib.sha256(normal.encode("utf-8", "surrogateescape")).hexdigest()[:6]
