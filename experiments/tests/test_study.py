"""The fair comparison: budgets are counted, arms matched; a cut run goes on, a repeated one is the same."""

import json

import pytest
import torch

from cs231n.data_utils import draw_labelled
from cs231n.simclr.comparison import ARMS
from cs231n.simclr.cost import Cost, flops_of_a_step, metered
from cs231n.simclr.evaluation import Classifier
from cs231n.simclr.model import Model
from experiments.fast.augment import Augmentation
from experiments.fast.loop import pretrain
from experiments.study import __main__ as command
from experiments.study import jobs, runs, tuning
from experiments.study.findings import interval, of_arm, plot, tables

OPTIONS = {
    "data": "digits",
    "size": 16,
    "encoder": "small",
    "epochs": 2,
    "batch_size": 8,
    "temperature": 0.5,
    "steps": 2,
    "trials": 2,
    "tune_at": 2,
    "precision": "float32",
    "labels_per_class": [1, 2],
    "seeds": 2,
    "jobs": 1,
}


@pytest.fixture(autouse=True, scope="module")
def small_data():
    """Sixty-four noisy images of two classes, 16 × 16, in place of a real data set."""
    monkeypatch = pytest.MonkeyPatch()

    def images_of(data, size):
        generator = torch.Generator().manual_seed(0)
        splits = {}
        for name, n in (("train", 64), ("validation", 20), ("test", 20)):
            labels = torch.arange(n) % 2
            noise = torch.randint(0, 100, (n, 3, 16, 16), generator=generator)
            noise[labels == 1, :, :8] += 100
            splits[name] = (noise.byte(), labels)
        return splits

    monkeypatch.setattr(jobs, "images_of", images_of)
    seconds = {"pretraining_step": 0.02, "labelled_step": 0.01}
    monkeypatch.setattr(tuning, "seconds_of_steps", lambda settings: dict(seconds))
    threads = torch.get_num_threads()
    yield
    monkeypatch.undo()
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def whole(small_data, tmp_path_factory):
    """The settings and the finished runs of a study that nothing interrupted."""
    return tuning.study(OPTIONS, tmp_path_factory.mktemp("whole"), progress=False)


def by_key(finished):
    return {runs.key_of(run): run.get("accuracy", run.get("loss")) for run in finished}


def test_a_cut_study_goes_on_and_a_repeated_one_is_the_same_to_the_digit(whole, tmp_path, monkeypatch):
    _, whole = whole
    assert len(by_key(whole)) == len(whole)

    calls = []

    def run_job(settings, job, folder):
        if len(calls) == 20:
            raise KeyboardInterrupt
        calls.append(job)
        return jobs.run_job(settings, job, folder)

    monkeypatch.setattr(runs, "run_job", run_job)
    with pytest.raises(KeyboardInterrupt):
        tuning.study(OPTIONS, tmp_path / "cut", progress=False)
    with open(tmp_path / "cut" / "results.jsonl", "a") as out:
        out.write('{"kind": "arm", "arm": "scr')  # killed while it wrote
    calls.clear()
    monkeypatch.setattr(runs, "run_job", lambda *a: calls.append(a) or jobs.run_job(*a))
    _, resumed = tuning.study(OPTIONS, tmp_path / "cut", progress=False)
    assert len(calls) == len(whole) - 20
    assert by_key(resumed) == by_key(whole)

    calls.clear()
    tuning.study(OPTIONS | {"seeds": 1}, tmp_path / "cut", progress=False)
    assert calls == []


def test_arms_spend_what_they_may(tmp_path):
    settings, finished = tuning.study(OPTIONS | {"seeds": 1, "trials": 1}, tmp_path, progress=False)
    found = {
        arm.match + arm.pretrained + "frozen" * arm.frozen + "plain" * (not arm.augmented): of_arm(
            finished, arm, 2
        )[0]
        for arm in ARMS
    }
    spent = {name: Cost(**run["cost"]) for name, run in found.items()}
    tuned = spent["stepsall"]
    pretraining = jobs.pretraining_cost(settings)
    # 2 epochs of 8 steps of 8 pairs, then 2 steps of 64 images.
    assert pretraining.images == 2 * 8 * 16
    assert (tuned.images, tuned.steps) == (256 + 128, 16 + 2)
    classifier = Classifier(Model(encoder="small"), classes=2)
    pairs = 16 * flops_of_a_step(Model(encoder="small"), (16, 3, 16, 16))
    assert tuned.flops == pairs + 2 * flops_of_a_step(classifier, (64, 3, 16, 16))
    for match in ("images", "imagesplain", "data", "stepsallplain"):
        assert spent[match].images == tuned.images
    assert abs(spent["flops"].flops / tuned.flops - 1) < 0.2  # as near as whole steps of 64 come
    assert spent["seconds"].steps == 2 + round(16 * 0.02 / 0.01)
    assert spent["epochs"].images == 128  # two more epochs over four images are less than a step
    assert spent["steps"].images == spent["stepsplain"].images == 128
    assert spent["stepslabelled"].images == tuned.images
    assert spent["stepsfrozen"].images == 4  # each labelled image goes through the frozen encoder once
    assert spent["stepsallfrozen"].images == 256 + 4


