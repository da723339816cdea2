"""What students may know of the tasks: their titles and points, as a file of the package."""

from __future__ import annotations

import json

from instructor.core.tasks import ROOT, load_tasks

POINTS_FILE = ROOT / "cs231n" / "points.json"


def public_table() -> str:
    """The text of the file: each task's title and points, in the order of the tasks."""
    table = {
        task.id: {"title": task.title, "points": task.points} | ({"bonus": True} if task.bonus else {})
        for task in load_tasks()
    }
    return json.dumps(table, indent=2, ensure_ascii=False) + "\n"


def is_public_table_current() -> bool:
    """Whether the file says what tasks.toml says."""
    return POINTS_FILE.is_file() and POINTS_FILE.read_text(encoding="utf-8") == public_table()


def write_public_table() -> None:
    """Write the file, where it is not current, and say so."""
    if not is_public_table_current():
        POINTS_FILE.write_text(public_table(), encoding="utf-8")
        print(f"Written: {POINTS_FILE.relative_to(ROOT)}")
