"""`release --update-from OLD.zip`: the update for those who have the old release, and its proof."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from instructor.core.composition import fillins, splice
from instructor.core.tasks import ROOT, code_tasks, todo_modules
from instructor.release.leaks import leaks
from instructor.release.student_zip import pack
from instructor.release.update.in_zip.applying import Carried, NotUpdated, update
from instructor.release.update.in_zip.merging import blocks_of

INSIDE = Path(__file__).with_name("in_zip")
PROGRAM = ("__main__.py", "applying.py", "given_cells.py", "merging.py", "merging_notebooks.py")
SHARED = ("answer_cells.py", "blocks.py")  # of the package, which packing and grading read with

Members = Mapping[str, bytes]


def update_zip(old: Members, new: Members) -> bytes:
    """The update from one release to another, as a zip that Python runs.

    Raises ValueError when a block of the old release is not in the new one: what students wrote in it would
    have no place.
    """
    blocks = {name: list(blocks_of(new[name].decode("utf-8"))) for name in todo_modules() if name in new}
    for name in todo_modules():
        lost = set(blocks_of(old.get(name, b"").decode("utf-8"))) - set(blocks.get(name, ()))
        if lost:
            raise ValueError(f"the block of {', '.join(sorted(lost))} is no longer in {name}.")
    changed = sorted(name for name in {**old, **new} if old.get(name) != new.get(name))
    table = {"blocks": blocks, "changed": changed}
    members = {name: (INSIDE / name).read_bytes() for name in PROGRAM}
    members |= {name: (ROOT / "cs231n" / name).read_bytes() for name in SHARED}
    members["update.json"] = (json.dumps(table, indent=1) + "\n").encode()
    for side, files in (("old", old), ("new", new)):
        members |= {f"{side}/{name}": files[name] for name in changed if name in files}
    return pack(members)


def faults_of(path: Path, old: Members, new: Members) -> list[str]:
    """What an update does not do that it should: a sentence each."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.startswith("old/")]
        carried = {name.removeprefix("new/"): archive.read(name) for name in names}
    found = [leak for leak in leaks(carried) if " holds " in leak]
    for state, fill in {"an untouched folder": lambda files: dict(files), "a filled folder": filled}.items():
        with tempfile.TemporaryDirectory() as folder:
            _write(Path(folder), fill(old))
            try:
                update(Path(folder), Carried(path))
            except NotUpdated as error:
                found.append(f"{state} is refused: {' '.join(error.args[0])}")
                continue
            found += [f"{state} gets another {name}" for name in _other(Path(folder), fill(new))]
    return found


def filled(members: Members) -> dict[str, bytes]:
    """A release with the reference in every block that it has."""
    files = dict(members)
    for task in code_tasks():
        source = files[task.module].decode("utf-8")
        if task.block in blocks_of(source):
            body = fillins(task.id)["reference"].body
            files[task.module] = splice(source, task.block, body).encode()
    return files


def _write(folder: Path, files: Members) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def _other(folder: Path, expected: Members) -> list[str]:
    """Names of files that are not as expected, but for the backup."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    there = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    there = {name: data for name, data in there.items() if not name.startswith("before-update-")}
    return sorted(name for name in {**there, **expected} if there.get(name) != expected.get(name))
