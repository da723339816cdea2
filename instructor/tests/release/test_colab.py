"""Both notebooks in the versions of Google Colab: make test-colab."""

import os
import re
import shutil
import sys
from importlib.metadata import version

import nbformat
import pytest

from instructor.core.tasks import ROOT, code_tasks, notebooks
from instructor.release import kept_notebooks as kit

pytestmark = pytest.mark.skipif(not os.environ.get("COLAB_TESTS"), reason="make test-colab runs these")

PYTHON = (3, 13)  # Colab's
PINNED = re.findall(
    r"^(\w+)==([\d.]+)$", (ROOT / "instructor/requirements-colab.txt").read_text("utf-8"), flags=re.MULTILINE
)
VIEW = "application/vnd.jupyter.widget-view+json"
EXPLORERS = re.compile(r"^(?:display\()?explore\.\w+\(|display\(explore\.", flags=re.MULTILINE)


@pytest.fixture
def colab(tmp_path, monkeypatch):
    """Kernels started from here have loaded a module google.colab, as Colab's have."""
    module = tmp_path / "modules" / "google" / "colab" / "__init__.py"
    module.parent.mkdir(parents=True)
    module.touch()
    startup = tmp_path / "ipython" / "profile_default" / "startup" / "colab.py"
    startup.parent.mkdir(parents=True)
    startup.write_text("import google.colab\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(module.parents[2]))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    return tmp_path


def test_the_versions_are_those_of_colab():
    assert len(PINNED) == 3
    assert {name: version(name) for name, _ in PINNED} == dict(PINNED)


def test_the_python_is_that_of_colab():
    if sys.version_info[:2] != PYTHON:
        here, there = (".".join(map(str, numbers)) for numbers in (sys.version_info[:2], PYTHON))
        pytest.skip(f"Colab has Python {there}, this is {here}: what {there} alone does was not tried")


@pytest.mark.parametrize("filled", [True, False], ids=["filled", "unfilled"])
@pytest.mark.parametrize("name", notebooks())
def test_a_notebook_runs_from_top_to_bottom(colab, name, filled):
    folder = colab / "assignments"
    folder.mkdir()
    kit.lay_out(folder, {task.id: "reference" for task in code_tasks()} if filled else {})
    left_out = shutil.ignore_patterns("embedded", "cifar*", "*.npz", "own_photos", ".partial")
    shutil.copytree(ROOT / "datasets", folder / "datasets", ignore=left_out)
    book = nbformat.read(ROOT / name, as_version=4)
    kit.execute(book, folder / "notebooks")  # raises when a cell does
    verdict = "passed" if filled else "not started"
    for cell in filter(kit.is_check, book.cells):
        said = [line.partition(" - ")[0] for line in kit.printed(cell).splitlines()]
        assert said == [f"{task}: {verdict}" for task in kit.named_tasks(cell)]
    for cell in book.cells:
        if cell.cell_type == "code" and EXPLORERS.search(cell.source):
            kinds = [kind for output in cell.outputs for kind in output.get("data", {})]
            assert kinds.count(VIEW) == 1 or not filled, cell.id
            assert "image/png" not in kinds, cell.id  # Colab would show it beside the explorer
