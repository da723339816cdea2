"""Diagnosis: the right mistake is named, a right answer gets none, an unknown one is described."""

import pytest
import torch

from instructor.checks.recording import KEPT, Exchange, Recording
from instructor.core.composition import fillins
from instructor.core.result import CheckResult, Diagnosis, Result, TaskResult
from instructor.diagnosis import diagnose as diagnosing
from instructor.diagnosis.diagnose import diagnose
from instructor.diagnosis.difference import difference
from instructor.diagnosis.parts import differs, explains
from instructor.diagnosis.replay import Failure, Replay
from instructor.grading.report.for_people import feedback_html
from instructor.grading.report.words import told
from instructor.sandbox.student import Raised
from instructor.verify.measure import examine

SEED = 4


def found(**choice):
    """The results of the checks of the chosen tasks, diagnosed."""
    results, recordings = examine(choice, list(choice), SEED)
    return {each.name: each for each in diagnose(results, recordings, seconds=600)}


@pytest.mark.parametrize(
    ("task", "name"),
    [
        ("compute_saliency_maps", "wrong_no_absolute_value"),
        ("class_visualization_update_step", "wrong_factor_two_missing_normalized"),
        ("sim", "wrong_without_gradient"),
        ("simclr_loss_naive", "wrong_self_similarity_kept"),
        ("simclr_loss_vectorized", "wrong_denominator_detached"),
        ("CIFAR10Pair", "wrong_same_view_twice"),
        ("train", "wrong_gradients_accumulate"),
    ],
)
def test_a_mistake_of_the_catalogue_is_named_first(task, name):
    failed = [each for each in found(**{task: name}).values() if not each.passed]
    assert failed
    assert {each.diagnosis[0].fillin for each in failed} == {name}
    first = failed[0].diagnosis[0]
    assert first.misconception.endswith(".")
    assert first.hint
    assert first.formula


def test_a_right_answer_gets_no_diagnosis_even_when_one_is_asked_for():
    results, recordings = examine({"sim": "correct_epsilon"}, ["sim"], SEED, keep_all=True)
    assert all(each.passed for each in results)
    doubted = [CheckResult(each.name, each.task, each.aspect, each.label, "failed") for each in results]
    assert [each.diagnosis for each in diagnose(doubted, recordings)] == [()] * len(doubted)


def test_a_passed_check_has_no_diagnosis_and_no_difference():
    for each in found(sim="wrong_without_gradient").values():
        if each.passed:
            assert (each.diagnosis, each.difference) == ((), "")


def test_a_state_dict_in_another_order_is_the_same_one():
    weights, bias = torch.ones(3, 2), torch.zeros(3)
    right = {"weight": weights, "bias": bias}
    turned = {"bias": bias + 1, "weight": weights}
    assert not differs({"bias": bias, "weight": weights}, right)
    assert differs(turned, right)
    assert explains({"weight": weights, "bias": bias + 1}, turned, right)


def test_where_the_diagnosis_of_a_task_stumbles_the_others_are_made(monkeypatch):
    original, lines = diagnosing._explained, []

    def explained(task, *others):
        if task.id == "sim":
            raise KeyError("no such part")
        return original(task, *others)

    monkeypatch.setattr(diagnosing, "_explained", explained)
    other = next(name for name in fillins("compute_sim_matrix") if name.startswith("wrong"))
    choice = {"sim": "wrong_dot_product", "compute_sim_matrix": other}
    results, recordings = examine(choice, list(choice), SEED)
    said = diagnose(results, recordings, seconds=600, stumbled=lines.append)
    assert lines == ["The diagnosis of sim stumbled: KeyError: 'no such part'"]
    assert [each for each in said if each.task == "sim"] == [each for each in results if each.task == "sim"]
    assert any(each.diagnosis for each in said if each.task == "compute_sim_matrix")
    with pytest.raises(KeyError):
        diagnose(results, recordings, seconds=600)


def test_two_mistakes_in_two_tasks_are_both_named():
    each = found(sim="wrong_dot_product", simclr_loss_naive="wrong_self_similarity_kept")
    assert each["test_sim_value"].diagnosis[0].fillin == "wrong_dot_product"
    assert each["test_naive_value"].diagnosis[0].fillin == "wrong_self_similarity_kept"


def test_a_right_loss_over_a_wrong_similarity_is_sent_to_the_similarity():
    each = found(sim="wrong_dot_product", simclr_loss_naive="reference")["test_naive_value"]
    assert each.diagnosis == ()
    assert each.difference.startswith("Your code is right for what sim gives")


def test_a_mistake_that_the_catalogue_does_not_hold_is_described():
    results, recordings = examine({"sim": "wrong_mean_instead_of_sum"}, ["sim"], SEED)
    each = {r.name: r for r in diagnose(results, recordings, left_out=["wrong_mean_instead_of_sum"])}
    assert each["test_sim_value"].diagnosis == ()
    assert each["test_sim_value"].difference.startswith("The result: ")


def test_when_the_time_is_over_nothing_is_said():
    results, recordings = examine({"sim": "wrong_dot_product"}, ["sim"], SEED)
    for each in diagnose(results, recordings, seconds=0):
        assert each.diagnosis == ()


