"""The page's figures are those of the committed results; intervals are over seeds and test images."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from experiments.study import page, tables
from experiments.study.answer import Estimate, Results, labels_saved, unpacked, verdict
from experiments.study.cells import job_of
from experiments.study.contrast import Cell, read_question
from experiments.study.tuning import first_grid

IMAGES = 800
TOLD = read_question().contrast
TEN = Cell("fashion", 10, "labelled", 1)
QUESTION = replace(
    read_question(),
    contrast=TOLD | {"replicates": 400, "seeds": 4},
    cells=(TEN, *(Cell("fashion", n, "labelled", 1, TEN.name) for n in (5, 20))),
)


def run(cell, share, seed, percent, validation=None, images=IMAGES):
    """A made-up measured run that is right on so many percent of the test images."""
    rng = np.random.default_rng([seed, round(1000 * share), cell.labels])
    right = rng.permutation(images) < round(images * percent / 100)
    told = {
        "validation": percent if validation is None else validation,
        "top1": round(100 * right.mean(), 4),
        "right": packed(right),
        "steps": [1, 1],
        "cost": {"images": 1, "cpu_seconds": 1.0},
    }
    return job_of(cell, share, seed, [1e-3, 1e-3 if share else None, 0.0], "test") | told


def trials(cells=QUESTION.cells):
    """The trials of tuning, of which those at the rates of `run` are the best."""
    grid, seed = first_grid(QUESTION.tuning), QUESTION.tuning["seed"]
    found = []
    for cell in cells:
        for share in TOLD["shares"] if not cell.rates else ():
            for rate, before, decay in grid.trials(share):
                worth = 50 + 9 * (rate == 1e-3) + 9 * (before == 1e-3) + 9 * (decay == 0)
                told = {"validation": worth, "cost": {"cpu_seconds": 1.0}, "steps": [1, 1]}
                found.append(job_of(cell, share, seed, [rate, before, decay], "tuning") | told)
    return found


def results_of(runs):
    return Results(QUESTION, [*trials(), *runs])


def packed(right):
    import base64

    return base64.b64encode(np.packbits(right).tobytes()).decode()


def study(tops, cell=TEN, seeds=4):
    """Runs of a cell whose shares reach these accuracies, a little else with each seed."""
    return [run(cell, share, seed, top + seed % 2) for share, top in tops.items() for seed in range(seeds)]


def test_the_contrast_is_the_share_that_validation_chooses_minus_scratch():
    runs = study({0.0: 60, 0.5: 70, 0.9: 80, 0.97: 50})
    answer = results_of(runs).answer(TEN)
    assert answer.best == 0.9
    assert answer.contrast.value == pytest.approx(20, abs=0.01)
    assert answer.contrast.low < 20 < answer.contrast.high
    assert answer.minus[0.97].value == pytest.approx(-10, abs=0.01)
    assert answer.verdict == "better by a lot"
    # Chosen on validation images: what the test images say is not asked.
    for other in runs:
        other["validation"] = 90 if other["share"] == 0.5 else 10
    assert results_of(runs).answer(TEN).contrast.value == pytest.approx(10, abs=0.01)


def test_no_pretraining_can_be_the_best():
    answer = results_of(study({0.0: 80, 0.5: 70, 0.9: 60, 0.97: 50})).answer(TEN)
    assert (answer.best, answer.contrast) == (0.0, Estimate(0.0, 0.0, 0.0))
    assert answer.verdict == "equal"


def test_the_interval_is_that_of_images_and_of_seeds():
    """One where only images matter has the width of a binomial; seeds that differ widen it."""
    runs = study({0.0: 50, 0.5: 60, 0.9: 40, 0.97: 40})
    for share, top in ((0.0, 50), (0.5, 60)):
        runs = [r for r in runs if r["share"] != share] + [run(TEN, share, s, top) for s in range(4)]
    quiet = results_of(runs).answer(TEN)
    expected = 1.96 * 100 * ((0.25 + 0.24) / 4 / IMAGES) ** 0.5  # four seeds with independent mistakes
    assert quiet.images_alone == pytest.approx(expected, rel=0.2)
    assert quiet.seeds_alone == 0
    loud = [r for r in runs if r["share"] != 0.5] + [run(TEN, 0.5, s, 52 + 5 * s) for s in range(4)]
    loud = results_of(loud).answer(TEN)
    assert loud.contrast.half_width > loud.seeds_alone > 3
    assert loud.images_alone == pytest.approx(expected, rel=0.2)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (5.0, 9.0, "better by a lot"),
        (4.9, 9.0, "better, perhaps by a lot"),
        (0.5, 2.0, "better"),
        (0.2, 0.9, "equal"),
        (-1.0, 1.0, "equal"),
        (-1.1, 1.0, "not decided"),
        (-1.1, 6.0, "not decided, perhaps by a lot"),
        (-3.0, -1.1, "worse"),
        (float("nan"), float("nan"), "one seed: no answer"),
    ],
)
def test_the_words_follow_the_thresholds(low, high, words):
    assert verdict(Estimate((low + high) / 2, low, high), TOLD) == words


def test_seeds_that_an_arm_lacks_are_left_out_and_nothing_is_made_up():
    runs = study({0.0: 60, 0.5: 70, 0.9: 80, 0.97: 50})
    assert results_of(runs[:-1]).answer(TEN).seeds == (0, 1, 2)
    assert results_of([r for r in runs if r["share"] != 0.97]).answer(TEN) is None
    one = results_of([r for r in runs if r["seed"] == 2]).answer(TEN)
    assert one.verdict == "one seed: no answer"
    others = [r | {"rates": [1e-2, *r["rates"][1:]]} for r in runs]  # not those that tuning chose
    assert results_of(others).answer(TEN) is None
    assert results_of([*others, *runs]).answer(TEN) == results_of(runs).answer(TEN)
    assert Results(QUESTION, runs).answer(TEN) is None  # nor without tuning


def test_a_run_whose_accuracy_does_not_fit_its_bits_is_refused():
    runs = study({0.0: 60, 0.5: 70, 0.9: 80, 0.97: 50})
    runs[0]["top1"] += 0.2
    with pytest.raises(ValueError, match="does not fit what it got right"):
        results_of(runs).answer(TEN)
    assert unpacked(packed(np.array([True, False, True]))).tolist()[:3] == [True, False, True]


def test_labels_saved_are_read_off_the_curve_from_scratch():
    """Scratch: 50, 60, 70 percent at 5, 10, 20 labels; pretrained at 10: 65, so worth √(10 · 20)."""
    five, twenty = QUESTION.cells[1:]
    runs = study({0.0: 60, 0.5: 65, 0.9: 40, 0.97: 40})
    runs += study({0.0: 50, 0.5: 40}, five) + study({0.0: 70, 0.5: 90}, twenty)
    found = labels_saved(results_of(runs), QUESTION.cells)
    assert [saved.labels for saved in found] == [5, 10, 20]
    assert found[1].worth.value == pytest.approx(200**0.5, rel=0.01)
    assert found[1].worth.low < 200**0.5 < found[1].worth.high
    assert (found[0].worth.value, found[2].worth.value) == pytest.approx(
        (5, 20)
    )  # at the ends: no more is known
    table = tables.saved_table(QUESTION, results_of(runs))
    assert "| ≤ 5 |" in table
    assert "| ≥ 20 |" in table
    assert re.search(
        r"\| the labelled images \| 10 \| 14\.1 \| \[1\d\.\d, 1\d\.\d\] \| \+4\.1 \| \+0\.41 \|", table
    )


@pytest.fixture
def committed(tmp_path, monkeypatch):
    """A small study's results, and a page and a picture made of them; returns the command's arguments."""
    monkeypatch.setattr(page, "read_question", lambda file: QUESTION)
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "settings.json").write_text(json.dumps({"question": QUESTION.fingerprint}))
    runs = [*trials(), *study({0.0: 60, 0.5: 70, 0.9: 80, 0.97: 50})]
    (folder / "results.jsonl").write_text("".join(json.dumps(each) + "\n" for each in runs))
    places = ("contrast", "more", "shares", "saved", "rates", "state")
    text = "".join(f"## On {name}\n\n<!-- fair-answer: {name} -->\n<!-- end -->\n\n" for name in places)
    (tmp_path / "page.md").write_text(text)
    options = ["--results", folder, "--page", tmp_path / "page.md", "--picture", tmp_path / "picture.svg"]
    options = [str(each) for each in options]
    assert page.main([*options, "--write"]) == 0
    return options


def test_a_page_of_the_results_passes_and_prints_the_contrast_first(committed, capsys):
    capsys.readouterr()
    assert page.main(committed) == 0
    said = capsys.readouterr().out
    first = said.splitlines()[2]
    assert first.startswith("| Fashion-MNIST | 10 | the labelled images | 1 | **+20.0 [")
    assert first.endswith("| 0.9 | 4 of 4 | better by a lot |")


def test_a_changed_figure_a_changed_result_and_a_figure_in_the_text_fail(committed, tmp_path, capsys):
    file, results = tmp_path / "page.md", tmp_path / "results" / "results.jsonl"
    right, runs = file.read_text(), results.read_text()
    for wrong in (
        right.replace("+20.0 [", "+20.1 [", 1),
        right.replace("4 of 4", "10 of 10", 1),
        right.replace("## On more", "It wins by 20.0 points."),
        right + "\nIt wins by +7 points.\n",
    ):
        assert wrong != right
        file.write_text(wrong)
        capsys.readouterr()
        assert page.main(committed) == 1
        assert "fair-answer: " in capsys.readouterr().err
    file.write_text(right)
    results.write_text("".join(line + "\n" for line in runs.splitlines()[:-1]))
    assert page.main(committed) == 1
    said = capsys.readouterr().err
    assert "3 of 4" in said
    assert "drawn from other results" in said


def test_a_cell_without_a_finished_seed_says_how_far_it_has_come():
    five, trial = replace(TEN, labels=5), {"kind": "tuning", "rates": [3e-4, None, 0.0]}
    begun = run(TEN, 0.0, QUESTION.tuning["seed"], 60) | trial
    assert tables.so_far(QUESTION, five, [begun]) == "not answered yet; not begun"
    assert tables.so_far(QUESTION, TEN, [begun]) == "not answered yet; tuning trials done: 1"
    narrow = replace(QUESTION, tuning=QUESTION.tuning | {"extensions": 0})
    grid = first_grid(narrow.tuning)
    done = [
        job_of(TEN, share, narrow.tuning["seed"], rates, "tuning") | {"validation": rates[0]}
        for share in narrow.contrast["shares"]
        for rates in grid.trials(share)
    ]
    assert tables.so_far(narrow, TEN, done).startswith(
        "no answer: the best learning_rate of share 0, 0.5, 0.9"
    )


def test_what_cannot_be_compared_is_a_sentence(committed, tmp_path, capsys):
    (tmp_path / "page.md").write_text("No places.\n")
    assert page.main(committed) == 2
    assert "the page has places for nothing" in capsys.readouterr().err
    (tmp_path / "results" / "settings.json").write_text('{"question": "another"}')
    assert page.main(committed) == 2
    assert "results of another question" in capsys.readouterr().err


def test_the_page_has_the_figures_of_the_committed_results(capsys):
    assert page.main([]) == 0, capsys.readouterr().err
