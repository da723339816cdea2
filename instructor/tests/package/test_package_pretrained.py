"""The pretrained network: what was done to it for speed changes no score, and no gradient but in rounding."""

import copy

import pytest
import torch
from torch import nn

from cs231n import pretrained
from cs231n.pretrained import load_pretrained


@pytest.fixture(scope="module")
def plain():
    return pretrained._efficientnet_lite0().eval().requires_grad_(False)


@pytest.fixture(scope="module")
def model():
    return load_pretrained(device="cpu")


def test_its_scores_and_gradients_are_those_of_the_network_with_batch_norm(plain, model):
    # In double precision, where no rounding moves the bend of a ReLU6.
    plain, model = (copy.deepcopy(each).double() for each in (plain, model))
    X = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(0)).double().requires_grad_()
    scores, right = model(X), plain(X)
    assert torch.allclose(scores, right, rtol=1e-3, atol=1e-4)  # the weights were folded in single precision
    (found,), (true,) = (torch.autograd.grad(each[:, 3].sum(), X) for each in (scores, right))
    assert (found - true).norm() < 1e-2 * true.norm()


def test_it_has_no_batch_norm_left_and_wants_no_gradient(plain, model):
    assert any(isinstance(layer, nn.BatchNorm2d) for layer in plain.modules())
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in model.modules())
    assert not any(weights.requires_grad for weights in model.parameters())
    assert not any(layer.training for layer in model.modules())


def test_a_gradient_of_the_photos_lies_in_memory_as_they_do(model):
    X = torch.randn(2, 3, 224, 224, requires_grad=True)
    (gradient,) = torch.autograd.grad(model(X)[:, 3].sum(), X)
    assert gradient.is_contiguous()
    assert gradient.view(2, -1).shape == (2, 3 * 224 * 224)


def test_a_batch_norm_that_follows_no_convolution_stays():
    model = nn.Sequential(nn.BatchNorm2d(3), nn.Conv2d(3, 4, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU())
    for norm in (model[0], model[2]):
        norm.running_mean.normal_()
        norm.running_var.uniform_(0.5, 2)
    model.eval()
    X = torch.randn(2, 3, 5, 5)
    right = model(X)
    pretrained._fold_batch_norm(model)
    assert [type(layer).__name__ for layer in model] == ["BatchNorm2d", "Conv2d", "Identity", "ReLU"]
    assert torch.allclose(model(X), right, atol=1e-5)
