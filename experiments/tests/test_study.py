"""The study: arms have equal time and equal tuning; a cut run goes on, a repeated one is the same."""

import json
from dataclasses import replace

import pytest
import torch

from cs231n.data_utils import MissingData
from experiments.study import __main__ as command
from experiments.study import data, jobs, plan, runs
from experiments.study.cells import Hours, job_of
from experiments.study.contrast import FILE, Cell, read_question
from experiments.study.results import key_of
from experiments.study.tuning import best_rates, edges, extended, first_grid, tune

EQUAL = Cell("digits", 2, "labelled", 0.08)
QUESTION = replace(
    read_question(),
    contrast=read_question().contrast | {"seeds": 2, "shares": [0.0, 0.5, 0.9]},
    recipe=read_question().recipe | {"precision": "float32"},
    cells=(EQUAL, Cell("digits", 2, 20, 0.08), Cell("digits", 3, "labelled", 0.08, EQUAL.name)),
    fingerprint="small",
)


@pytest.fixture(autouse=True, scope="module")
def small_data():
    """Sixty-four noisy images of two classes, 16 × 16, in place of a real data set; set times of a step."""
    monkeypatch = pytest.MonkeyPatch()

    def images_of(name, size, validation):
        generator = torch.Generator().manual_seed(0)
        splits = {}
        for split, n in (("train", 64), ("validation", 20), ("test", 24)):
            labels = torch.arange(n) % 2
            noise = torch.randint(0, 100, (n, 3, 16, 16), generator=generator)
            noise[labels == 1, :, :8] += 100
            splits[split] = (noise.byte(), labels)
        return splits

    def measured(settings, job):
        _, unlabelled = jobs.sources(settings, job)
        return jobs.times_key(job["data"], len(unlabelled.images), settings), [0.02, 0.01]

    monkeypatch.setattr(
        "cs231n.simclr.cost.flops_of_a_step", lambda *model: 0
    )  # takes longer than training here
    monkeypatch.setattr(jobs, "images_of", images_of)
    monkeypatch.setattr(plan, "measured_times", measured)
    # Tuning that ends with its first grid, so that the number of runs is known.
    monkeypatch.setattr("experiments.study.tuning.edges", lambda grid, best: {})
    threads = torch.get_num_threads()
    yield
    monkeypatch.undo()
    torch.set_num_threads(threads)


def quiet(folder, question=QUESTION, **more):
    return plan.study(question, folder, progress=False, say=lambda line: None, **more)


@pytest.fixture(scope="module")
def whole(small_data, tmp_path_factory):
    """The settings and the finished runs of a study that nothing interrupted."""
    return quiet(tmp_path_factory.mktemp("whole"))


def by_key(finished):
    return {key_of(run): (run["validation"], run.get("right")) for run in finished}


def test_a_cut_study_goes_on_and_a_repeated_one_is_the_same_to_the_digit(whole, tmp_path, monkeypatch):
    _, whole = whole
    assert len(by_key(whole)) == len(whole)
    calls = []

    def cut(settings, job):
        if len(calls) == 20:
            raise KeyboardInterrupt
        calls.append(job)
        return jobs.run_job(settings, job)

    monkeypatch.setattr(runs, "run_job", cut)
    with pytest.raises(KeyboardInterrupt):
        quiet(tmp_path)
    with open(tmp_path / "results.jsonl", "a") as out:
        out.write('{"kind": "test", "sha')  # killed while it wrote
    calls.clear()
    monkeypatch.setattr(runs, "run_job", lambda *a: calls.append(a) or jobs.run_job(*a))
    _, resumed = quiet(tmp_path)
    assert len(calls) == len(whole) - 20
    assert by_key(resumed) == by_key(whole)


def test_shares_divide_the_same_time_and_scratch_is_run_once(whole):
    _, finished = whole
    for run in finished:
        before, after = run["steps"]
        assert abs(before * 0.02 + after * 0.01 - run["seconds"]) <= 0.015  # as near as whole steps come
        assert abs(before * 0.02 - run["share"] * run["seconds"]) <= 0.01
    scratch = [run for run in finished if not run["share"] and run["kind"] == "test"]
    assert {run["images"] for run in scratch} == {None}
    assert len(scratch) == 2 * 2  # two seeds at two and at three labels, whatever SimCLR sees


def test_no_arm_is_tuned_on_what_it_is_measured_on_and_all_have_as_many_trials(whole):
    _, finished = whole
    tuned = [run for run in finished if run["kind"] == "tuning"]
    assert {run["seed"] for run in tuned} == {1000}
    assert {run["seed"] for run in finished if run["kind"] == "test"} == {0, 1}
    assert all("right" not in run for run in tuned)
    for share in (0.0, 0.5, 0.9):
        for images in ("labelled", 20) if share else (None,):
            assert sum(run["share"] == share and run["images"] == images for run in tuned) == 9


