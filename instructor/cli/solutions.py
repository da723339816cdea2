"""`python -m instructor solutions`: the solved modules and the executed notebooks, for after the deadline."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from instructor.core.composition import compose
from instructor.core.files import write_bytes_atomically
from instructor.core.tasks import ROOT, TASKS_FILE, code_tasks, notebooks, todo_modules
from instructor.core.term import load_term
from instructor.release.student_zip import DIST, lay_out, pack

SOLUTIONS = DIST / "cs231n-solutions.zip"
FOLDER = "cs231n-solutions"
BUILT, FAULTY, REFUSED = 0, 1, 2


def add(commands) -> None:
    """Add the command to the parser of all commands."""
    command = commands.add_parser(
        "solutions",
        help="build the solved package and the executed notebooks, after the deadline",
        description="Build dist/cs231n-solutions.zip. Refused (exit status 2) before the deadline.",
    )
    command.add_argument("--force", action="store_true", help="also before the deadline")
    command.add_argument("--full", action="store_true", help="notebooks in full, which takes minutes")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Build `dist/cs231n-solutions.zip`; refuse before the deadline unless forced."""
    if (reason := _too_early()) and not options.force:
        print(f"No solutions yet: {reason} Give --force to build them all the same.", file=sys.stderr)
        return REFUSED
    from nbclient.exceptions import CellExecutionError

    try:
        members = solved(options.full)
    except CellExecutionError as error:
        print(
            f"No solutions: a notebook stops with the reference. {error.ename}: {error.evalue}",
            file=sys.stderr,
        )
        return FAULTY
    DIST.mkdir(exist_ok=True)
    write_bytes_atomically(SOLUTIONS, pack(members, FOLDER))
    for name, data in members.items():
        print(f"  {name:<42}{len(data):>11,} bytes")
    print(f"{SOLUTIONS.relative_to(ROOT)}: open the .html files in any browser.")
    return BUILT


def solved(full: bool) -> dict[str, bytes]:
    """The solved modules, and each notebook, run with them, as a page of HTML.

    With `full`, as many iterations as students have, which takes minutes; else few. Raises nbclient's
    CellExecutionError when a cell raises.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        lay_out(folder, package=False)
        compose(folder, {task.id: "reference" for task in code_tasks()})
        members = {name: (folder / name).read_bytes() for name in todo_modules()}
        for name in notebooks():
            page = Path(name).with_suffix(".html").name
            members[page] = _page(folder / name, full).encode("utf-8")
        shutil.rmtree(folder / "notebooks")
    return members


def _page(path: Path, full: bool) -> str:
    import nbformat
    from nbconvert import HTMLExporter

    from instructor.release.kept_notebooks import execute

    notebook = nbformat.read(path, as_version=4)
    execute(notebook, path.parent, quick=not full)
    return HTMLExporter(embed_images=True).from_notebook_node(
        notebook, resources={"metadata": {"name": path.stem}}
    )[0]


def _too_early() -> str:
    """Why solutions are not to be handed out now; nothing when they are."""
    due = load_term(TASKS_FILE).due
    if due is None:
        return "tasks.toml has no deadline; `python -m instructor new-term --due DATE` sets one."
    if datetime.now(UTC) < due:
        return f"the assignments are due {due:%Y-%m-%d %H:%M %z}."
    return ""
