"""What is drawn once for a seed: in one process, and in all graders of a run."""

import pytest
import torch

from instructor.core.seeds import SHARED, Seeds, remembered


def drawn_by(made):
    """A case as a process of its own would have it: with a memory of its own."""

    @remembered()
    def case(rng, low):
        made.append(low)
        return rng.randn(3), {"low": low}

    return case


@pytest.fixture
def made():
    return []


def test_a_case_is_made_once_for_a_seed(made):
    case = drawn_by(made)
    first, second, other = case(Seeds(1, "a"), 2), case(Seeds(1, "a"), 2), case(Seeds(2, "a"), 2)
    assert first is second
    assert not torch.equal(first[0], other[0])
    assert made == [2, 2]


def test_graders_of_a_run_have_it_from_each_other(made, tmp_path, monkeypatch):
    alone = drawn_by([])(Seeds(1, "a"), 2)
    monkeypatch.setenv(SHARED, str(tmp_path))
    one, two = drawn_by(made), drawn_by(made)
    for case in (one, two):
        values, kept = case(Seeds(1, "a"), 2)
        assert torch.equal(values, alone[0])
        assert kept == alone[1]
    assert made == [2]
    two(Seeds(1, "a"), 3)
    two(Seeds(2, "a"), 2)
    assert made == [2, 3, 2]


def test_a_folder_that_is_gone_costs_time_alone(made, tmp_path, monkeypatch):
    monkeypatch.setenv(SHARED, str(tmp_path / "gone"))
    case = drawn_by(made)
    assert case(Seeds(1, "a"), 2)[1] == {"low": 2}
    assert made == [2]


def test_what_is_drawn_afterwards_is_the_same_whether_it_was_remembered(tmp_path, monkeypatch):
    case, after = drawn_by([]), []
    monkeypatch.setenv(SHARED, str(tmp_path))
    for _ in range(2):
        rng = Seeds(1, "a")
        case(rng, 2)
        after.append((rng.seed(), rng.randn(2).tolist()))
    assert after[0] == after[1]
