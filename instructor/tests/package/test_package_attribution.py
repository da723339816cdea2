"""The demonstration of integrated gradients: where the shares must add up they do, and the rest is shown "
"as it is."""

from itertools import pairwise

import pytest
import torch

from cs231n.attribution import digit_network, errors_by_steps, score_on_the_way
from cs231n.data_utils import load_digits
from instructor.checks.reference import answer


@pytest.fixture(scope="module")
def digit():
    images, labels = load_digits("test")
    X = torch.from_numpy(images).permute(0, 3, 1, 2) / 255
    return X, torch.as_tensor(labels), digit_network(100)


def test_twice_as_many_steps_leave_a_quarter_of_the_error(digit):
    X, y, model = digit
    errors = errors_by_steps(answer("integrated_gradients"), X[:1], y[:1], model, [5, 10, 20])
    assert abs(errors[0]) < 5
    for coarse, fine in pairwise(errors):
        assert coarse / fine == pytest.approx(4, rel=0.15)


def test_a_wrong_function_does_not_look_right(digit):
    X, y, model = digit
    right = answer("integrated_gradients")
    without_X = lambda X, y, model, steps: right(X, y, model, steps) / X.clamp_min(0.5)  # noqa: E731
    assert abs(errors_by_steps(without_X, X[:1], y[:1], model, [20])[0]) > 5


def test_the_network_reads_digits_and_no_random_number_is_used_up(digit):
    X, y, model = digit
    assert (model(X).argmax(dim=1) == y).float().mean() > 0.8
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    digit_network(2)
    assert torch.equal(torch.rand(2), expected)


def test_the_way_leads_from_input_0_to_the_image(digit):
    X, y, model = digit
    shares, scores = score_on_the_way(X[:1], y[:1], model, points=5)
    assert shares == [0, 0.25, 0.5, 0.75, 1]
    assert scores[0] == pytest.approx(model(torch.zeros_like(X[:1]))[0, y[0]].item(), abs=1e-5)
    assert scores[-1] == pytest.approx(model(X[:1])[0, y[0]].item(), abs=1e-5)


def test_input_0_is_called_what_it_is():
    from cs231n.net_visualization_pytorch import integrated_gradients

    assert "mean\n    color" in integrated_gradients.__doc__
    assert "black" not in integrated_gradients.__doc__
