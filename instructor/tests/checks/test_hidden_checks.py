"""The hidden checks: complete, worded for people, and right about what is right and what is wrong."""

import re
import string

import pytest
import torch
import torch.nn.functional as F

from instructor.checks.drawing import classifier_case, image_size, projections
from instructor.checks.fooling_cases import lead, reachable_case, rivals_case, walk
from instructor.checks.judging import (
    CheckFailed,
    agrees,
    expect_close,
    expect_number,
    expect_tensor,
    expect_untouched,
)
from instructor.checks.marking import all_checks, check, checks_of
from instructor.checks.reference import answer, load, reference
from instructor.core.composition import fillins
from instructor.core.seeds import Seeds
from instructor.core.tasks import code_tasks
from instructor.sandbox.inside import drivers
from instructor.sandbox.inside.recipes import RECIPES, Recipe
from instructor.verify.trials import LIGHT_CHECKS, UNTOUCHED, Trial, replay_trials, run_trials
from instructor.verify.workers import processes

TASKS = {task.id: task for task in code_tasks()}
SHOWN = {  # one right and one wrong fill-in of each task that are quick to try
    "compute_saliency_maps": ("correct_hook", "wrong_squeezed"),
    "make_fooling_image": ("correct_small_epsilon", "wrong_gradient_accumulates"),
    "class_visualization_update_step": ("correct_weight_decay", "wrong_factor_two_missing_normalized"),
    "deletion_curve": ("correct_ranks_in_one_batch", "wrong_equal_ones_together"),
    "compute_train_transform": ("correct_crop_by_hand", "wrong_gray_only_when_jittered"),
    "CIFAR10Pair": ("correct_right_view_first", "wrong_seeded_alike"),
    "sim": ("correct_rows_and_matmul", "wrong_without_gradient"),
    "simclr_loss_naive": ("correct_sum_less_itself", "wrong_denominator_detached"),
    "sim_positive_pairs": ("correct_diagonal_of_matrix", "wrong_interleaved"),
    "compute_sim_matrix": ("correct_filled_by_rows", "wrong_one_side_detached"),
    "simclr_loss_vectorized": ("correct_one_sided_sums", "wrong_squeezed"),
    "train": ("correct_one_forward_pass", "wrong_second_view_detached"),
    "linear_probe": ("correct_copied_model", "wrong_test_standardized_by_itself"),
    "integrated_gradients": ("correct_one_batch", "wrong_ends_of_the_steps"),
}


@pytest.fixture
def rng(request):
    return Seeds(20, request.node.name)


# ---- completeness -------------------------------------------------------------------------------------


def test_every_aspect_of_every_task_has_a_check_and_every_check_an_aspect():
    aspects = {(task.id, aspect) for task in TASKS.values() for aspect in task.aspects}
    assert {(each.task, each.aspect) for each in all_checks()} == aspects


def test_names_are_unique_and_labels_are_sentences():
    names = [each.name for each in all_checks()]
    assert len(set(names)) == len(names) > 30
    for each in all_checks():
        assert each.label.endswith(".")
        assert each.label[0] in string.ascii_uppercase
        assert len(each.label) < 140


def test_a_check_without_a_docstring_is_refused():
    with pytest.raises(ValueError, match="docstring"):
        check("sim", "value")(lambda student, rng: None)


@pytest.mark.parametrize("task", TASKS)
def test_the_catalogue_of_a_task_is_rich_and_names_checks_that_there_are(task):
    catalogue = fillins(task).values()
    kinds = [fillin.kind for fillin in catalogue]
    assert kinds.count("reference") == 1
    assert kinds.count("correct") >= 6
    assert kinds.count("wrong") >= 12
    names = {each.name for each in checks_of(task)}
    for fillin in catalogue:
        assert fillin.sentence.endswith(".")
        if fillin.kind == "wrong":
            assert fillin.caught_by in names, fillin.name
            assert fillin.hint.endswith((".", "?")), fillin.name
            same = fillins(task).get(fillin.same_as.partition(" ")[0])
            assert not fillin.same_as or (same and same.kind == "wrong"), fillin.name
    assert len({(fillin.body, fillin.without) for fillin in catalogue}) == len(catalogue)


