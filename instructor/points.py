"""What students may know of the tasks, as a file of the package: `cs231n/tasks.json`.

python -m instructor.points            write cs231n/tasks.json from tasks.toml
python -m instructor.points --check    write nothing, exit 1 when the file is not what it would be

Everything on the students' side that lists tasks, files to fill, notebooks or languages reads it from there.
"""

from __future__ import annotations

import json
import sys

from instructor.tasks import ROOT, Task, load_tasks, notebooks, todo_modules

TABLE_FILE = ROOT / "cs231n" / "tasks.json"


def public_table() -> str:
    """The text of the file, in the order of the tasks.

    - tasks: {id: title, points, file, its block unless it is a notebook, and whether it is a bonus}.
    - packed: the files that are handed in.
    - notebooks: {file: title, and the languages it is translated into}.
    """
    tasks = load_tasks()
    table = {
        "tasks": {task.id: _entry(task) for task in tasks},
        "packed": [*todo_modules(), *notebooks()],
        "notebooks": {
            task.module: {"title": task.title, "languages": task.languages}
            for task in tasks
            if task.is_notebook
        },
    }
    return json.dumps(table, indent=2, ensure_ascii=False) + "\n"


def _entry(task: Task) -> dict[str, str | int]:
    entry = {"title": task.title, "points": task.points, "file": task.module}
    return entry | ({"block": task.block} if task.block else {}) | ({"bonus": True} if task.bonus else {})


def main(words: list[str]) -> int:
    """Write or check the file; return the exit status."""
    if TABLE_FILE.is_file() and TABLE_FILE.read_text(encoding="utf-8") == public_table():
        return 0
    if "--check" in words:
        print(
            "cs231n/tasks.json is not what tasks.toml says. Run: python -m instructor.points",
            file=sys.stderr,
        )
        return 1
    TABLE_FILE.write_text(public_table(), encoding="utf-8")
    print(f"Written: {TABLE_FILE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
