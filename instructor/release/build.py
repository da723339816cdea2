"""The student zip, the same bytes wherever and whenever it is built."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from instructor.core.tasks import ROOT
from instructor.release.listing import contents, student_files

FOLDER = "cs231n-assignments"  # the one folder that the zip unpacks to
DIST = ROOT / "dist"
RELEASE = DIST / f"{FOLDER}.zip"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip knows


def student_zip(root: Path = ROOT) -> bytes:
    """The release as bytes. Raises ListError when the list can't be followed."""
    return pack(contents(student_files(), root), FOLDER)


def pack(members: Mapping[str, bytes], folder: str = "") -> bytes:
    """A zip of the members in their order, all in `folder`; equal members give equal bytes.

    Nothing is compressed, because what compresses differs between machines, and nothing is dated.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            member = zipfile.ZipInfo(f"{folder}/{name}" if folder else name, EPOCH)
            member.create_system = 3  # Unix, so that the permissions count
            member.external_attr = (0o100755 if name.endswith(".sh") else 0o100644) << 16
            archive.writestr(member, data)
    return buffer.getvalue()


def unpack(archive: Path) -> dict[str, bytes]:
    """The members of a student zip without their folder. Raises ValueError for any other file."""
    try:
        with zipfile.ZipFile(archive) as opened:
            members = {info.filename: opened.read(info) for info in opened.infolist() if not info.is_dir()}
    except (OSError, zipfile.BadZipFile) as error:
        raise ValueError(f"{archive} can't be read as a zip ({error}).") from None
    if not members or any(not name.startswith(f"{FOLDER}/") for name in members):
        raise ValueError(f"{archive} is no release: its files are not all in a folder {FOLDER}.")
    return {name.removeprefix(f"{FOLDER}/"): data for name, data in members.items()}
