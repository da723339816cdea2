"""The notebooks as they are kept: run with the reference, verdicts of check cells stored, and nothing else.

    python -m instructor notebooks            run all, write what has changed
    python -m instructor notebooks NAME       run this one only
    python -m instructor notebooks --check    run all, write nothing, exit 1 when something would change

A check cell begins with `# NBVAL_CHECK_OUTPUT` and prints a verdict for each task that it names. No other
cell keeps an output, so that a notebook holds no picture, number or time of any machine.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_output

from instructor.core.composition import compose
from instructor.core.files import write_atomically
from instructor.core.tasks import ROOT, code_tasks, notebooks

CHECK = "# NBVAL_CHECK_OUTPUT"
CALL = re.compile(r"checks\.report\(([^()]*)\)")
ID = re.compile(r"[a-z][a-z0-9-]*")
PLACEHOLDER = "**Your answer:** *double-click here and write over this line.*"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
SECONDS_A_CELL = 600


def tidy_notebooks(check: bool = False, names: Collection[str] = ()) -> int:
    """Tidy the notebooks, or with `check` only say what is not tidy; return the exit status.

    With `names`, without folder and ending, only these are run; the form of all is looked at. Raises
    ValueError for a name that no notebook has.
    """
    if unknown := sorted(set(names) - {Path(name).stem for name in notebooks()}):
        there = ", ".join(Path(name).stem for name in notebooks())
        raise ValueError(f"There is no notebook {', '.join(unknown)}. There are {there}.")
    sources = {ROOT / name: (ROOT / name).read_text(encoding="utf-8") for name in notebooks()}
    faults = problems({path.name: nbformat.reads(text, as_version=4) for path, text in sources.items()})
    status = 0
    with tempfile.TemporaryDirectory() as folder:
        lay_out(Path(folder), {task.id: "reference" for task in code_tasks()})
        for path, text in sources.items():
            if names and path.stem not in names:
                continue
            try:
                tidy, wrong = tidied(text, Path(folder) / "notebooks")
            except CellExecutionError as error:
                tidy, wrong = text, [f"{path.name} stops with the reference: {error.ename}: {error.evalue}"]
            faults += [f"{path.name}: {line}" for line in wrong]
            if tidy == text:
                print(f"{path.name}: unchanged")
            elif check:
                faults.append(f"{path.name} is not tidy; run: python -m instructor notebooks")
            else:
                write_atomically(path, tidy)
                print(f"{path.name}: written")
    for fault in faults:
        print(fault)
        status = 1
    return status


def lay_out(folder: Path, choice: dict[str, str | None]) -> None:
    """Put the package with the chosen fill-ins, and the notebooks, into `folder`; data are read from here."""
    compose(folder, choice)
    (folder / "notebooks").mkdir()
    for name in notebooks():
        shutil.copy(ROOT / name, folder / name)


def tidied(text: str, folder: Path) -> tuple[str, list[str]]:
    """Run a notebook with `folder` as its own; return its text as it is to be kept, and what went wrong.

    Raises nbclient's CellExecutionError when a cell raises.
    """
    notebook = nbformat.reads(text, as_version=4)
    execute(run := nbformat.reads(text, as_version=4), folder)
    wrong = []
    for cell, ran in zip(notebook.cells, run.cells, strict=True):
        tags = cell.metadata.get("tags")
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        wrong += [line for line in printed(ran).splitlines() if "Warning" in line]
        if is_check(cell):
            # One piece of text, however many pieces the kernel happened to send it in; no card.
            cell.outputs = [new_output("stream", name="stdout", text=printed(ran))]
            cell.execution_count = ran.execution_count
            wrong += [line for line in printed(ran).splitlines() if not line.endswith(": passed")]
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat_minor = 5
    return nbformat.writes(notebook, version=4) + "\n", wrong


def execute(notebook: nbformat.NotebookNode, folder: Path, quick: bool = True) -> None:
    """Run all cells, with few iterations if `quick`, in a kernel with `folder` as its own."""
    data = os.environ.get("CS231N_DATA", str(ROOT / "datasets"))
    environment = {**os.environ, "CS231N_QUICK": "1" if quick else "", "CS231N_DATA": data}
    # Files instead of ports: nobody else on the machine can talk to the kernel.
    manager = AsyncKernelManager(transport="ipc", connection_file=str(folder.parent / "kernel.json"))
    resources = {"metadata": {"path": str(folder)}}
    client = NotebookClient(notebook, km=manager, timeout=SECONDS_A_CELL, resources=resources)
    client.execute(env=environment, cleanup_kc=True)


def problems(books: dict[str, nbformat.NotebookNode]) -> list[str]:
    """What in the form of the notebooks breaks the rules, a sentence each; `books` maps names to them."""
    found, reported, named = [], set(), set()
    set_ups = {next(iter(book.cells), {}).get("source") for book in books.values()}
    if len(set_ups) > 1:
        found.append("The first cells differ; every notebook starts with the same set-up cell.")
    for name, book in books.items():
        found += [f"{name}: {problem}" for problem in _problems_of(book)]
        for cell in book.cells:
            reported |= set(named_tasks(cell)) if is_check(cell) else set()
            named |= set(named_tasks(cell)) if cell.cell_type == "code" else set()
    known = {task.id: task for task in code_tasks()}
    # The verdict on a bonus task is not stored: without the bonus, the notebook earns all of its points.
    stored = {name for name, task in known.items() if not task.bonus}
    found += [f"No notebook checks {task}." for task in sorted((stored - reported) | (set(known) - named))]
    found += [f"A notebook checks {task}, which is no task." for task in sorted(named - set(known))]
    found += [
        f"{task} is a bonus; its check is not stored." for task in sorted(reported - stored) if task in known
    ]
    return found


def is_check(cell: nbformat.NotebookNode) -> bool:
    """Whether the output of a cell is stored and compared."""
    return cell.cell_type == "code" and cell.source.splitlines()[:1] == [CHECK]


def named_tasks(cell: nbformat.NotebookNode) -> list[str]:
    """The tasks that a check cell reports on."""
    return re.findall(r'"(\w+)"', " ".join(CALL.findall(cell.source)))


def printed(cell: nbformat.NotebookNode) -> str:
    """What a cell has printed."""
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def _problems_of(book: nbformat.NotebookNode) -> list[str]:
    found = []
    ids = [cell.get("id", "") for cell in book.cells]
    found += [f"the id {id!r} is used twice." for id in sorted({id for id in ids if ids.count(id) > 1})]
    found += [f"the id {id!r} is not made of small words." for id in ids if not ID.fullmatch(id)]
    if not book.cells or book.cells[0].cell_type != "code":
        found.append("the first cell is not the set-up cell.")
    for before, cell in zip([None, *book.cells], book.cells, strict=False):
        where = f"cell {cell.get('id')!r}"
        if "answer" in cell.metadata.get("tags", []):
            if cell.source != PLACEHOLDER:
                found.append(f"{where} holds an answer; it should hold only the placeholder.")
            if before is None or "**Question " not in before.source:
                found.append(f"{where} is an answer without a question above it.")
        if "**Question " in cell.source and "answer" not in _next_tags(book, cell):
            found.append(f"{where} asks a question and leaves no room for the answer.")
        if cell.cell_type == "code" and "TODO" in cell.source:
            found.append(f"{where} has code to fill in; that belongs into the package.")
        if is_check(cell) and not CALL.fullmatch("\n".join(cell.source.splitlines()[1:])):
            found.append(f"{where} is a check cell; it should hold one call of checks.report, no more.")
        if CHECK in cell.source and not is_check(cell):
            found.append(f"{where} does not begin with {CHECK}.")
    return found


def _next_tags(book: nbformat.NotebookNode, cell: nbformat.NotebookNode) -> list[str]:
    following = book.cells[book.cells.index(cell) + 1 :]
    return following[0].metadata.get("tags", []) if following else []