def test_the_catalogue_is_large():
    wrong = [fillin for task in TASKS for fillin in fillins(task).values() if fillin.kind == "wrong"]
    assert len(wrong) >= 150


# ---- the reference, against formulas written down here ------------------------------------------------


def test_the_reference_stands_beside_the_given_package():
    import cs231n.simclr.contrastive_loss as given

    assert reference().__name__ == "cs231n_reference"
    assert answer("sim") is not given.sim


def test_a_package_can_be_loaded_with_any_fill_in():
    wrong = load({"sim": "wrong_dot_product"}, "cs231n_tried")
    assert wrong.simclr.contrastive_loss.sim(torch.ones(3), torch.ones(3)) == 3
    load({"sim": "reference"}, "cs231n_tried")
    with pytest.raises(NotImplementedError):
        wrong.simclr.contrastive_loss.sim_positive_pairs(torch.ones(2, 3), torch.ones(2, 3))


def test_the_reference_saliency_agrees_with_finite_differences(rng):
    case = classifier_case(rng, 2)
    X, model, step = case.X.double(), case.model.build().double(), 1e-5
    maps = answer("compute_saliency_maps")(X, case.y, model)
    for n, i, j in ((0, 1, 2), (1, 4, 0)):
        slopes = []
        for channel in range(3):
            moved = [X[n : n + 1].clone() for _ in range(2)]
            moved[0][0, channel, i, j] += step
            moved[1][0, channel, i, j] -= step
            up, down = (model(each)[0, case.y[n]].item() for each in moved)
            slopes.append(abs(up - down) / (2 * step))
        assert maps[n, i, j].item() == pytest.approx(max(slopes), rel=1e-4)


@pytest.mark.parametrize("task", ["simclr_loss_naive", "simclr_loss_vectorized"])
@pytest.mark.parametrize("N", [1, 2, 5])
def test_the_reference_losses_are_equation_1(task, N, rng):
    left, right = (side.double() for side in projections(rng, N))
    out, tau, total = torch.cat([left, right]), 0.6, 0.0
    for i in range(2 * N):
        similar = torch.stack([F.cosine_similarity(out[i], out[k], dim=0) for k in range(2 * N)]) / tau
        others = torch.cat([similar[:i], similar[i + 1 :]])
        total += -torch.log(similar[(i + N) % (2 * N)].exp() / others.exp().sum())
    assert answer(task)(left, right, tau).item() == pytest.approx(float(total / (2 * N)), abs=1e-9)


def test_the_reference_fooling_image_is_on_the_path_that_the_checks_walk(rng):
    case = reachable_case(rng, 3, 30)
    image = answer("make_fooling_image")(case.X, int(case.y), case.model.build()).detach()
    path = walk(case.X, int(case.y), case.model.build())
    first = next(point for point, scores in path if lead(scores, int(case.y)) > 0)
    assert agrees(image, first, 1e-5)


@pytest.mark.parametrize("steps", [1, 7, 80])
def test_rivals_are_beaten_after_exactly_the_steps_asked_for(steps, rng):
    case = rivals_case(rng, steps)
    image = answer("make_fooling_image")(case.X, int(case.y), case.model.build())
    assert (image - case.X).norm().item() == pytest.approx(steps, abs=1e-2)


# ---- inputs -------------------------------------------------------------------------------------------


def test_a_recipe_builds_the_same_model_each_time_and_refuses_an_unknown_name():
    recipe = Recipe("tiny_cnn", seed=4, classes=6)
    first, second = recipe.build().state_dict(), recipe.build().state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["0.weight"], Recipe("tiny_cnn", seed=5).build().state_dict()["0.weight"])
    with pytest.raises(ValueError, match="tiny_cnn"):
        Recipe("huge_cnn")
    assert "pretrained" in RECIPES


