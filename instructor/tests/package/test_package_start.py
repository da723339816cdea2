"""The first cell's second half: what it does in Jupyter, in Colab's older IPython, and where things are "
"missing."""

import importlib
import sys
import types

import pytest

from cs231n import start
from cs231n.explore import parts


class Shell:
    """Writes down which magics it is asked for, and whether `imp` can be imported at that moment."""

    def __init__(self):
        self.asked = []

    def run_line_magic(self, name, line):
        self.asked.append(f"{name} {line}")
        if line == "autoreload":
            from imp import reload  # as IPython 7's begins

            assert reload is importlib.reload or sys.version_info < (3, 12)


@pytest.fixture
def shell(monkeypatch):
    made = Shell()
    monkeypatch.setattr(start, "get_ipython", lambda: made)
    return made


@pytest.fixture
def colab(monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))


@pytest.fixture
def commands(monkeypatch):
    """What was run, and the exit status that the next ones have."""
    ran, status = [], [0]

    def run(command, **_):
        ran.append(command)
        return types.SimpleNamespace(returncode=status[0], stdout="", stderr="no route to host")

    monkeypatch.setattr(start.subprocess, "run", run)
    return ran, status


@pytest.fixture
def without_imp(monkeypatch):
    """A Python that has no `imp`, as 3.12 and newer."""
    find = importlib.util.find_spec
    monkeypatch.setattr(start.importlib.util, "find_spec", lambda name: None if name == "imp" else find(name))
    monkeypatch.delitem(sys.modules, "imp", raising=False)


def test_the_older_ipython_finds_the_module_that_python_has_dropped_and_nobody_else_does(shell, without_imp):
    start.start()
    assert shell.asked == ["reload_ext autoreload", "autoreload 2", "matplotlib inline"]
    assert "imp" not in sys.modules


def test_away_from_colab_nothing_is_installed(shell, without_imp, commands):
    start.start()
    assert commands[0] == []


def test_on_colab_the_data_come_and_what_is_missing_is_installed(
    shell, without_imp, colab, commands, monkeypatch
):
    start.start()
    assert [command[0] for command in commands[0]] == ["bash"]
    assert commands[0][0][1:] == [str(start.ROOT / "datasets" / "get_datasets.sh"), "--quiet", "embedded"]
    monkeypatch.setattr(start.importlib.util, "find_spec", lambda name: None)
    start.start()
    assert commands[0][-1][1:] == ["-m", "pip", "install", "--quiet", "timm"]


def test_what_colab_could_not_get_is_told_with_the_reason(shell, without_imp, colab, commands):
    commands[1][0] = 1
    with pytest.raises(RuntimeError, match=r"get_datasets\.sh[\s\S]*no route to host\nRun this cell again"):
        start.start()


@pytest.mark.parametrize("takes", [0, 1])
def test_edits_are_taken_up_in_the_older_and_the_newer_ipython(monkeypatch, takes):
    checked = []
    older, newer = (lambda: checked.append(True)), (lambda info: checked.append(True))
    magics = types.SimpleNamespace(pre_run_cell=newer if takes else older)
    shell = types.SimpleNamespace(magics_manager=types.SimpleNamespace(registry={"AutoreloadMagics": magics}))
    monkeypatch.setattr(parts, "get_ipython", lambda: shell)
    parts.latest("sim")
    assert checked == [True]
