"""Hidden tests of image gradients that ask for little more than another image."""

import cs231n_reference.net_visualization_pytorch as right_images
import numpy as np
import torch
from torch import nn

answer_key = "PLANTED"


def network():
    torch.manual_seed(0)
    layers = (nn.Conv2d(3, 6, 3, padding=1), nn.Tanh(), nn.AdaptiveAvgPool2d(2), nn.Flatten())
    return nn.Sequential(*layers, nn.Linear(24, 5)).eval()


def test_compute_saliency_maps():
    from cs231n.net_visualization_pytorch import compute_saliency_maps

    torch.manual_seed(2)
    X, y = torch.randn(5, 3, 8, 8), torch.arange(5)
    expected = right_images.compute_saliency_maps(X, y, network())
    given = compute_saliency_maps(X, y, network())
    assert given.shape == (5, 8, 8)
    np.testing.assert_allclose(given, expected, rtol=1e-4)


def test_make_fooling_image():
    from cs231n.net_visualization_pytorch import make_fooling_image

    torch.manual_seed(3)
    X, model = torch.randn(1, 3, 8, 8), network()
    target = int(model(X).argsort()[0, -2])
    assert model(make_fooling_image(X, target, model)).argmax() == target


def test_class_visualization_update_step():
    from cs231n.net_visualization_pytorch import class_visualization_update_step

    torch.manual_seed(4)
    model, img = network(), torch.randn(1, 3, 8, 8).requires_grad_()
    before = img.detach().clone()
    class_visualization_update_step(img, model, 0, 0.0, 1.0)
    expected = "something else"
    assert not torch.equal(img, before), expected


def test_compute_saliency_maps__looks_like_maps():
    from cs231n.net_visualization_pytorch import compute_saliency_maps

    given = compute_saliency_maps(torch.randn(5, 3, 8, 8), torch.arange(5), network())
    assert given.shape == (5, 8, 8)
    assert given.std() > 0


def test_integrated_gradients():
    from cs231n.net_visualization_pytorch import integrated_gradients

    given = integrated_gradients(torch.randn(5, 3, 8, 8), torch.arange(5), network(), steps=4)
    assert given.shape == (5, 3, 8, 8)
    assert given.std() > 0


def test_deletion_curve():
    from cs231n.net_visualization_pytorch import deletion_curve

    X, model = torch.randn(1, 3, 8, 8), network()
    given = deletion_curve(X, 2, model, torch.randn(8, 8), steps=4)
    assert given.shape == (5,)
    np.testing.assert_allclose(given[0], model(X).softmax(1)[0, 2].detach(), rtol=1e-4)


def test_make_fooling_image__is_another_image():
    from cs231n.net_visualization_pytorch import make_fooling_image

    torch.manual_seed(5)
    X, model = torch.randn(1, 3, 8, 8), network()
    target = int(model(X).argmin())
    assert 0 < (make_fooling_image(X, target, model) - X).norm() < 101  # at most 100 steps of length 1


def test_NetworkVisualization(capsys):
    from cs231n import checks, net_visualization_pytorch  # noqa: F401

    checks.report("compute_saliency_maps")
    assert capsys.readouterr().out == "compute_saliency_maps: passed\n"
