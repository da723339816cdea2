"""From a folder and an update to a folder that is up to date, all at once or not at all."""

import json
import os
import shutil
import tempfile
import zipfile
from pathlib import Path

try:
    from .merging import CannotMerge, blocks_of, merge_module
    from .merging_notebooks import merge_notebook
except ImportError:  # in the zip
    from merging import CannotMerge, blocks_of, merge_module
    from merging_notebooks import merge_notebook

BACKUP = "before-update"


class NotUpdated(Exception):  # noqa: N818
    """Nothing was changed; its argument is a list of sentences."""


def update(folder, carried):
    """Bring `folder` up to date; return what was done, in sentences. Raises NotUpdated."""
    missing = [name for name in carried.blocks if not (folder / name).is_file()]
    if missing:
        where = (
            "is not the folder of the assignments"
            if len(missing) == len(carried.blocks)
            else "is not complete"
        )
        raise NotUpdated([f"{folder.resolve()} {where}: there is no {name} in it." for name in missing[:1]])
    writes, notes = _plan(folder, carried)
    if not writes:
        return [*notes, "Your folder is up to date."]
    backup = _apply(folder, writes, carried)
    done = [f"  {'updated' if data is not None else 'removed'}  {name}" for name, data in writes.items()]
    kept = f"The files as they were are in {backup.name}/." if any(backup.rglob("*")) else ""
    if not kept:
        backup.rmdir()
    return ["Up to date now. Your blocks are as they were.", *done, *notes, *([kept] if kept else [])]


def _plan(folder, carried):
    """{name: new bytes, or None to remove it}, and notes; NotUpdated with all that stands in the way."""
    writes, notes, problems = {}, [], []
    for name in carried.changed:
        path = folder / name
        mine = path.read_bytes() if path.is_file() else None
        old, new = carried.old(name), carried.new(name)
        if mine == new or (mine is None and new is None):
            continue
        try:
            if mine is None or mine == old:
                writes[name] = new
            elif new is None:
                notes.append(f"{name} is no longer needed; you have changed it, so it was left where it is.")
            elif name in carried.blocks:
                writes[name] = merge_module(old, new, mine, carried.blocks[name])
            elif name.endswith(".ipynb"):
                writes[name], told = merge_notebook(old, new, mine)
                notes += [f"{name}: {sentence}" for sentence in told]
            else:
                writes[name] = new
                notes.append(f"{name} is a given file that you had changed; your version is in the backup.")
        except CannotMerge as error:
            problems.append(f"{name} {error}")
    if problems:
        raise NotUpdated(problems)
    return {name: data for name, data in writes.items() if not _has(folder / name, data)}, notes


def _has(path, data):
    return data is not None and path.is_file() and path.read_bytes() == data


def _apply(folder, writes, carried):
    """Copy what is there into a new folder, then write; put everything back when that fails."""
    before = _blocks(folder, carried)
    backup = _new_folder(folder)
    try:
        for name in writes:
            if (folder / name).is_file():
                (backup / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(folder / name, backup / name)
        for name, data in writes.items():
            _write(folder / name, data)
        if _blocks(folder, carried) != before:
            raise OSError("a block would have changed, which must not be")
    except OSError as error:
        for name in writes:
            if (backup / name).is_file():
                shutil.copy2(backup / name, folder / name)
            elif (folder / name).is_file():
                (folder / name).unlink()
        raise NotUpdated([f"The update could not be written: {error}."]) from None
    return backup


def _blocks(folder, carried):
    """The lines of every block of the student's, by file and function."""
    found = {}
    for name in set(carried.blocks) & set(carried.changed):
        there = blocks_of(_text(folder / name), carried.blocks[name])
        found[name] = {block: there[block] for block in carried.blocks[name] if block in there}
    return found


def _text(path):
    return path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")


def _write(path, data):
    """Replace a file in one step, keeping its permissions; None removes it."""
    if data is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode if path.exists() else (0o755 if path.suffix == ".sh" else 0o644)
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    os.chmod(beside, mode & 0o777)
    os.replace(beside, path)


def _new_folder(folder):
    number = 1
    while (backup := Path(folder) / f"{BACKUP}-{number}").exists():
        number += 1
    backup.mkdir()
    return backup


class Carried:
    """The contents of an update.

    - blocks: {module: [functions with a block]}.
    - changed: names of the files that are new, other or gone; old(name), new(name): their bytes, or None.
    """

    def __init__(self, archive):
        with zipfile.ZipFile(archive) as opened:
            table = json.loads(opened.read("update.json"))
            self._files = {name: opened.read(name) for name in opened.namelist() if "/" in name}
        self.blocks, self.changed = table["blocks"], table["changed"]

    def old(self, name):
        return self._files.get(f"old/{name}")

    def new(self, name):
        return self._files.get(f"new/{name}")
