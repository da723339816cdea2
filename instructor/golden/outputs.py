"""The parts that are frozen: each runs the kit in a folder and returns its files, names and masked texts."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from instructor.golden.cases import SEED, kit, pack, write_class, write_hostile, write_wrong
from instructor.golden.masking import masked
from instructor.release.student_zip import student_zip

REPORTS = ("results.json", "junit.xml", "feedback.html")
CLASS_REPORTS = ("gradebook.csv", "canvas.csv", "moodle.csv", "class.html")
HOSTILE_TASKS = "sim,train"  # one in each of the modules that are tampered with
OPTIONS = ("--sandbox", "bwrap", "--seed", SEED)  # some messages depend on the sandbox
SOME_NOT = (1,)  # the exit status that is meant where some submissions can't be graded
Golden = dict[str, str]


def grades(folder: Path) -> Golden:
    """The reports on the reference and the untouched package, on wrong answers and on hostile archives."""
    results, found = folder / "results", {}
    for name, fill in (("reference", "reference"), ("untouched", "unfilled")):
        kit("grade", pack(folder / f"{name}.zip", fill), *OPTIONS, "--results", results)
        found |= _read(results / name, REPORTS, name)
    write_wrong(folder / "wrong", folder)
    write_hostile(folder / "hostile", folder)
    plain = (*OPTIONS, "--notebooks", "none", "--results", results)
    kit("grade", folder / "wrong", *plain)
    kit("grade", folder / "hostile", *plain, "--tasks", HOSTILE_TASKS, expected=SOME_NOT)
    for kind in ("wrong", "hostile"):
        (graded,) = results.glob(f"{kind}*")  # the tasks are in its name
        for place in sorted((graded / "students").iterdir()):
            found |= _read(place, REPORTS, f"{kind}/{place.name}")
    return found


def course(folder: Path) -> Golden:
    """The gradebooks and the page of a class of six."""
    roster = write_class(folder / "six", folder)
    options = (*OPTIONS, "--notebooks", "none", "--roster", roster, "--results", folder / "results")
    kit("grade", folder / "six", *options, expected=SOME_NOT)
    return _read(folder / "results" / "six", CLASS_REPORTS, "six")


def release(folder: Path) -> Golden:
    """The members of the students' zip, with their permissions."""
    with zipfile.ZipFile(io.BytesIO(student_zip())) as archive:
        lines = [f"{info.external_attr >> 16:o} {info.filename}\n" for info in archive.infolist()]
    return {"members.txt": "".join(lines)}


def verify(folder: Path) -> Golden:
    """What `make verify` prints."""
    said = kit("verify", "--sandbox", "bwrap", "--seed", SEED, "--jobs", 2, expected=(0, 1))
    return {"verify.txt": masked("verify.txt", said)}


PARTS: dict[str, Callable[[Path], Golden]] = {
    "grades": grades,
    "class": course,
    "release": release,
    "verify": verify,
}


def _read(place: Path, names: tuple[str, ...], folder: str) -> Golden:
    texts = {name: (place / name).read_bytes().decode("utf-8") for name in names}  # line ends as they are
    return {f"{folder}/{name}": masked(name, text) for name, text in texts.items()}
