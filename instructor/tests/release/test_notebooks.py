"""The notebooks run for everybody: with all blocks filled, with none, and while blocks are being filled."""

import copy

import nbformat
import pytest
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from instructor.core.composition import fillins, splice
from instructor.core.tasks import ROOT, code_tasks, notebooks
from instructor.release import kept_notebooks as kit


def read(name):
    return nbformat.read(ROOT / name, as_version=4)


@pytest.fixture
def books():
    return {name: read(name) for name in notebooks()}


def test_the_notebooks_keep_the_rules(books):
    assert kit.problems(books) == []


def test_running_them_with_the_reference_changes_nothing(capsys):
    assert kit.tidy_notebooks(check=True) == 0, capsys.readouterr().out


@pytest.mark.parametrize("name", notebooks())
def test_an_unfilled_package_runs_from_top_to_bottom_and_every_task_says_not_started(name, tmp_path):
    kit.lay_out(tmp_path, {})
    book = read(name)
    kit.execute(book, tmp_path / "notebooks")  # raises when a cell does
    for cell in filter(kit.is_check, book.cells):
        verdicts = [line.partition(" - ")[0] for line in kit.printed(cell).splitlines()]
        assert verdicts == [f"{task}: not started" for task in kit.named_tasks(cell)]
    said = "".join(kit.printed(cell) for cell in book.cells if cell.cell_type == "code")
    assert "Warning" not in said


def test_a_block_that_is_filled_while_the_kernel_runs_is_taken_up_without_a_word(tmp_path):
    kit.lay_out(tmp_path, {})
    set_up = read(notebooks()[0]).cells[0]
    tasks = [task for task in code_tasks() if task.module.startswith("cs231n/simclr")]
    names = ", ".join(f'"{task.id}"' for task in tasks)
    use = (
        "import torch\nfrom cs231n.simclr.utils import train\n"
        "from cs231n.simclr.datasets import ImagePairs\nfrom cs231n.simclr.contrastive_loss import sim\n"
        "with checks.attempt():\n    print(sim(torch.tensor([2.0, 0.0]), torch.tensor([3.0, 4.0])).item())\n"
    )
    report = f"checks.report({names})"
    sources = [set_up.source, "from cs231n import checks", use, report, use, report]
    book = new_notebook(cells=[new_code_cell(source) for source in sources])
    manager = AsyncKernelManager(transport="ipc", connection_file=str(tmp_path / "kernel.json"))
    resources = {"metadata": {"path": str(tmp_path / "notebooks")}}
    client = NotebookClient(book, km=manager, timeout=120, resources=resources)
    with client.setup_kernel(cleanup_kc=True):
        for n in range(4):
            client.execute_cell(book.cells[n], n)
        for task in tasks:
            file = tmp_path / task.module
            body = fillins(task.id)["reference"].body
            file.write_text(splice(file.read_text("utf-8"), task.block, body), encoding="utf-8")
        for n in (4, 5):
            client.execute_cell(book.cells[n], n)
    before, after = book.cells[3], book.cells[5]
    assert all(": not started" in line for line in kit.printed(before).splitlines())
    assert kit.printed(after).splitlines() == [f"{task.id}: passed" for task in tasks]
    assert float(kit.printed(book.cells[4])) == pytest.approx(0.6)


def test_only_check_cells_keep_outputs_and_those_are_text(books):
    for book in books.values():
        for cell in book.cells:
            if cell.cell_type != "code":
                continue
            if kit.is_check(cell):
                assert [output.output_type for output in cell.outputs] == ["stream"]
                assert all(line.endswith(": passed") for line in kit.printed(cell).splitlines())
                assert cell.execution_count
            else:
                assert cell.outputs == []
                assert cell.execution_count is None


def test_the_parts_that_students_fill_are_not_shown(books):
    """No notebook holds a line of a reference solution."""
    text = "\n".join(cell.source for book in books.values() for cell in book.cells)
    shown = {line.strip() for line in text.splitlines()}
    for task in code_tasks():
        lines = {line.strip() for line in fillins(task.id)["reference"].body.splitlines()}
        long = {line for line in lines if len(line) > 30}
        assert not long & shown


def _first_answer(book):
    return next(cell for cell in book.cells if "answer" in cell.metadata.get("tags", []))


def _first_check(book):
    return next(cell for cell in book.cells if kit.is_check(cell))


def _edit(cell, source):
    cell.source = source


BREAKS = {
    "The first cells differ": lambda book: _edit(book.cells[0], "import sys"),
    "is used twice": lambda book: book.cells.append(copy.deepcopy(book.cells[1])),
    "is not made of small words": lambda book: book.cells[1].update(id="8F3A_22"),
    "the first cell is not the set-up cell": lambda book: book.cells.insert(0, new_markdown_cell(id="a")),
    "holds an answer": lambda book: _edit(_first_answer(book), "42"),
    "without a question": lambda book: book.cells.insert(1, copy.deepcopy(_first_answer(book))),
    "leaves no room": lambda book: book.cells.remove(_first_answer(book)),
    "has code to fill in": lambda book: book.cells.append(new_code_cell("# TODO: the loss", id="z")),
    "no more": lambda book: _edit(_first_check(book), _first_check(book).source + "\nprint(loss)"),
    "does not begin with": lambda book: _edit(_first_check(book), "\n" + _first_check(book).source),
    "which is no task": lambda book: _edit(_first_check(book), kit.CHECK + '\nchecks.report("similarity")'),
}


@pytest.mark.parametrize("sentence", BREAKS)
def test_a_broken_rule_is_named(sentence, books):
    BREAKS[sentence](books[notebooks()[0]])
    assert [problem for problem in kit.problems(books) if sentence in problem]


def test_a_task_that_no_notebook_checks_is_named(books):
    for book in books.values():
        book.cells = [cell for cell in book.cells if "compute_sim_matrix" not in cell.source]
    assert "No notebook checks compute_sim_matrix." in kit.problems(books)


def test_the_verdict_on_a_bonus_task_is_asked_for_and_not_stored(books):
    bonus = next(task.id for task in code_tasks() if task.bonus)
    cells = [cell for book in books.values() for cell in book.cells if bonus in kit.named_tasks(cell)]
    cells[0].source = f"{kit.CHECK}\n{cells[0].source}"
    assert f"{bonus} is a bonus; its check is not stored." in kit.problems(books)
    for cell in cells:
        cell.source = "pass"
    assert f"No notebook checks {bonus}." in kit.problems(books)
