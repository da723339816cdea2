"""Mistakes that the catalogue has not got: no false name, and a description that says how they differ."""

import dataclasses
import itertools
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import torch

from instructor.__main__ import main
from instructor.checks.drawing import MODE
from instructor.checks.recording import Exchange
from instructor.cli import diagnosis as command
from instructor.core.composition import Fillin, compose, fillins
from instructor.core.result import Diagnosis
from instructor.diagnosis.diagnose import diagnose
from instructor.diagnosis.difference import difference
from instructor.diagnosis.relations import related
from instructor.sandbox.student import Raised
from instructor.verify.held_out import Tally, Told, held_out, vague
from instructor.verify.measure import examine, shared_replay

SEED = 7


def mistake(task, body):
    return Fillin(task, "unknown", "wrong", "Nobody has written it down yet.", body)


def names_and_sentences(task, choice, left_out=()):
    results, recordings = examine({task: choice}, [task], SEED)
    found = diagnose(results, recordings, left_out=left_out, replay=shared_replay())
    failed = [each for each in found if each.outcome == "failed"]
    assert failed
    return {d.fillin for each in failed for d in each.diagnosis}, [each.difference for each in failed]


# ---- no false name ------------------------------------------------------------------------------------


def test_a_column_divided_by_a_row_is_not_told_that_every_left_view_was_compared_with_every_right_one():
    task = "sim_positive_pairs"
    names, said = names_and_sentences(task, "wrong_column_by_row", ["wrong_column_by_row"])
    assert names == set()
    assert any("it has shape (5, 5)" in each for each in said)
    assert names_and_sentences(task, "wrong_column_by_row")[0] == {"wrong_column_by_row"}


def test_a_mistake_that_one_failed_check_contradicts_is_named_in_none():
    body = "left, right = F.normalize(out_right, dim=1), F.normalize(out_right, dim=1)\n"
    body += "pos_pairs = (left * right).sum(dim=1, keepdim=True)"
    names, said = names_and_sentences("sim_positive_pairs", mistake("sim_positive_pairs", body))
    assert names == set()  # the values are those of wrong_left_with_left, the gradients are not
    assert any("no gradient flows to it" in each for each in said)


def test_what_passes_a_check_that_was_failed_is_no_part_of_the_mistake():
    # Neither training nor test images are scaled; the classifier of the checks does not learn, so that the
    # accuracy is what it is where only the test images are not.
    left_out = ["wrong_not_standardized"]
    names, said = names_and_sentences("linear_probe", "wrong_not_standardized", left_out)
    assert names == set()
    assert all(said)
    assert names_and_sentences("linear_probe", "wrong_not_standardized")[0] == set(left_out)


def test_what_gives_the_same_as_a_mistake_is_told_beside_it():
    results, recordings = examine({"train": "wrong_zeroed_too_late"}, ["train"], SEED)
    found = diagnose(results, recordings, replay=shared_replay())
    told = next(each.diagnosis for each in found if each.name == "test_train_steps")
    assert told[0].fillin == "wrong_loss_left_as_it_is"
    assert "wrong_zeroed_too_late" in [each.fillin for each in told]


@pytest.mark.parametrize(
    ("task", "name"),
    [
        ("compute_saliency_maps", "wrong_eval_deleted"),
        ("class_visualization_update_step", "wrong_learning_rate_of_the_notebook"),
        ("simclr_loss_naive", "wrong_temperature_of_a_half"),
        ("train", "wrong_zeroed_once"),
    ],
)
def test_a_deleted_line_another_constant_and_gradients_emptied_elsewhere_have_names(task, name):
    names, _ = names_and_sentences(task, name)
    assert names == {name}


def test_where_evaluation_mode_alone_differs_the_check_itself_says_so():
    results, _ = examine({"integrated_gradients": "wrong_eval_deleted"}, ["integrated_gradients"], SEED)
    assert any(MODE in each.message for each in results)


def test_a_mistake_may_delete_a_given_line_before_its_block(tmp_path):
    assert fillins("compute_saliency_maps")["wrong_eval_deleted"].without == "model.eval()"
    compose(tmp_path / "with", {"compute_saliency_maps": "reference"})
    compose(tmp_path / "without", {"compute_saliency_maps": "wrong_eval_deleted"})
    kept, gone = (
        (tmp_path / each / "cs231n" / "net_visualization_pytorch.py").read_text().count("model.eval()")
        for each in ("with", "without")
    )
    assert kept == gone + 1


# ---- the difference -----------------------------------------------------------------------------------

