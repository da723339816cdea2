"""The hostile collection: a part of it held against the grader, and a weak grader that must be noticed."""

import ctypes
import dataclasses
import random

import pytest

from instructor.__main__ import main
from instructor.attacks import canaries, crowd, jailed
from instructor.attacks import experiment as experiment_module
from instructor.attacks import verdict as verdict_module
from instructor.attacks.alive import effects
from instructor.attacks.canaries import forms, found_in_bytes, found_in_tree, plant, word
from instructor.attacks.experiment import Experiment, Round
from instructor.attacks.jailed import judge_in_jails, run_in_jails
from instructor.attacks.samples import COLLECTION, Sample, load_samples
from instructor.attacks.verdict import Verdict, judge
from instructor.sandbox.limits import MIB

# A tenth of the collection, of many kinds: submissions that are graded, and what is tried in its own jails.
REPRESENTATIVE = (
    *("walks_the_disk", "overwrites_results", "detached_process", "zip_slip", "html_in_an_error"),
    *("advises_shared_memory_away", "ends_its_first_thread", "does_not_wait_for_its_children"),
    *("keeps_files_without_names", "wants_to_be_spared", "system_v", "limits_of_the_worker"),
    *("marks_on_a_folder", "sockets_of_other_kinds", "mounts_in_the_new_way", "fills_a_table_of_futexes"),
)
WEAKENED = ("walks_the_disk", "equals_everything", "some_matrix")
ALIVE = ("walks_the_disk", "equals_everything", "zip_slip", "system_v", "wants_to_be_spared")
# A grader that shows the kit to students, takes wrong answers for right ones, and remembers who came before.
SHOWN = """
_bound = _system


def _system():
    from instructor.core.tasks import ROOT

    yield from _bound()
    yield from _bind("--ro-bind", str(ROOT / "instructor"), "/opt/instructor")
"""
LENIENT = """

def agrees(value, right, rtol, atol=0.0):
    return True
"""
FORGETFUL = """
_graded, _seen = grade, []


def grade(path, **options):
    import subprocess

    result = _graded(path, **options)
    if path.stem != "neighbour":
        _seen.append(subprocess.Popen(["sleep", "20"]))
        (ROOT / "left-by-an-attack").touch()
    elif _seen:
        result.remarks.append("graded after somebody else")
    return result
"""


def samples(*names):
    return [sample for sample in load_samples() if sample.name in names]


def weaken(kit):
    for name, code in (
        ("sandbox/bubblewrap.py", SHOWN),
        ("checks/judging.py", LENIENT),
        ("grading/one_submission.py", FORGETFUL),
    ):
        with (kit / "instructor" / name).open("a", encoding="utf-8") as file:
            file.write(code)


def test_every_class_has_samples_and_every_sample_is_well_formed():
    found = load_samples()
    assert len(found) >= 60
    assert len(found) == len(list(COLLECTION.glob("*/*.py")))
    assert all(sample.sentence.endswith(".") for sample in found)
    assert {sample.kind for sample in found} >= {"archives", "disk", "games", "notebooks", "wire"}


def test_every_sample_can_be_packed(tmp_path):
    for sample in load_samples():
        assert sample.pack(tmp_path / f"{sample.name}.zip").stat().st_size > 0
        (tmp_path / f"{sample.name}.zip").unlink()


def test_nothing_is_gained_leaked_harmed_or_left_behind():
    chosen = samples(*REPRESENTATIVE)
    assert 9 * len(chosen) <= len(load_samples()) <= 10 * len(chosen)
    with Experiment(seed=7) as experiment:
        verdicts = [judge(one) for one in experiment.run([each for each in chosen if each.is_graded])]
    run_in_jails([each for each in chosen if not each.is_graded], "auto", verdicts.append)
    assert len(verdicts) == len(REPRESENTATIVE)
    assert [fault for verdict in verdicts for fault in verdict.faults] == []


