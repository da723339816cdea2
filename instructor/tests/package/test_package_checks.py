"""The public checks: what they say of the untouched package, of right answers and of known mistakes."""

import importlib
import importlib.util
import random
import re
import sys
from itertools import count
from pathlib import Path

import pytest
import torch
import tqdm

from cs231n import checks
from cs231n.check_examples import EXAMPLES
from cs231n.check_examples.expect import CheckFailed
from cs231n.todo import TASK_FILES, TaskNotStarted
from instructor.core.composition import PACKAGE, Fillin, compose, fillins
from instructor.core.tasks import code_tasks

TASKS = [task.id for task in code_tasks()]
REFERENCE = dict.fromkeys(TASKS, "reference")
_numbers = count()


@pytest.fixture
def loaded(tmp_path):
    """A function that composes a choice of fill-ins and returns the checks of that package."""
    names = []

    def load(choice):
        name = f"cs231n_checked_{next(_numbers)}"
        root = compose(tmp_path / name, choice)
        spec = importlib.util.spec_from_file_location(
            name, root / "__init__.py", submodule_search_locations=[str(root)]
        )
        sys.modules[name] = importlib.util.module_from_spec(spec)
        names.append(name)
        return importlib.import_module(f"{name}.checks")

    yield load
    for key in [key for key in sys.modules if key.partition(".")[0] in names]:
        del sys.modules[key]


def test_the_package_and_the_list_of_tasks_name_the_same_files_in_the_same_order():
    assert list(TASK_FILES.items()) == [(task.id, task.module) for task in code_tasks()]
    assert list(EXAMPLES) == TASKS


def test_every_example_says_what_it_shows():
    assert all(example.__doc__ for examples in EXAMPLES.values() for example in examples)


def test_an_untouched_package_is_not_started_and_never_wrong(loaded, capsys):
    loaded({}).report()
    lines = capsys.readouterr().out.splitlines()
    said = {**TASK_FILES, "simclr_loss_vectorized": "it needs compute_sim_matrix first"}
    assert lines == [f"{task}: not started - {said[task]}" for task in TASKS]


def test_the_reference_passes_and_the_report_is_the_same_every_time(loaded, capsys):
    package = loaded(REFERENCE)
    package.report()
    package.report()
    assert capsys.readouterr().out.splitlines() == [f"{task}: passed" for task in TASKS] * 2


def _fillins(kind):
    return [(task, name) for task in TASKS for name, fillin in fillins(task).items() if fillin.kind == kind]


@pytest.mark.parametrize(("task", "name"), _fillins("correct"))
def test_another_right_answer_passes(loaded, task, name):
    assert str(loaded({**REFERENCE, task: name}).check(task)) == f"{task}: passed"


def test_most_known_mistakes_are_found(loaded):
    missed = [(t, n) for t, n in _fillins("wrong") if loaded({**REFERENCE, t: n}).check(t).status != "wrong"]
    assert len(missed) <= 0.15 * len(_fillins("wrong")), missed


# ---- what a check says of usual mistakes ----

SAID = {
    ("class_visualization_update_step", "wrong_no_penalty"): "the penalty is missing",
    ("class_visualization_update_step", "wrong_sign_of_penalty"): "the penalty has the wrong sign",
    ("class_visualization_update_step", "wrong_factor_two_missing"): "the penalty counts half",
    ("class_visualization_update_step", "wrong_softmax_probability"): "the unnormalized score of target_y",
    ("class_visualization_update_step", "wrong_rebound"): "must change in place",
    ("compute_saliency_maps", "wrong_mean_over_batch"): "images are averaged",
    ("compute_saliency_maps", "wrong_softmax_probability"): "Take the unnormalized score, before the softmax",
    ("compute_saliency_maps", "wrong_cross_entropy"): "the map of the cross-entropy",
    ("compute_saliency_maps", "wrong_predicted_class"): "the class with the highest score",
    ("compute_saliency_maps", "wrong_no_absolute_value"): "magnitude of each channel's gradient first",
    ("compute_saliency_maps", "wrong_sum_over_channels"): "not their sum or their mean",
    ("compute_saliency_maps", "wrong_eval_deleted"): "Is the given line model.eval() still there",
    ("integrated_gradients", "wrong_eval_deleted"): "Is the given line model.eval() still there",
    ("make_fooling_image", "wrong_cross_entropy"): "the unnormalized score of target_y",
    ("simclr_loss_vectorized", "wrong_divided_by_n"): "over all 2N views, not over the N images",
    ("simclr_loss_vectorized", "wrong_sum_instead_of_mean"): "the mean over all 2N views, not their sum",
    ("simclr_loss_naive", "wrong_divided_twice"): "divided by 2N twice",
}


@pytest.mark.parametrize(("task", "name"), SAID, ids=lambda part: part.removeprefix("wrong_"))
def test_a_usual_mistake_is_told_as_what_it_is(loaded, task, name):
    verdict = loaded({**REFERENCE, task: name}).check(task)
    assert verdict.status == "wrong"
    assert SAID[task, name] in verdict.message