def test_drawn_images_are_not_square_and_their_classes_are_not_the_predicted_ones(rng):
    for _ in range(20):
        height, width = image_size(rng)
        assert height != width
    case = classifier_case(rng, 7)
    assert (case.model.build()(case.X).argmax(dim=1) != case.y).all()


def test_the_stand_in_loss_is_taken_back_after_training(rng):
    losses = reference().simclr.contrastive_loss
    before = losses.simclr_loss_vectorized
    views = rng.randn(2, 4, 3, 8, 8)
    batches = [(views[0], views[1], torch.zeros(4))]
    case = {"model": Recipe("tiny_encoder", seed=1), "batches": batches, "settings": {"lr": 0.1}}
    own = drivers.train_epochs(reference(), **case)["means"]
    stand_in = drivers.train_epochs(reference(), **case, loss="stand_in")["means"]
    assert losses.simclr_loss_vectorized is before is reference().simclr.utils.simclr_loss_vectorized
    assert own != stand_in
    assert own == drivers.train_epochs(reference(), **case)["means"]


def test_the_stand_in_loss_treats_both_views_alike(rng):
    left, right = rng.randn(5, 4), rng.randn(5, 4)
    swapped = drivers.stand_in_loss(right, left, 0.3)
    assert drivers.stand_in_loss(left, right, 0.3).item() == pytest.approx(swapped.item())


# ---- messages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "the maps: nothing was returned"),
        (3.0, "the maps: expected a tensor, got a value of type float"),
        (torch.zeros(3, 2), "the maps: expected shape (2, 3), got (3, 2)"),
        (torch.zeros(2, 3, dtype=torch.int64), "the maps: expected floating-point numbers, got int64"),
        (torch.full((2, 3), torch.nan), "the maps: some values are infinite or not a number"),
        (torch.zeros(2, 3), "the maps: they differ"),
    ],
)
def test_a_message_says_in_words_and_shapes_what_is_wrong(value, message):
    right = torch.full((2, 3), 0.123456)
    with pytest.raises(CheckFailed) as caught:
        expect_close(value, right, "the maps", "they differ")
    assert str(caught.value) == message


def test_small_differences_pass_and_larger_ones_do_not():
    right = torch.randn(5, 5, generator=torch.Generator().manual_seed(1))
    expect_close(right * (1 + 1e-6), right, "it", "differs", rtol=1e-4)
    with pytest.raises(CheckFailed):
        expect_close(right * (1 + 1e-3), right, "it", "differs", rtol=1e-4)
    assert not agrees(torch.zeros(3), torch.zeros(4), 1.0)


@pytest.mark.parametrize("value", [2, 2.0, torch.tensor(2.0), torch.tensor([2.0]), torch.tensor([[2.0]])])
def test_one_number_may_come_in_any_shape(value):
    assert expect_number(value, "the loss") == 2


@pytest.mark.parametrize("value", [True, "2", None, torch.tensor([2.0, 2.0]), float("nan"), torch.tensor(2)])
def test_what_is_not_one_number_is_refused(value):
    with pytest.raises(CheckFailed):
        expect_number(value, "the loss")


def test_touched_arguments_are_named():
    expect_untouched(torch.ones(2), torch.ones(2), "X")
    expect_untouched({"w": torch.ones(2)}, {"w": torch.ones(2)}, "the model")
    for after, before in (
        (torch.zeros(2), torch.ones(2)),
        (torch.ones(3), torch.ones(2)),
        (None, torch.ones(2)),
        ({}, {"w": torch.ones(2)}),
        (7, {"w": torch.ones(2)}),
        (3, 4),
    ):
        with pytest.raises(CheckFailed, match=re.escape("X changed")):
            expect_untouched(after, before, "X")
    expect_tensor(torch.ones(1, dtype=torch.float16), (1,), "it")


