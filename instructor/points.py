"""What students may know of the tasks: their titles and points, as a file of the package.

python -m instructor.points            write cs231n/points.json from tasks.toml
python -m instructor.points --check    write nothing, exit 1 when the file is not what it would be
"""

from __future__ import annotations

import json
import sys

from instructor.tasks import ROOT, load_tasks

POINTS_FILE = ROOT / "cs231n" / "points.json"


def public_table() -> str:
    """The text of the file: each task's title and points, in the order of the tasks."""
    table = {
        task.id: {"title": task.title, "points": task.points} | ({"bonus": True} if task.bonus else {})
        for task in load_tasks()
    }
    return json.dumps(table, indent=2, ensure_ascii=False) + "\n"


def main(words: list[str]) -> int:
    """Write or check the file; return the exit status."""
    if POINTS_FILE.is_file() and POINTS_FILE.read_text(encoding="utf-8") == public_table():
        return 0
    if "--check" in words:
        print(
            "cs231n/points.json is not what tasks.toml says. Run: python -m instructor.points",
            file=sys.stderr,
        )
        return 1
    POINTS_FILE.write_text(public_table(), encoding="utf-8")
    print(f"Written: {POINTS_FILE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