BODIES = {
    "model(X)[:, y].sum().backward()\nsaliency = X.grad.abs().max(dim=1).values": "Pair image k with y[k]",
    "model(X)[range(len(y)), y].sum().backward()\nsaliency = X.grad.abs().max(dim=1)": "(values, indices)",
    "model(X)[range(len(y)), y].sum().backward()\nsaliency = X.grad.abs().amax(1) + float('inf')": "that "
    "are infinite",
    "saliency = X[:, 0] * float('nan')": "not a number (nan)",
    "saliency = model(X)[:, y].max(1).abs()": "return a pair (values, indices): take its first part",
    "model(X).backward()": "Add up the numbers that you want the gradient of",
    "model(X).detach().sum().backward()": "no gradient leads back to the input",
    "X.grad.abs()": "something is None that should hold a value",
    "saliency = model(X, y)": "other arguments than it takes",
    "import numpy\nsaliency = torch.abs(numpy.ones(3))": "NumPy and torch are mixed here",
    "saliency = torch.abs(3.0)": "a function of torch got something that is no tensor",
    "saliency = X.cuda()": "asks for a GPU",
    "X += 1": "Change it in place under torch.no_grad() only",
    "saliency = X @ X.new_ones(7, 7)": "do not fit together",
    "saliency = grad": "has no value",
}


@pytest.mark.parametrize("body", BODIES)
def test_an_error_is_told_with_what_it_means_and_where_it_is(loaded, body):
    task = "compute_saliency_maps"
    if "cuda" in body and torch.cuda.is_available():
        pytest.skip("there is a GPU")
    verdict = loaded({**REFERENCE, task: Fillin(task, "mine", "wrong", "", body)}).check(task)
    assert verdict.status == "wrong"
    assert BODIES[body] in verdict.message
    assert re.fullmatch(re.escape(TASK_FILES[task]) + r":\d+", verdict.where)


def test_what_is_not_started_names_the_line_of_its_block(loaded):
    package = loaded({})
    for task in TASKS:
        file, _, line = package.check(task).where.partition(":")
        raised = (Path(package.__file__).parents[1] / file).read_text("utf-8").splitlines()[int(line) - 1]
        first = "compute_sim_matrix" if task == "simclr_loss_vectorized" else task
        assert raised.strip().startswith(f'raise TaskNotStarted("{first}")')


# ---- what a check says about code that fails on its own ----


@pytest.fixture
def with_sim(monkeypatch):
    """A function that puts an example of sim in place of the real ones."""

    def put(example):
        monkeypatch.setitem(checks.EXAMPLES, "sim", (example,))

    return put


def test_an_error_is_told_with_its_line(tmp_path, loaded):
    package = loaded(REFERENCE)
    path = tmp_path / package.__package__ / "cs231n" / "simclr" / "contrastive_loss.py"
    source = path.read_text(encoding="utf-8")
    path.write_text(source.replace("norm_dot_product = None", "norm_dot_product = 1 / 0"), encoding="utf-8")
    line = source[: source.index("norm_dot_product = None")].count("\n") + 1
    expected = f"it raised ZeroDivisionError: division by zero (line {line} of {TASK_FILES['sim']})"
    assert package.check("sim").message == expected
    assert package.check("train").status == "passed"


def test_a_file_that_is_not_python_is_told_with_file_and_line(tmp_path, loaded):
    package = loaded({})
    path = tmp_path / package.__package__ / "cs231n" / "simclr" / "utils.py"
    path.write_text("def train(:\n", encoding="utf-8")
    verdict = package.check("train")
    assert verdict.status == "wrong"
    assert verdict.where == "cs231n/simclr/utils.py:1"
    assert "SyntaxError" in verdict.message
    assert "utils.py, line 1" in verdict.message


def test_code_that_exits_is_wrong_and_an_interrupt_goes_through(with_sim):
    with_sim(lambda: sys.exit(0))
    assert str(checks.check("sim")) == "sim: wrong - it raised SystemExit: 0"

    def interrupted():
        raise KeyboardInterrupt

    with_sim(interrupted)
    with pytest.raises(KeyboardInterrupt):
        checks.check("sim")


def test_a_failed_example_is_told_in_its_own_words(with_sim):
    def example():
        raise CheckFailed("the moon is not green.")

    with_sim(example)
    assert str(checks.check("sim")) == "sim: wrong - the moon is not green."


def test_an_unknown_task_lists_the_tasks():
    with pytest.raises(ValueError, match="compute_saliency_maps, make_fooling_image"):
        checks.check("simulate")


def test_prints_and_progress_bars_stay_hidden_and_random_numbers_are_put_back(with_sim, capsys):
    def noisy():
        print("here")
        for _ in tqdm.tqdm(range(3)):
            sys.stderr.write("there")
        random.seed(5)
        torch.manual_seed(5)
        torch.rand(7)
        raise CheckFailed("no")

    with_sim(noisy)
    python_state, torch_state, start_bar = random.getstate(), torch.get_rng_state(), tqdm.std.tqdm.__init__
    assert checks.check("sim").message == "no"
    assert capsys.readouterr() == ("", "")
    assert random.getstate() == python_state
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert tqdm.std.tqdm.__init__ is start_bar


def test_an_attempt_ends_at_an_unfilled_block_with_one_sentence(capsys):
    with checks.attempt():
        raise TaskNotStarted("sim")
    out = capsys.readouterr().out
    assert out.startswith("sim is not started yet. Open cs231n/simclr/contrastive_loss.py,")
    assert out.count("\n") == 1
    with pytest.raises(ZeroDivisionError), checks.attempt():
        1 / 0  # noqa: B018


def test_no_check_reads_a_fillin():
    for path in (PACKAGE / "check_examples").glob("*.py"):
        assert "fillin" not in path.read_text(encoding="utf-8"), path
