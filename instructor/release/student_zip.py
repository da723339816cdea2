"""The zip that students receive, the same bytes everywhere."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

from instructor.core.given import ListError, student_files
from instructor.core.tasks import ROOT

WHOLE = ("cs231n", "notebooks", "tests")  # folders that students receive whole
DATASETS = (".md", ".py", ".sh", ".txt")  # of datasets/, which also holds what was downloaded
LEFT_OVER = ("__pycache__", ".ipynb_checkpoints")
FOLDER = "cs231n-assignments"  # the one folder that the zip unpacks to
DIST = ROOT / "dist"
RELEASE = DIST / f"{FOLDER}.zip"
UPDATE = DIST / f"{FOLDER}-update.zip"
EPOCH = (2026, 1, 1, 0, 0, 0)  # of every file: one that no file browser takes for half a century ago


def contents(files: Mapping[str, str], root: Path = ROOT) -> dict[str, bytes]:
    """The bytes of every member. Raises ListError, naming all that are missing, links or not UTF-8."""
    found, faults = {}, []
    for member, source in files.items():
        path = root / source
        if path.is_symlink() or not path.is_file():
            faults.append(f"{source} is listed and is no file")
            continue
        found[member] = path.read_bytes()
        try:
            found[member].decode("utf-8")
        except UnicodeDecodeError:
            faults.append(f"{source} is not text, so nobody can tell what it gives away")
    if faults:
        raise ListError("; ".join(faults) + ".")
    return found


def unlisted(files: Mapping[str, str], root: Path = ROOT) -> list[str]:
    """Files in the folders of students that the list does not name."""
    there = [path for folder in WHOLE for path in sorted((root / folder).rglob("*")) if path.is_file()]
    there += [path for path in sorted((root / "datasets").glob("*")) if path.suffix in DATASETS]
    names = [path.relative_to(root) for path in there]
    kept = [name for name in names if not set(LEFT_OVER) & set(name.parts) and name.suffix != ".pyc"]
    return sorted(set(map(str, kept)) - set(files))


def lay_out(folder: Path, package: bool = True) -> None:
    """Copy what students receive into `folder`; without `package`, all but `cs231n/`."""
    for member, source in student_files().items():
        if package or not member.startswith("cs231n/"):
            (folder / member).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, folder / member)


def student_zip(root: Path = ROOT) -> bytes:
    """The release as bytes. Raises ListError when the list can't be followed."""
    return pack(contents(student_files(), root), FOLDER)


def pack(members: Mapping[str, bytes], folder: str = "") -> bytes:
    """A zip of the members in their order, all in `folder`; equal members give equal bytes.

    Nothing is compressed, because what compresses differs between machines, and all bear one date.
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
