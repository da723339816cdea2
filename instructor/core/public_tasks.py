"""What students may know of the tasks, as a file of the package: `cs231n/tasks.json`.

Everything on the students' side that lists tasks, files to fill, notebooks or languages reads it from there.
"""

from __future__ import annotations

import json
from pathlib import Path

from instructor.core.files import write_atomically
from instructor.core.tasks import ROOT, Task, load_tasks, notebooks, todo_modules

TABLE_FILE = ROOT / "cs231n" / "tasks.json"
IMPORTS = (
    "torch",
    "torchvision",
    "timm",
    "numpy",
    "scipy",
    "PIL",
    "matplotlib",
    "tqdm",
)  # docs/student.md says so


def public_table() -> str:
    """The text of the file, in the order of the tasks.

    - tasks: {id: title, points, file; unless it is a notebook its block, minutes, goal, hint and formula; and
      whether it is a bonus}.
    - packed: the files that are handed in.
    - notebooks: {file: title, and the languages it is translated into}.
    - imports: what the grader has, beside Python's own modules, for files that are handed in.
    - given: the modules of the package, which the grader has too.
    """
    tasks = load_tasks()
    books = {
        task.module: {"title": task.title, "languages": task.languages} for task in tasks if task.is_notebook
    }
    table = {
        "tasks": {task.id: _entry(task) for task in tasks},
        "packed": [*todo_modules(), *notebooks()],
        "notebooks": books,
        "imports": IMPORTS,
        "given": sorted(_module(path) for path in (ROOT / "cs231n").rglob("*.py")),
    }
    return json.dumps(table, indent=2, ensure_ascii=False) + "\n"


def is_public_table_current() -> bool:
    """Whether the file says what tasks.toml says."""
    return TABLE_FILE.is_file() and TABLE_FILE.read_text(encoding="utf-8") == public_table()


def write_public_table() -> None:
    """Write the file, where it is not current, and say so."""
    if not is_public_table_current():
        write_atomically(TABLE_FILE, public_table())
        print(f"Written: {TABLE_FILE.relative_to(ROOT)}")


def _module(path: Path) -> str:
    """The name by which a file of the package is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _entry(task: Task) -> dict[str, str | int]:
    entry = {"title": task.title, "points": task.points, "file": task.module}
    if task.block:
        entry |= {name: getattr(task, name) for name in ("block", "minutes", "goal", "hint", "formula")}
    return {key: value for key, value in entry.items() if value} | ({"bonus": True} if task.bonus else {})