ABLE = Sample(
    "able", "x", "It is able to.", "jail", "def attack():\n    return 'able'\n", (), (0.0, 0.0), ("leaks",)
)
REMEMBERED = """
import os
def attack():
    os._exit(3)
def found():
    return os.getpid() > 0
"""


def test_what_a_sample_can_do_or_finds_in_its_jails_is_a_fault(warm_fork_server):
    found = dataclasses.replace(ABLE, code=REMEMBERED, says="memory")
    with jailed._jail("bwrap", warm_fork_server) as beside:
        verdict = judge_in_jails(ABLE, "bwrap", beside, warm_fork_server)
        assert verdict.faults == ("could do what it should not: 'able'",)
        verdict = judge_in_jails(found, "bwrap", beside, warm_fork_server)
    assert (verdict.leaked, verdict.left, verdict.harmed) == (1, 1, 0)
    assert [fault.split(":")[0] for fault in verdict.faults[:2]] == [
        "is found by another submission",
        "is found by the next check",
    ]
    assert "does not read 'memory' but" in verdict.faults[2]


def test_the_whole_collection_is_tried_and_faults_are_counted(monkeypatch, capsys):
    """Those that are graded and the others side by side; in the order of the collection."""
    tried = []

    class Graded:
        def __init__(self, **_):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def run(self, chosen, told):
            for sample in chosen:
                told(Round(sample, {}))

    def verdict(sample):
        tried.append(sample.name)
        return Verdict(sample, 0.0, 0, 0, 0, ("broken",) if sample.name == "system_v" else (), 0.0)

    monkeypatch.setattr(experiment_module, "Experiment", Graded)
    monkeypatch.setattr(verdict_module, "judge", lambda one: verdict(one.sample))
    monkeypatch.setattr(
        jailed, "run_in_jails", lambda chosen, _, told: [told(verdict(each)) for each in chosen]
    )
    assert main(["attacks", "--seed", "3"]) == 1
    said = capsys.readouterr().out
    assert sorted(tried) == sorted(sample.name for sample in load_samples())
    assert "✗ system_v: broken" in said
    assert said.index("archives/zip_slip") < said.index("channels/system_v") < said.index("wire/")


def test_a_grader_that_is_weak_in_every_respect_is_noticed_in_every_respect():
    chosen = samples(*WEAKENED)
    with Experiment(seed=7, weaken=weaken) as experiment:
        verdicts = {one.sample.name: judge(one) for one in experiment.run(chosen)}
    assert verdicts["walks_the_disk"].leaked > 0
    assert verdicts["some_matrix"].gained > 0
    assert all(verdict.harmed for verdict in verdicts.values())
    left = [fault for verdict in verdicts.values() for fault in verdict.faults if fault.startswith("left ")]
    assert any("process sleep 20" in fault for fault in left)
    assert any("left-by-an-attack" in fault for fault in left)


@pytest.mark.parametrize("name", ALIVE)
def test_a_sample_does_to_a_weak_grader_what_it_claims(name):
    (sample,) = samples(name)
    assert set(sample.alive) <= effects(sample)[0]


def test_samples_that_share_a_weak_grader_are_told_apart():
    gains = samples("some_matrix")[0]
    honest = dataclasses.replace(gains, name="honest_work", code="sim_matrix = None\n")
    assert [set(each) for each in effects(honest, gains)] == [set(), {"gains"}]


def test_canaries_are_found_in_whatever_form():
    canary = word()
    for form in forms(canary):
        assert found_in_bytes(b"before" + form + b"after", [word(), canary]) == {canary}
    assert found_in_bytes(canary[:-1].encode(), [canary]) == set()


