"""Networks trained on ImageNet, and where their weights come from (given)."""

import pickle

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from .data_utils import MissingData, data_folder


def load_pretrained(name="efficientnet_lite0", device=None):
    """Return a network that maps preprocessed photos (N, 3, 224, 224) to scores of 1,000 classes (N, 1000).

    It is in evaluation mode, and its weights ask for no gradient: in these assignments the picture changes,
    never the network. So each batch normalization is part of the convolution before it: the same scores, to
    rounding, for less work. Photos come from image_utils.preprocess.

    Inputs:
    - name: "efficientnet_lite0" (embedded) or "squeezenet1_1" (torchvision fetches and keeps its weights).
    - device: where to put it; None means best_device().

    Raises MissingData when the weights are not there or can't be read, ValueError for another name.
    """
    if name not in BACKBONES:
        raise ValueError(f"There is no network {name!r}; choose one of {', '.join(BACKBONES)}.")
    model = BACKBONES[name]().eval().requires_grad_(False)
    _fold_batch_norm(model)
    model.register_forward_pre_hook(_rows_first)
    device = torch.device(best_device() if device is None else device)
    # Channels last: the order of the numbers in memory in which a processor convolves them fastest.
    return model.to(device, memory_format=torch.channels_last if device.type == "cpu" else None)


def best_device():
    """Return the CUDA device when there is one that works, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _fold_batch_norm(model):
    """Put each batch normalization, in evaluation mode, into the convolution that it follows.

    In its place stays what it does besides: in timm's networks, the activation.
    """
    before = None
    for name, layer in list(model.named_children()):
        if isinstance(layer, nn.BatchNorm2d) and isinstance(before, nn.Conv2d):
            statistics = layer.running_mean, layer.running_var, layer.eps
            folded = fuse_conv_bn_weights(before.weight, before.bias, *statistics, layer.weight, layer.bias)
            before.weight, before.bias = (nn.Parameter(each.detach(), requires_grad=False) for each in folded)
            setattr(model, name, getattr(layer, "act", nn.Identity()))
        else:
            _fold_batch_norm(layer)
        before = layer


def _rows_first(model, inputs):
    """Hand on photos such that their gradient lies in memory as they do, and `view` can take it."""
    X, *others = inputs
    return (X.flatten(1).unflatten(1, X.shape[1:]), *others)


def _efficientnet_lite0():
    """EfficientNet-Lite0 (after Tan and Le 2019, arXiv:1905.11946) in timm, with the embedded weights."""
    import timm

    model = timm.create_model("tf_efficientnet_lite0")
    weights = _read_weights(data_folder() / "embedded" / "efficientnet_lite0.pth")
    # Another program wrote the weights: its names differ from timm's, its order and shapes do not.
    names = model.state_dict()
    if [w.shape for w in weights.values()] != [w.shape for w in names.values()]:
        raise MissingData("embedded/efficientnet_lite0.pth holds the weights of another network.")
    model.load_state_dict(dict(zip(names, weights.values(), strict=True)))
    return model


def _squeezenet1_1():
    """SqueezeNet 1.1 (after Iandola et al. 2016, arXiv:1602.07360) through torchvision's weights API."""
    from torchvision.models import SqueezeNet1_1_Weights, squeezenet1_1

    try:
        return squeezenet1_1(weights=SqueezeNet1_1_Weights.DEFAULT)
    except (OSError, EOFError, RuntimeError, pickle.UnpicklingError) as error:
        raise MissingData(
            f"The weights of squeezenet1_1 could not be fetched or read ({type(error).__name__}). "
            "Run: bash datasets/get_datasets.sh squeezenet1_1. The embedded efficientnet_lite0 does without."
        ) from error


def _read_weights(file):
    try:
        return torch.load(file, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise MissingData(f"{file} is not there. Run: bash datasets/get_datasets.sh embedded") from None
    except (OSError, EOFError, RuntimeError, pickle.UnpicklingError) as error:
        raise MissingData(
            f"{file} can't be read ({type(error).__name__}). Delete it and run: "
            "bash datasets/get_datasets.sh embedded"
        ) from error


BACKBONES = {"efficientnet_lite0": _efficientnet_lite0, "squeezenet1_1": _squeezenet1_1}
