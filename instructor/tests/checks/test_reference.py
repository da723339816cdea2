"""Packages of fill-ins that the trusted process loads: composed in memory, apart from each other."""

import sys
import traceback

import pytest
import torch

import cs231n.simclr.contrastive_loss as given
from cs231n.todo import TaskNotStarted
from instructor.checks.reference import answer, function_of, load, module_of, reference, unload
from instructor.core.composition import PACKAGE, compose
from instructor.core.tasks import code_tasks, todo_modules

REFERENCE = {task.id: "reference" for task in code_tasks()}
LEFT, RIGHT = torch.tensor([3.0, 4.0]), torch.tensor([1.0, 0.0])


@pytest.fixture
def loaded():
    """`load` under names that are forgotten at the end."""
    names = []

    def named(choice):
        names.append(f"cs231n_test_{len(names)}")
        return load(choice, names[-1])

    yield named
    for name in names:
        unload(name)


def test_packages_with_other_fillins_stand_beside_each_other(loaded):
    right, wrong, bare = loaded(REFERENCE), loaded(REFERENCE | {"sim": "wrong_dot_product"}), loaded({})
    assert function_of(right, "sim")(LEFT, RIGHT) == pytest.approx(0.6)
    assert function_of(wrong, "sim")(LEFT, RIGHT) == pytest.approx(3.0)
    with pytest.raises(sys.modules[f"{bare.__name__}.todo"].TaskNotStarted, match="sim"):
        function_of(bare, "sim")(LEFT, RIGHT)
    with pytest.raises(TaskNotStarted):
        given.sim(LEFT, RIGHT)
    assert answer("sim")(LEFT, RIGHT) == pytest.approx(0.6)


def test_a_module_calls_its_own_package_and_no_other(loaded):
    wrong = loaded(REFERENCE | {"sim": "wrong_dot_product"})
    naive = function_of(wrong, "simclr_loss_naive")
    assert naive.__globals__["sim"] is function_of(wrong, "sim")
    views = torch.stack([LEFT, RIGHT])
    assert naive(views, views, 0.5) != answer("simclr_loss_naive")(views, views, 0.5)


def test_what_is_loaded_is_what_is_composed(loaded, tmp_path):
    package = loaded(REFERENCE)
    compose(tmp_path, REFERENCE)
    for path in todo_modules():
        module = sys.modules[module_of(package.__name__, path)]
        assert module.__loader__.get_source(module.__name__) == (tmp_path / path).read_text(encoding="utf-8")
    assert sys.modules[f"{package.__name__}.todo"].__file__ == str(PACKAGE / "todo.py")


def test_each_package_has_files_of_its_own_by_which_checks_find_its_functions(loaded):
    packages = [loaded(REFERENCE), loaded(REFERENCE)]
    functions = [function_of(package, "simclr_loss_naive") for package in packages]
    files = [sys.modules[function.__module__].__file__ for function in functions]
    assert files == [function.__code__.co_filename for function in functions]
    assert len(set(files)) == 2


def test_a_package_that_is_forgotten_is_gone_and_its_tracebacks_still_print(loaded):
    package = loaded({})
    called = function_of(package, "sim")
    unload(package.__name__)
    assert not [name for name in sys.modules if name.partition(".")[0] == package.__name__]
    with pytest.raises(Exception, match="sim") as raised:
        called(LEFT, RIGHT)
    assert "contrastive_loss.py" in "".join(traceback.format_exception(raised.value))


def test_a_name_that_is_loaded_again_is_replaced():
    first = load(REFERENCE, "cs231n_test_again")
    second = load(REFERENCE | {"sim": "wrong_dot_product"}, "cs231n_test_again")
    try:
        assert function_of(second, "sim")(LEFT, RIGHT) == pytest.approx(3.0)
        assert first is not second
        assert sys.modules["cs231n_test_again"] is second
        assert reference().__name__ == "cs231n_reference"
    finally:
        unload("cs231n_test_again")