@pytest.mark.parametrize("images", [4, 8, 13, 23])
def test_pretraining_on_the_labelled_images_has_as_many_views(whole, images):
    """Also where whole batches leave some of the images over in an epoch."""
    settings, _ = whole
    model, pixels = Model(encoder="small"), torch.zeros(images, 3, 16, 16, dtype=torch.uint8)
    plan = jobs.plan_of(settings, 0, (1e-3, 1e-4), jobs.epochs_of(settings, images))
    with metered(model) as meter:
        pretrain(model, pixels, plan, Augmentation(size=16))
    in_an_epoch = 2 * min(8, images) * plan.steps(images)
    assert abs(meter.cost.images - jobs.pretraining_cost(settings).images) <= in_an_epoch / 2


def test_some_arms_can_be_asked_for_and_more_of_them_later(whole, tmp_path):
    few = ["scratch, short", "SimCLR, linear probe"]
    _, finished = tuning.study(OPTIONS | {"arms": few}, tmp_path, progress=False)
    assert {run["arm"] for run in finished if run["kind"] == "arm"} == set(few)
    _, finished = tuning.study(OPTIONS | {"arms": None}, tmp_path, progress=False)
    assert by_key(finished) == by_key(whole[1])
    with pytest.raises(ValueError, match="There is no arm 'scratch, long'"):
        tuning.study(OPTIONS | {"arms": ["scratch, long"]}, tmp_path, progress=False)


def test_no_arm_is_tuned_on_what_it_is_measured_on(whole):
    _, finished = whole
    tuning = [run for run in finished if run.get("split") == "validation"]
    measured = [run for run in finished if run.get("split") == "test"]
    assert {run["seed"] for run in tuning}.isdisjoint({run["seed"] for run in measured})
    for arm in ARMS:
        assert sum(run["arm"] == arm.name for run in tuning) == OPTIONS["trials"]
        chosen = {tuple(run["rates"]) for run in measured if run["arm"] == arm.name}
        assert len(chosen) == 1


def test_splits_are_disjoint():
    """Of the real digits: no validation image is trained on; every class has as many."""
    labels = torch.arange(4000) // 400
    held = draw_labelled(labels, 50, seed=20_200_213)
    assert len(set(held.tolist())) == 500
    assert torch.bincount(labels[torch.from_numpy(held)]).tolist() == [50] * 10


def test_other_settings_do_not_mix(tmp_path):
    tuning.settings_of(OPTIONS, tmp_path)
    with pytest.raises(ValueError, match="epochs 2"):
        tuning.settings_of(OPTIONS | {"epochs": 3}, tmp_path)
    assert json.loads((tmp_path / "settings.json").read_text())["epochs"] == 2


@pytest.mark.parametrize(
    ("damaged", "arguments", "message"),
    [
        (None, ["--labels-per-class", "-1"], "-1 is not 1 or more"),
        (None, ["--labels-per-class", "1", "33"], "class 0 has 32 images, fewer than 33"),
        (None, ["--temperature", "0"], "0 is not above 0"),
        (None, ["--data", "svhn"], "invalid choice: 'svhn'"),
        (None, ["--arms", "scratch, long"], "invalid choice: 'scratch, long'"),
        (None, ["--trials", "7"], "there are 1 to 6 of them"),
        ("settings.json", [], "can't be read as the settings of a study"),
        ("results.jsonl", [], "results.jsonl, line 1, is not a finished run"),
        ("", [], "can't read or write"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(tmp_path, capsys, damaged, arguments, message):
    folder = tmp_path / "results"
    if damaged == "":  # a file where the folder would be
        folder.write_text("")
    elif damaged:
        tuning.study(OPTIONS | {"seeds": 1, "trials": 1, "arms": ["scratch, short"]}, folder, progress=False)
        (folder / damaged).write_bytes(b'{"kind": "arm"}\n')
    fitting = [
        f"--{name.replace('_', '-')}={OPTIONS[name]}" for name in ("size", "epochs", "batch_size", "steps")
    ]
    fitting += ["--trials=1", "--tune-at=2", "--precision=float32", "--quiet", f"--results={folder}"]
    try:
        status = command.main([*fitting, "--labels-per-class", "1", *arguments])
    except SystemExit as error:  # argparse's
        status = error.code
    assert status == 2
    assert message in capsys.readouterr().err


def test_the_report_has_every_arm_and_the_interval(whole, tmp_path):
    settings, finished = whole
    text = tables(settings, finished)
    for arm in ARMS:
        assert text.count(f"| {arm.name} |") >= 2
    assert text.count(" ± ") > 40
    plot([(settings, finished), (settings, finished)], tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 10_000


def test_the_interval_is_students():
    mean, half = interval([1.0, 2.0, 3.0])
    assert mean == 2
    assert abs(half - 4.302653 * 1 / 3**0.5) < 1e-5
    assert interval([5.0]) == (5.0, None)


def test_progress_counts_batches_of_the_size_that_training_takes(whole, tmp_path, monkeypatch):
    settings, _ = whole
    job = {"kind": "arm", "arm": "scratch, short", "labels": 2}
    monkeypatch.setattr(runs, "BATCH", 10)
    assert runs.Runs(settings, tmp_path)._images(job) == 10 * settings["steps"]