def test_what_is_mounted_in_a_folder_is_not_searched(tmp_path, monkeypatch):
    canary = word()
    for folder in ("own", "mounted"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{folder}.txt").write_text(canary)
    device = canaries._device
    monkeypatch.setattr(canaries, "_device", lambda path: -1 if path.name == "mounted" else device(path))
    assert found_in_tree(tmp_path / "own", [canary]) == {canary}
    (tmp_path / "own" / "own.txt").unlink()
    assert found_in_tree(tmp_path, [canary]) == set()


def test_canaries_stand_beside_every_answer_and_nowhere_else(tmp_path):
    places = plant(tmp_path)
    assert sorted(places.values()) == sorted(set(places.values()))
    assert any("instructor/checks" in place for place in places.values())
    assert found_in_tree(tmp_path / "instructor" / "checks", places)
    assert found_in_tree(tmp_path / "cs231n", places) == set()


def round_of(tmp_path, **answer):
    (sample,) = samples("some_matrix")
    light = {"sim": [5, 5, "passed"], "sim_positive_pairs": [5, 5, "passed"]}
    whole = {
        "reports": str(tmp_path),
        "tasks": {**light, "compute_sim_matrix": [0, 6, "wrong"]},
        "messages": [],
        "remarks": [],
        "problem": "",
        "internal": [],
        "leaks": [],
    }
    return Round(sample, whole | answer)


def test_each_fault_is_named(tmp_path):
    assert judge(round_of(tmp_path)).faults == ()
    assert "not graded" in judge(round_of(tmp_path, problem="no")).faults[0]
    assert "stumbled" in judge(round_of(tmp_path, internal=["KeyError"])).faults[0]
    (tmp_path / "feedback.html").write_bytes(b"<script>\x1b[2J")
    assert len(judge(round_of(tmp_path)).faults) == 2
    (tmp_path / "feedback.html").unlink()
    tasks = {"compute_sim_matrix": [1, 6, "partial"], "sim": [4, 5, "partial"]}
    faults = " ".join(judge(round_of(tmp_path, tasks=tasks)).faults)
    assert "earned 1 points more" in faults
    assert "sim brought 4 points, 5 are due" in faults


def test_a_crowd_is_mixed_anew_each_time_and_honest_names_stay(tmp_path):
    crowd.pack_honest(tmp_path / "honest", 3)
    chosen = crowd.hostile(3, seed=1)
    assert len({sample.name for sample in chosen}) == 3
    orders = []
    for seed in (1, 2):
        crowd.mix(tmp_path / "honest", tmp_path / str(seed), chosen, random.Random(seed))
        orders.append(sorted(path.name for path in (tmp_path / str(seed)).iterdir()))
        assert len(orders[-1]) == 6
        assert {"s00.zip", "s01.zip", "s02.zip"} < set(orders[-1])
    assert orders[0] != orders[1]
    packed = {(tmp_path / "honest" / f"s0{n}.zip").read_bytes() for n in range(3)}
    assert len(packed) == 3


def test_what_a_crowd_does_to_the_honest_is_told():
    alone = crowd.Run({"s00": {"results.json": b"1"}, "s01": {"results.json": b"2"}})
    assert crowd.compared(alone, crowd.Run(alone.reports, [], [100 * MIB] * 40)) == []
    grown = [100 * MIB] * 20 + [200 * MIB] * 20
    run = crowd.Run({"s00": {"results.json": b"9"}}, ["process sleep 20"], grown)
    assert crowd.compared(alone, run) == [
        "left process sleep 20",
        "s00/results.json is not what it is without the hostile ones",
        "s01/results.json is not what it is without the hostile ones",
        "its memory grew by 100 MiB",
    ]


def test_what_is_left_around_a_crowd_is_seen(monkeypatch, tmp_path):
    before = set(crowd._surroundings())
    number = ctypes.CDLL(None).semget(0, 1, 0o1600)
    (tmp_path / "left-by-an-attack").touch()
    monkeypatch.setattr(crowd, "PLACES", (str(tmp_path),))
    try:
        left = set(crowd._surroundings()) - before
    finally:
        ctypes.CDLL(None).semctl(number, 0, 0)
    assert f"System V sem {number}" in left
    assert f"file {tmp_path}/left-by-an-attack" in left


def test_a_crowd_without_honest_ones_is_a_mistake(capsys):
    assert main(["attacks", "--crowd", "0"]) == 2
    assert "how many honest submissions" in capsys.readouterr().err
