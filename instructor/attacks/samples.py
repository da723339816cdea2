"""The samples of the hostile collection: what each tries, and what must become of it.

A sample is one Python file in `collection/<class>/`. Its docstring begins with a sentence on what it tries;
lines `Key: value` below state the rest (README.md lists the keys). What follows it is, by the sample's form:

block    the body of a task's TODO block
module   code at the end of the task's module, whose blocks are filled with the reference but for the task's
archive  a function `pack(path, files)` that writes the archive; `files` are an honest submission's
jail     functions for a jail of their own, where nothing is graded: `attack()` gives what it was able to do,
         and `found()`, if there is one, what the next check or another submission finds of it
"""

from __future__ import annotations

import ast
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from instructor.core.composition import splice
from instructor.core.tasks import ROOT, Task, code_tasks, notebooks, todo_modules

COLLECTION = Path(__file__).parent / "collection"
FORMS = ("block", "module", "archive", "jail")
EFFECTS = ("gains", "leaks", "harms", "stops", "exhausts", "leaves", "escapes", "misleads")
KEY = re.compile(r"^([A-Z]\w*): (.+)$")
KNOWN = {"Form", "Task", "Earns", "Alive", "Says", "Refused", "Remarks", "Notebooks"}


@dataclass(frozen=True)
class Sample:
    """One hostile submission.

    `tasks` are the tasks that it attacks, the first is the one whose block it fills; `earns` the least and
    the most points that they may bring, which differ where chance plays a part. `alive` names what it does
    to a weak grader. `says` must be in what the student reads of the checks, `remarks` in the remarks on the
    files, `refused` in the reason for not grading at all; `notebook` is one that has to run as well. Every
    task that is not attacked must bring all of its points.
    """

    name: str
    kind: str
    sentence: str
    form: str
    code: str
    tasks: tuple[str, ...]
    earns: tuple[float, float]
    alive: tuple[str, ...]
    says: str = ""
    remarks: str = ""
    refused: str = ""
    notebook: str = ""

    @property
    def is_graded(self) -> bool:
        """Whether it is a submission; else its functions are called in a jail of their own."""
        return self.form != "jail"

    def pack(self, path: Path) -> Path:
        """Write the sample's archive to `path`."""
        files = honest_files(dict.fromkeys(self.tasks))
        if self.form == "jail":
            write_zip(path, {"jailed.py": self.code.encode()})
            return path
        if self.form == "archive":
            scope: dict = {"__name__": f"attacks.{self.name}"}
            exec(compile(self.code, self.name, "exec"), scope)  # the kit's own code
            scope["pack"](path, files)
            return path
        task = task_named(self.tasks[0])
        source = files[task.module].decode()
        if self.form == "block":
            source = splice(source, task.block, self.code)
        else:
            source += "\n\n" + self.code
        write_zip(path, {**files, task.module: source.encode()})
        return path


@cache
def load_samples() -> tuple[Sample, ...]:
    """Every sample of the collection, by class and name. Raises ValueError for one that is malformed."""
    samples = tuple(_read(path) for path in sorted(COLLECTION.glob("*/*.py")))
    names = [sample.name for sample in samples]
    if doubled := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"two samples have the same name: {', '.join(sorted(doubled))}")
    return samples


def honest_files(choice: Mapping[str, str | None]) -> dict[str, bytes]:
    """The files of a submission: every block with its reference, but those of `choice` (None: unfilled)."""
    from instructor.core.composition import fillins

    sources = {name: (ROOT / name).read_text(encoding="utf-8") for name in todo_modules()}
    for task in code_tasks():
        name = choice.get(task.id, "reference")
        if name is not None:
            body = fillins(task.id)[name].body
            sources[task.module] = splice(sources[task.module], task.block, body)
    packed = {name: source.encode() for name, source in sources.items()}
    return packed | {name: (ROOT / name).read_bytes() for name in notebooks()}


def write_zip(path: Path, files: Mapping[str, bytes]) -> None:
    """A zip of these files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in files.items():
            archive.writestr(name, data)


def task_named(name: str) -> Task:
    """The code task with this id."""
    return next(task for task in code_tasks() if task.id == name)


def _read(path: Path) -> Sample:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source, filename=str(path))
    sentence, _, rest = (ast.get_docstring(tree) or "").partition("\n\n")
    fields = dict(match.groups() for line in rest.splitlines() if (match := KEY.match(line)))
    tasks = tuple(fields.get("Task", "").replace(",", " ").split())
    alive = tuple(fields.get("Alive", "").split())
    problems = [
        (not sentence or not alive, "a sentence and a line Alive"),
        (fields.get("Form") not in FORMS, f"a form, one of {', '.join(FORMS)}"),
        (set(fields) > KNOWN, f"no keys but {', '.join(sorted(KNOWN))}"),
        (not set(alive) <= set(EFFECTS), f"effects out of {', '.join(EFFECTS)}"),
        (not set(tasks) <= {task.id for task in code_tasks()}, "tasks that there are"),
        (bool(tasks) != ("Earns" in fields), "Earns where it attacks a task"),
    ]
    for wrong, needed in problems:
        if wrong:
            raise ValueError(f"{path.parent.name}/{path.name} needs {needed}")
    lines = source.splitlines(keepends=True)
    code = "".join(lines[tree.body[0].end_lineno :]).lstrip("\n")
    least, _, most = fields.get("Earns", "0").partition(" to ")
    return Sample(
        name=path.stem,
        kind=path.parent.name,
        sentence=" ".join(sentence.split()),
        form=fields["Form"],
        code=code,
        tasks=tasks,
        earns=(float(least), float(most or least)),
        alive=alive,
        says=fields.get("Says", ""),
        remarks=fields.get("Remarks", ""),
        refused=fields.get("Refused", ""),
        notebook=fields.get("Notebooks", ""),
    )