RIGHT = torch.tensor([[0.5, 2.0, -1.0], [3.0, -4.0, 0.25], [1.0, 0.75, 2.5]])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (RIGHT.square(), "its values are the squares of the right ones"),
        (RIGHT.exp(), "its values are the exponentials of the right ones"),
        (torch.full((3, 3), 2.0), "all values are the same"),
        (RIGHT.T.contiguous(), "rows and columns are exchanged"),
        (RIGHT * torch.tensor([[1.5], [2.0], [3.0]]), "along the first dimension has a factor of its own"),
        (RIGHT * torch.tensor([1.5, 2.0, 3.0]), "along the last dimension has a factor of its own"),
        (RIGHT + torch.tensor([[1.5], [2.0], [3.0]]), "is shifted by an amount of its own"),
        (RIGHT * (RIGHT > 0), "it is right but where it is zero"),
        (RIGHT.pow(3), "it is larger where the right one is larger, but not in proportion"),
        (RIGHT.roll(1, dims=1).square() + 1, "it has no negative values, and the right one has some"),
        (100 * RIGHT.roll(1, dims=1).roll(1, dims=0), "its direction is another"),
    ],
)
def test_what_relates_two_tensors_is_said_in_words(given, words):
    assert words in related(given.double(), RIGHT.double())


def request(*args):
    return {"op": "call", "name": "sim_positive_pairs", "args": list(args), "kwargs": {}}


def answer(value):
    return {"values": [value], "afters": [], "grads": []}


def test_the_occasion_is_said_when_some_answers_are_right():
    ask = [request(torch.randn(n, 4), torch.randn(n, 4)) for n in (3, 1, 2)]
    rights = {("values", k, 0): torch.rand(n, 1) + 1 for k, n in enumerate((3, 1, 2))}
    given = [rights["values", 0, 0], -rights["values", 1, 0], rights["values", 2, 0]]
    exchanges = [Exchange(one, answer(value)) for one, value in zip(ask, given, strict=True)]
    assert difference(exchanges, rights).endswith("it is wrong only for N = 1.")
    late = [exchanges[0], Exchange(ask[1], Raised("IndexError", "too many"))]
    assert difference(late, rights) == "It goes wrong only for N = 1."
    assert difference(late[1:], rights) == ""  # nothing is known of other inputs


def test_a_number_among_the_arguments_is_an_occasion():
    taus = (0.5, 0.05, 1.0)
    exchanges = [
        Exchange(request(torch.eye(2), torch.eye(2), tau), answer(torch.tensor(1.0 if tau > 0.1 else 2.0)))
        for tau in taus
    ]
    said = difference(exchanges, {("values", k, 0): torch.tensor(1.0) for k in range(3)})
    assert "where that number among the arguments is small, 0.5 being large enough" in said


def test_a_change_of_the_model_and_a_step_of_training_are_described():
    _, said = names_and_sentences(
        "train", mistake("train", "loss = torch.tensor(0.0)\ntrain_optimizer.step()")
    )
    assert any("all values are zero" in each for each in said)
    _, said = names_and_sentences("compute_saliency_maps", "wrong_weights_changed", ["wrong_weights_changed"])
    assert any(not vague(each) for each in said)


# ---- the measure --------------------------------------------------------------------------------------


def test_unknown_mistakes_are_described_and_none_gets_a_wrong_name():
    tally = Tally()
    for fillin in [each for each in fillins("sim").values() if each.kind == "wrong"]:
        tally.add(held_out(fillin, SEED))
    assert tally.tried > 15
    assert tally.misnamed == 0
    assert tally.described >= 0.85 * tally.tried


def test_a_tally_counts_a_wrong_name_and_a_description_that_says_nothing():
    fillin = mistake("sim", "pass")
    tally = Tally()
    tally.add(Told(fillin, wrong=("wrong_angle",), said=("The result: it is another one.",)))
    tally.add(Told(fillin, said=("The result: all values are zero.",)))
    tally.add(Told(fillin, failed=False))
    assert (tally.tried, tally.described, tally.misnamed) == (2, 1, 1)
    assert len(tally.faults) == 2


def test_a_measurement_that_is_cut_short_says_what_it_has_found(monkeypatch, capsys):
    numbers = itertools.count()

    def until_interrupted(job):
        if next(numbers) == 2:
            raise KeyboardInterrupt
        return Told(job[1][0], wrong=("wrong_angle",))

    @contextmanager
    def threads(_):
        with ThreadPoolExecutor(1) as pool:
            yield pool, None

    monkeypatch.setattr("instructor.verify.workers.processes", threads)
    monkeypatch.setattr(command, "_run", until_interrupted)
    assert main(["diagnosis", "--held-out", "--tasks", "sim", "--seed", "7"]) == 130
    shown = " ".join(capsys.readouterr().out.split())
    assert "wrongly named wrong_angle" in shown
    assert re.search(r"\b\d+ of \d+ answers with seed 7 .* in these; the others were not tried", shown)


def test_a_name_is_right_that_stands_for_the_mistake_as_others_write_it():
    written = fillins("train")["wrong_left_projections_twice"]
    told = held_out(mistake("train", written.body), SEED)
    assert (told.wrong, told.fitting) == ((), ("wrong_one_view_twice",))


def test_a_name_is_wrong_whose_mistake_gives_something_else(monkeypatch):
    named = Diagnosis("wrong_angle", "The angle is returned.", "", "")

    def misled(results, *_, **__):
        return [dataclasses.replace(each, diagnosis=(named,)) for each in results]

    monkeypatch.setattr("instructor.verify.held_out.diagnose", misled)
    told = held_out(fillins("sim")["wrong_dot_product"], SEED)
    assert (told.wrong, told.fitting) == (("wrong_angle",), ())