def test_a_cell_with_rates_of_another_has_them_and_its_best_share_alone(whole):
    _, finished = whole
    borrowed = [run for run in finished if run["labels"] == 3]
    assert {run["kind"] for run in borrowed} == {"test"}
    assert len({run["share"] for run in borrowed}) == 2
    for run in borrowed:
        own = [r for r in finished if r["kind"] == "test" and r["labels"] == 2 and r["share"] == run["share"]]
        assert run["rates"] in [r["rates"] for r in own]


def test_what_simclr_sees_has_the_labelled_images_in_it():
    labels = torch.arange(40) % 4
    chosen = data.labelled_indices(labels, 2, seed=3)
    assert torch.equal(data.seen_indices(labels, chosen, "labelled", 3), chosen)
    seen = data.seen_indices(labels, chosen, 30, 3).tolist()
    assert set(chosen.tolist()) < set(seen)
    assert len(set(seen)) == 30
    with pytest.raises(ValueError, match="see 41 images; 8 to 40"):
        data.seen_indices(labels, chosen, 41, 3)
    assert len(data.labelled_indices(labels, "all", 0)) == 40


def test_the_grid_is_factorial_and_balanced():
    grid = first_grid(read_question().tuning)
    for share in (0, 0.5):
        trials = grid.trials(share)
        assert len(trials) == len({tuple(trial) for trial in trials}) == 9
        for place in (0, 1, 2) if share else (0, 2):
            levels = [trial[place] for trial in trials]
            assert all(levels.count(level) == 3 for level in set(levels))
    wider = extended(extended(grid, "learning_rate", "below"), "pretraining_rate", "above")
    assert (wider.learning_rate[0], wider.pretraining_rate[-1]) == (1e-4, 1e-2)
    old = {tuple(trial) for trial in grid.trials(0.5)}
    assert old < {tuple(trial) for trial in wider.trials(0.5)}  # what is done stays of use
    more = extended(grid, "weight_decay", "above")
    assert more.weight_decay == (0.0, 0.01, 0.1, 1.0)
    assert old < {tuple(trial) for trial in more.trials(0.5)}


def peak(rate, before, decay):
    """A made-up validation accuracy that is best at rates of 3e-3 and 1e-3 and a decay of 0.01."""
    off = [abs(torch.tensor(x / best).log10().item()) for x, best in ((rate, 3e-3), (before or 1e-3, 1e-3))]
    return 90 - 10 * sum(off) - 5 * (decay != 0.01)


def test_a_best_level_at_the_edge_adds_a_level_for_every_arm(monkeypatch):
    monkeypatch.setattr("experiments.study.tuning.edges", edges)
    asked = []

    def do(wanted):
        asked.append(wanted)
        return {
            share: [{"rates": trial, "validation": peak(*trial)} for trial in trials]
            for share, trials in wanted.items()
        }

    grid = first_grid(read_question().tuning)
    best, found = tune(grid, [0.0, 0.5], 3, do)
    assert best == {0.0: [3e-3, None, 0.01], 0.5: [3e-3, 1e-3, 0.01]}
    assert found.learning_rate == (3e-4, 1e-3, 3e-3, 1e-2)
    assert [len(trials) for trials in asked[-1].values()] == [12, 12]
    assert edges(found, best[0.0]) == edges(found, best[0.5]) == {}
    with pytest.raises(ValueError, match=r"best learning_rate of share 0, 0\.5 is at the edge"):
        tune(grid, [0.0, 0.5], 0, do)


def test_the_best_level_is_that_of_the_best_mean():
    trials = [([1, None, 0], 50), ([1, None, 1], 70), ([2, None, 0], 71), ([2, None, 1], 40)]
    assert best_rates([{"rates": r, "validation": v} for r, v in trials]) == [1, None, 0]


def test_hours_count_what_is_left_once(whole):
    _, finished = whole
    cell = QUESTION.cells[0]
    assert abs(Hours(QUESTION, []).of([cell]) - (27 + 6) * 0.08 / 3600) < 1e-9
    assert Hours(QUESTION, []).of([cell, cell]) == Hours(QUESTION, []).of([cell])
    assert Hours(QUESTION, finished).of([cell]) == 0


def test_splits_are_disjoint():
    """Of the real digits: no validation image is trained on; every class has as many."""
    labels = torch.arange(4000) // 400
    held = data.draw_labelled(labels, 50, seed=20_200_213)
    assert len(set(held.tolist())) == 500
    assert torch.bincount(labels[torch.from_numpy(held)]).tolist() == [50] * 10