# ---- the verdicts, through the sandbox ----------------------------------------------------------------


@pytest.fixture(scope="module")
def verdicts():
    """The untouched package, and for each task its reference and the shown fill-ins."""
    todo = [Trial(task, name, 11) for task in TASKS for name in (UNTOUCHED, "reference", *SHOWN[task])]
    with processes(2, "auto") as (pool, place):
        found = run_trials(todo, pool, place)
        return {(verdict.trial.task, verdict.trial.fillin): verdict for verdict in found}


@pytest.mark.parametrize("task", TASKS)
def test_an_untouched_block_is_not_started_and_earns_nothing(task, verdicts):
    verdict = verdicts[task, UNTOUCHED]
    assert verdict.earned == 0
    assert all(each.not_started for each in verdict.checks)


@pytest.mark.parametrize("task", TASKS)
def test_right_answers_earn_everything(task, verdicts):
    for name in ("reference", SHOWN[task][0]):
        verdict = verdicts[task, name]
        assert [f"{each.name}: {each.message}" for each in verdict.checks if not each.passed] == []
        assert verdict.earned == TASKS[task].points


@pytest.mark.parametrize("task", TASKS)
def test_a_wrong_answer_is_caught_by_the_check_meant_for_it(task, verdicts):
    name = SHOWN[task][1]
    verdict = verdicts[task, name]
    assert fillins(task)[name].caught_by in verdict.failed
    assert verdict.earned < TASKS[task].points
    assert verdict.broken == ()


def test_a_trial_names_a_check_that_fails_by_its_own_fault(monkeypatch):
    def broken(*_):
        raise KeyError("of the check's own")

    monkeypatch.setattr("instructor.diagnosis.stand_in.StandIn", broken)
    (verdict,) = replay_trials([Trial("sim", "reference", 1)])
    assert len(verdict.broken) == len(checks_of("sim"))
    assert "KeyError" in verdict.broken[0]


@pytest.mark.parametrize(
    ("task", "name", "lost"),
    [
        ("sim", "wrong_without_gradient", {"gradient"}),
        ("class_visualization_update_step", "wrong_no_penalty", {"regularization"}),
        ("simclr_loss_vectorized", "wrong_denominator_detached", {"gradient"}),
        ("integrated_gradients", "wrong_weights_changed", {"leaves_inputs_alone"}),
        ("deletion_curve", "wrong_graph_kept", {"leaves_inputs_alone"}),
    ],
)
def test_a_wrong_answer_earns_what_its_aspects_earn(task, name, lost):
    (verdict,) = replay_trials([Trial(task, name, 4, sandboxed=False)])
    assert {each.aspect for each in verdict.checks if not each.passed} == lost
    assert verdict.earned == TASKS[task].points - sum(TASKS[task].aspects[aspect] for aspect in lost)
    assert 0 < verdict.earned < TASKS[task].points


# ---- what is said -------------------------------------------------------------------------------------

IN_TRAINING_MODE = {
    "compute_saliency_maps": "test_saliency_evaluation_mode",
    "make_fooling_image": "test_fooling_steps",
    "integrated_gradients": "test_integrated_gradients_add_up",
    "deletion_curve": "test_deletion_curve_evaluation_mode",
}


@pytest.mark.parametrize("task", IN_TRAINING_MODE)
@pytest.mark.parametrize(
    ("name", "said"), [("wrong_eval_deleted", True), ("wrong_softmax_probability", False)]
)
def test_the_line_that_is_missing_is_named_when_it_alone_differs(task, name, said):
    if name not in fillins(task):
        name = "wrong_log_probability" if task == "deletion_curve" else "wrong_cross_entropy"
    (verdict,) = replay_trials([Trial(task, name, 5, sandboxed=False, extent=LIGHT_CHECKS)])
    message = next(each.message for each in verdict.checks if each.name == IN_TRAINING_MODE[task])
    assert ("model.eval()" in message) is said
    assert message
