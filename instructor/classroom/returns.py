"""Feedback to give back in bulk: everybody's `feedback.html` in a zip, named as Canvas and Moodle take it.

- Canvas (*Upload Submissions*) takes files of the names that it gave when they were downloaded: it reads the
  numbers of the student and of the upload, and shows the file under the upload's own name. That one is a zip,
  so each member is a zip that holds the page.
- Moodle (*Upload multiple feedback files in a zip*) takes folders of the names that it gave, in which the
  participant's number stands after the first underscore.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

from instructor.classroom.gradebook import Line, in_doubt
from instructor.classroom.uploads import ANONYMOUS, CANVAS, MOODLE
from instructor.core.files import write_bytes_atomically

PAGE = "feedback.html"
CANVAS_ZIP, MOODLE_ZIP = "return-canvas.zip", "return-moodle.zip"
WHEN = (2026, 1, 1, 0, 0, 0)  # of every member, so that the same feedback gives the same zip
SHOWN = 8


def write_returns(folder: Path, lines: Iterable[Line], moodle: bool = False) -> list[str]:
    """Write the zips that the class has members for, remove those of an earlier run; say who is in none.

    `folder` holds the class's reports. With `moodle`, the numbers of students are participants of Moodle's,
    whatever their files are called.
    """
    lines = [line for line in lines if line.entry and line.result is not None]
    said = []
    for name, kind, member in (
        (CANVAS_ZIP, "canvas", canvas_member),
        (MOODLE_ZIP, "moodle", moodle_member),
    ):
        of_kind = [line for line in lines if line.entry.platform == kind or (moodle and kind == "moodle")]
        found = [(line, member(line)) for line in of_kind]
        members = {}
        for line, inside in found:
            page = folder / "students" / line.submission / PAGE
            if inside and not in_doubt(line) and page.is_file():
                members[inside] = page
        missing = sorted({line.submission for line, inside in found if not members.get(inside or "")})
        if missing:
            more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
            said.append(f"Not in {name}, to be returned by hand: {', '.join(missing[:SHOWN])}{more}.")
        if members:
            write_bytes_atomically(folder / name, _zipped(members))
        else:
            (folder / name).unlink(missing_ok=True)
    return said


def canvas_member(line: Line) -> str | None:
    """The name that Canvas knows the upload by; None where there was no file."""
    name = line.entry.upload
    match = CANVAS.match(name) or ANONYMOUS.match(name)
    if not match:
        return None
    return name if name.lower().endswith(".zip") else f"{name}.zip"


def moodle_member(line: Line) -> str | None:
    """The path that Moodle knows the participant by; None where there is no number."""
    match = MOODLE.match(line.entry.upload)
    whose, number = (match["name"], match["id"]) if match else (line.student.name, line.student.id)
    if not number.isdigit():
        return None
    whose = re.sub(r"[^\w .'-]+|_+", " ", whose).strip(" .") or "Participant"
    return f"{whose}_{number}_assignsubmission_file_/{PAGE}"


def _zipped(members: dict[str, Path]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, page in sorted(members.items()):
            data = page.read_bytes()
            if name.endswith(".zip"):
                data = _one(data)
            archive.writestr(_member(name), data)
    return packed.getvalue()


def _one(page: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(_member(PAGE), page)
    return packed.getvalue()


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, WHEN)
    member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o100644 << 16
    return member
