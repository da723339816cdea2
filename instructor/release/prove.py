"""What a release promises, and the proof of each promise, on the zip as it lies in dist/."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat

from instructor.core.composition import block_source
from instructor.core.tasks import ROOT, code_tasks
from instructor.release.kept_notebooks import METADATA, is_check, printed
from instructor.release.leaks import leaks
from instructor.release.question_points import not_current
from instructor.release.student_zip import student_files, student_zip, unlisted, unpack

Proof = Callable[[Path], list[str]]  # from the zip to the sentences that say what is wrong


def promises(quick: bool) -> dict[str, Proof]:
    """What is promised, in words, and its proof; `quick` leaves out what runs code, which takes minutes."""
    from instructor.release import walkthrough

    static: dict[str, Proof] = {
        "its members are those of the list": members_equal_the_list,
        "no student file is forgotten": nothing_is_forgotten,
        "no answer, known mistake or hidden check is in it": nothing_leaks,
        "every task is unfilled": every_task_is_unfilled,
        "only check cells keep an output": outputs_are_verdicts,
        "it says what each task and question is worth": points_are_told,
        "it is the same byte for byte when built again": it_is_reproducible,
    }
    running: dict[str, Proof] = {
        "unpacked, each task says that it is not started": walkthrough.tasks_say_not_started,
        "unpacked, the commands of its README work": walkthrough.readme_commands_work,
        "untouched, it scores 0": walkthrough.untouched_scores_0,
        "filled with the reference, it scores 100": walkthrough.reference_scores_100,
    }
    return static if quick else static | running


def members_equal_the_list(release: Path) -> list[str]:
    listed, there = set(student_files()), set(unpack(release))
    with zipfile.ZipFile(release) as archive:
        names = archive.namelist()
    return [
        *(f"{name} is listed and not in the zip" for name in sorted(listed - there)),
        *(f"{name} is in the zip and not listed" for name in sorted(there - listed)),
        *(["a member is in the zip twice"] if len(names) != len(set(names)) else []),
    ]


def nothing_is_forgotten(release: Path) -> list[str]:
    return [
        f"{name} is not in student_files.txt; add it there, or keep it elsewhere if it is not for students"
        for name in unlisted(student_files())
    ]


def nothing_leaks(release: Path) -> list[str]:
    return leaks(unpack(release))


def every_task_is_unfilled(release: Path) -> list[str]:
    members, wrong = unpack(release), []
    for task in code_tasks():
        untouched = f'raise TaskNotStarted("{task.id}")  # replace this line with your code\n'
        if block_source(members[task.module].decode("utf-8"), task.block) != untouched:
            wrong.append(f"the block of {task.id} holds more than its raise line")
    return wrong


def outputs_are_verdicts(release: Path) -> list[str]:
    """Only check cells keep an output, and it says "passed"; metadata say nothing."""
    wrong = []
    for name, data in unpack(release).items():
        if name.endswith(".ipynb"):
            book = nbformat.reads(data.decode("utf-8"), as_version=4)
            wrong += [f"{name}: {fault}" for fault in _stored(book)]
    return wrong


def points_are_told(release: Path) -> list[str]:
    """The zip is a copy of the files, as others promise; these are what tasks.toml says."""
    return not_current()


def it_is_reproducible(release: Path) -> list[str]:
    """Built again, also from a copy of the sources with other dates and permissions."""
    if student_zip() != release.read_bytes():
        return ["built again it differs"]
    with tempfile.TemporaryDirectory() as folder:
        for source in student_files().values():
            copy = Path(folder) / source
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes((ROOT / source).read_bytes())
            copy.chmod(0o600)
        return [] if student_zip(Path(folder)) == release.read_bytes() else ["built from a copy it differs"]


def _stored(book: nbformat.NotebookNode) -> Iterator[str]:
    if dict(book.metadata) != METADATA:
        yield f"its metadata are {json.dumps(book.metadata)[:80]}, not the plain ones"
    for cell in book.cells:
        where = f"cell {cell.get('id')!r}"
        if set(cell.metadata) - {"tags"} or cell.get("attachments"):
            yield f"{where} has metadata or attachments"
        outputs = cell.get("outputs", [])
        if is_check(cell):
            verdicts = printed(cell).splitlines()
            if [output.output_type for output in outputs] != ["stream"] or not verdicts:
                yield f"{where} should keep one printed verdict"
            elif not all(line.endswith(": passed") for line in verdicts):
                yield f"{where} keeps another output than 'passed'"
        elif outputs or cell.get("execution_count"):
            yield f"{where} keeps an output and is no check cell"