def test_results_of_another_question_do_not_mix(tmp_path):
    plan.settings_of(QUESTION, tmp_path)
    with pytest.raises(ValueError, match="results of another"):
        plan.settings_of(replace(QUESTION, fingerprint="other"), tmp_path)
    assert json.loads((tmp_path / "settings.json").read_text())["question"] == "small"
    with pytest.raises(ValueError, match="the engine has temperature"):
        plan.settings_of(replace(QUESTION, recipe=QUESTION.recipe | {"temperature": 0.5}), tmp_path)


@pytest.mark.parametrize(
    ("change", "arguments", "message"),
    [
        (("", ""), ["--cells", "digits, 7 labels, all"], "There is no cell 'digits, 7 labels, all'"),
        (("", ""), ["--jobs", "0"], "0 is not 1 or more"),
        (('data = "digits"', 'data = "svhn"'), [], "no data set 'svhn'"),
        (("minus = 0.0", "minus = 0.1"), [], "minus is none of the shares"),
        (("[tuning]", "[tuned]"), [], "[tuning] lacks"),
        (("[0.0, 0.01, 0.1]", "[0.01, 0.1]"), [], "weight_decay needs three levels"),
        (("shares = ", "shares "), [], "can't be read as a question"),
        (("seconds = 60", "minutes = 1"), [], "has other entries than data"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(tmp_path, capsys, change, arguments, message):
    file = tmp_path / "contrast.toml"
    file.write_text(FILE.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    try:
        status = command.main(["--question", str(file), "--results", str(tmp_path / "results"), *arguments])
    except SystemExit as error:  # argparse's
        status = error.code
    assert status == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("settings.json", "can't be read as the settings of a study"),
        ("results.jsonl", "results.jsonl, line 1, is not a finished run"),
        ("", "can't read or write"),
    ],
)
def test_damaged_results_are_named(tmp_path, capsys, name, message):
    folder = tmp_path / "results"
    if name:
        folder.mkdir()
        (folder / name).write_text('{"kind": "test"}\n')
    else:  # a file where the folder would be
        folder.write_text("")
    assert command.main(["--results", str(folder), "--quiet"]) == 2
    assert message in capsys.readouterr().err


def test_the_plan_is_told_in_cpu_hours_without_running_it(tmp_path, capsys):
    assert command.main(["--plan", "--results", str(tmp_path)]) == 0
    assert "CPU hours in all" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_runs_in_several_processes_are_those_of_one(tmp_path, monkeypatch):
    """The work is handed out, and each result written once."""
    monkeypatch.setattr(
        runs.Runs, "_results", lambda self, todo: (job | {"validation": 1.0} for job in reversed(todo))
    )
    wanted = [job_of(EQUAL, share, 0, [1, None, 0], "tuning") for share in (0.0, 0.5)]
    found = runs.Runs({}, tmp_path, jobs=2, progress=False).do([*wanted, wanted[0]], "tuning")
    assert [run["share"] for run in found] == [0.0, 0.5, 0.0]
    assert len((tmp_path / "results.jsonl").read_text().splitlines()) == 2


def test_a_cell_that_ends_at_the_edge_is_told_after_the_others_are_done(tmp_path, monkeypatch):
    second = QUESTION.cells[1]

    def edge(grid, best):
        return {"pretraining_rate": "below"} if edge.cell == second else {}

    def do_cell(question, cell, *more):
        edge.cell = cell
        return plain(question, cell, *more)

    plain = plan.do_cell
    monkeypatch.setattr(plan, "do_cell", do_cell)
    monkeypatch.setattr("experiments.study.tuning.edges", edge)
    question = replace(QUESTION, tuning=QUESTION.tuning | {"extensions": 0})
    monkeypatch.setattr(
        runs, "run_job", lambda settings, job: job | {"validation": 1.0, "cost": {}, "steps": [1, 1]}
    )
    said = []
    with pytest.raises(ValueError, match=f"no answer. {second.name}: the best pretraining_rate of share"):
        plan.study(question, tmp_path, progress=False, say=said.append)
    assert [line for line in said if line.startswith(f"{second.name}: no answer, since")]
    assert '"labels": 3' in (tmp_path / "results.jsonl").read_text()


def test_a_cell_whose_data_are_not_there_is_left_out_and_a_named_one_refused(tmp_path, monkeypatch):
    def missing(settings, name):
        raise MissingData("it is not there. Run: make data")

    monkeypatch.setattr(plan, "data_of", missing)
    said = []
    _, finished = plan.study(QUESTION, tmp_path, progress=False, say=said.append)
    assert finished == []
    assert said[0] == f"{EQUAL.name}: left out, since it is not there. Run: make data"
    with pytest.raises(MissingData):
        plan.study(QUESTION, tmp_path, [EQUAL.name], progress=False)