RIGHT = torch.tensor([[1.0, 2.0], [3.0, -4.0]])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (RIGHT.T[:, :1], "it has shape (2, 1)"),
        (RIGHT.half(), "its numbers are of type float16"),
        (0.5 * RIGHT, "every value is 0.5 times the right one"),
        (-RIGHT, "the sign is reversed"),
        (RIGHT.abs(), "the magnitudes are right, some signs are not"),
        (RIGHT + 1, "all values are shifted by the same amount"),
        (RIGHT.triu(), "it is right but for the entries below the diagonal"),
        (torch.tensor([[1.0, 2.0], [5.0, 6.0]]), "only number 1 is right"),
        (RIGHT.flip(0), "the entries along the first dimension are right, in another order"),
        (torch.zeros(2, 2), "all values are zero"),
        (torch.full((2, 2), torch.inf), "some values are infinite or not a number"),
    ],
)
def test_a_difference_is_told_in_words_without_a_value(given, words):
    request = {"op": "call", "name": "sim", "args": [], "kwargs": {}}
    answer = {"values": [given], "afters": [], "grads": []}
    said = difference([Exchange(request, answer)], {("values", 0, 0): RIGHT})
    assert words in said
    assert said.startswith("The result: ")


def test_a_number_is_related_to_the_right_one_over_all_calls():
    request = {"op": "call", "name": "sim", "args": [], "kwargs": {}}
    pairs = [(1.0, 2.0), (3.0, 6.0)]
    exchanges = [Exchange(request, {"values": [given], "afters": [], "grads": []}) for given, _ in pairs]
    right = {("values", k, 0): true for k, (_, true) in enumerate(pairs)}
    assert difference(exchanges, right) == "The result: it is 0.5 times the right one."


def test_parts_are_compared_by_how_near_they_are_to_the_mistake_and_to_the_right_answer():
    right, mistake = torch.ones(3), torch.full((3,), 1.01)
    assert differs(mistake, right)
    assert not differs(right + 1e-6, right)
    assert explains(mistake, mistake + 1e-5, right)
    assert not explains(mistake, right, right)
    assert not explains(mistake, mistake.double(), right)
    failure = Failure("Raised", "IndexError", "index 3 is out of bounds")
    assert explains(failure, Failure("Raised", "IndexError", "index 12 is out of bounds"), right)
    assert not explains(failure, Failure("Raised", "IndexError", "too many indices"), right)


def test_what_is_told_depends_on_the_level():
    diagnosis = Diagnosis("wrong_one", "The sign is dropped.", "Keep it.", "s = a · b")
    check = CheckResult("test", "sim", "value", "It is right.", "failed", diagnosis=(diagnosis,))
    assert told(check, "none") == []
    assert told(check, "misconception") == [
        "What your code gave is what this mistake gives: the sign is dropped."
    ]
    assert told(check, "formula")[1:] == ["Keep it.", "Formula: s = a · b"]
    described = CheckResult("test", "sim", "value", "It is right.", "failed", difference="It is too large.")
    assert told(described, "misconception") == ["It is too large."]


def test_replays_leave_the_random_generators_and_the_modules_as_they_were():
    import sys

    torch.manual_seed(0)
    before, modules = torch.get_rng_state(), set(sys.modules)
    with Replay(10) as replay:
        ask = replay.session({}, 3)
        request = {"op": "call", "module": "cs231n.simclr.contrastive_loss", "name": "sim", "kwargs": {}}
        request |= {"args": [torch.rand(3), torch.rand(3)], "grad": (), "times": 1, "after": False}
        torch.set_rng_state(before)
        assert ask(request)["values"][0].dim() == 0
        assert ask({**request, "args": [torch.rand(3)]}).type == "TypeError"
        torch.set_rng_state(before)
        ask(request)
    assert torch.equal(torch.get_rng_state(), before)
    assert not [name for name in set(sys.modules) - modules if name.startswith("cs231n_replay")]


def test_answers_that_are_too_large_are_not_kept():
    recording = Recording(1)
    recording.note({}, {"values": [torch.zeros(4)]})
    recording.note({}, {"values": [torch.zeros(1).expand(KEPT // 4)]})
    recording.note({}, Raised("IndexError", "no such entry"))
    assert len(recording.exchanges) == 1


def test_the_feedback_page_shows_the_mistake_once_and_escaped(monkeypatch):
    diagnosis = Diagnosis("wrong_one", "The <b>sign</b> is dropped.", "Keep it.", "s = a · b")
    checks = tuple(
        CheckResult(f"test_{k}", "sim", "value", "It is right.", "failed", diagnosis=(diagnosis,))
        for k in range(2)
    )
    task = TaskResult("sim", "Cosine similarity", 5, 0, "wrong", {"value": (0.0, 5)}, checks)
    monkeypatch.setattr("instructor.grading.report.words.feedback_level", lambda: "formula")
    page = feedback_html(Result("somebody", 1, "bwrap", [task]))
    assert page.count("the &lt;b&gt;sign&lt;/b&gt; is dropped.") == 1
    assert "Formula: s = a · b" in page
    monkeypatch.setattr("instructor.grading.report.words.feedback_level", lambda: "none")
    assert "is dropped" not in feedback_html(Result("somebody", 1, "bwrap", [task]))
