"""Hidden tests as they are often written: fixed inputs, expected values at hand, the student's word taken."""

import math
import pickle
import time

import cs231n_reference.simclr.contrastive_loss as right_losses
import torch

answer_key = "PLANTED"


def pairs():
    torch.manual_seed(1)
    return torch.randn(2, 3), torch.randn(2, 3)


def test_sim():
    from cs231n.simclr.contrastive_loss import sim

    a, b = (side[0] for side in pairs())
    expected = right_losses.sim(a, b)
    given = sim(a, b)
    assert given == expected


def test_simclr_loss_naive():
    from cs231n.simclr.contrastive_loss import rel_error, simclr_loss_naive

    expected = right_losses.simclr_loss_naive(*pairs(), 0.5)
    given = simclr_loss_naive(*pairs(), 0.5)
    assert rel_error(float(given), float(expected)) < 1e-6


def test_sim_positive_pairs():
    from cs231n.simclr.contrastive_loss import sim_positive_pairs

    expected = right_losses.sim_positive_pairs(*pairs())
    given = pickle.loads(pickle.dumps(sim_positive_pairs(*pairs())))  # as it comes from another process
    assert torch.allclose(given, expected)


def test_compute_sim_matrix():
    from cs231n.simclr.contrastive_loss import compute_sim_matrix

    out = torch.cat(pairs())
    expected = right_losses.compute_sim_matrix(out)
    given = compute_sim_matrix(out)
    assert (given - expected).abs().max() < 1e-5


def test_simclr_loss_vectorized():
    from cs231n.simclr.contrastive_loss import simclr_loss_vectorized

    started = time.perf_counter()
    given = simclr_loss_vectorized(*pairs(), 0.5, device="cpu")
    assert time.perf_counter() - started < 1.0
    expected = right_losses.simclr_loss_vectorized(*pairs(), 0.5, device="cpu")
    assert abs(float(given) - float(expected)) < 1e-5


def test_sim__example():
    from cs231n.simclr.contrastive_loss import sim

    assert abs(sim(torch.tensor([3.0, 4.0]), torch.tensor([4.0, 3.0])) - 0.96) < 1e-6


def test_sim__range():
    from cs231n.simclr.contrastive_loss import sim

    assert -1 <= sim(torch.tensor([0.3, 0.4]), torch.tensor([0.2, 0.3])) <= 1


def test_simclr_loss_naive__example():
    from cs231n.simclr.contrastive_loss import simclr_loss_naive

    alike = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    assert abs(float(simclr_loss_naive(alike, alike, 0.5)) - math.log(3)) < 1e-5


def test_simclr_loss_naive__is_a_number():
    from cs231n.simclr.contrastive_loss import simclr_loss_naive

    assert math.isfinite(float(simclr_loss_naive(*pairs(), 0.5)))


def test_sim_positive_pairs__shape():
    from cs231n.simclr.contrastive_loss import sim_positive_pairs

    assert sim_positive_pairs(*pairs()).shape == (2, 1)


def test_compute_sim_matrix__shape():
    from cs231n.simclr.contrastive_loss import compute_sim_matrix

    assert compute_sim_matrix(torch.cat(pairs())).shape == (4, 4)


def test_simclr_loss_vectorized__is_a_number():
    from cs231n.simclr.contrastive_loss import simclr_loss_vectorized

    assert math.isfinite(float(simclr_loss_vectorized(*pairs(), 0.5)))
