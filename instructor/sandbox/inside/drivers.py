"""What runs beside the student's modules because it cannot cross the wire: transforms, datasets, training.

A driver takes the package and plain data, and gives back plain data. The trusted side calls the same drivers
on the reference package, so both answers are made in the same way. Nothing in here knows a right answer.
"""

from __future__ import annotations

import importlib
import random
import sys
from collections.abc import Callable, Iterable
from gc import get_objects
from types import CodeType, FunctionType, ModuleType

import torch
from torchvision.transforms.functional import pil_to_tensor, to_pil_image

from .recipes import Recipe

Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
Labelled = tuple[torch.Tensor, torch.Tensor]


def weighted_gradients(package, task: str, inputs: list[torch.Tensor], weights: torch.Tensor) -> dict:
    """The gradients, for each input, of the sum of a loss function's entries times `weights`.

    Returns the shape of the entries, and the gradients, None where none flows or the shape is not that of
    `weights`.
    """
    function = getattr(package.simclr.contrastive_loss, task)
    leaves = [each.clone().requires_grad_() for each in inputs]
    value = function(*leaves)
    shape = tuple(value.shape) if isinstance(value, torch.Tensor) else None
    grads: list[torch.Tensor | None] = [None] * len(leaves)
    if shape == tuple(weights.shape) and value.requires_grad:
        grads = list(torch.autograd.grad((value * weights).sum(), leaves, allow_unused=True))
    return {"shape": shape, "grads": grads}


def call_with_strides(package, module: str, task: str, args: list) -> object:
    """What a function gives for tensors whose values lie in memory in another order: channels last, columns.

    `module` is the path of the function's module in the package. Recipes among `args` are built.
    """
    value = _function(package, module, task)(*(_restrided(each) for each in args))
    return value.detach() if isinstance(value, torch.Tensor) else value


def call_and_look_for_a_graph(package, module: str, task: str, args: list) -> dict:
    """What a function gives, and whether autograd could still go back from there; `args` as above."""
    args = [each.build() if isinstance(each, Recipe) else each for each in args]
    value = _function(package, module, task)(*args)
    if not isinstance(value, torch.Tensor):
        return {"value": value, "graph": False}
    return {"value": value.detach(), "graph": value.requires_grad}


def class_visualization_steps(
    package,
    image: torch.Tensor,
    steps: int,
    model: Recipe,
    *,
    target_y: int,
    l2_reg: float,
    learning_rate: float,
) -> torch.Tensor:
    """The image (1, 3, H, W) after so many class visualization steps on it."""
    image, network = image.clone().requires_grad_(), model.build()
    step = package.net_visualization_pytorch.class_visualization_update_step
    for _ in range(steps):
        step(image, network, target_y, l2_reg, learning_rate)
    return image.detach()


def _function(package, module: str, task: str) -> Callable:
    for name in module.split("."):
        package = getattr(package, name)
    return getattr(package, task)


def _restrided(value: object) -> object:
    if isinstance(value, Recipe):
        return value.build()
    if isinstance(value, torch.Tensor) and value.dim() == 4:
        return value.contiguous(memory_format=torch.channels_last)
    if isinstance(value, torch.Tensor) and value.dim() == 2:
        return value.T.contiguous().T
    return value


def take_away(package, name: str, while_judged: str, among: Iterable | None = None) -> None:
    """For the rest of the session, let the loss function `name` raise an error that says why.

    That is its name in its module, and every function that came of its definition, whatever that is called
    by now: else the one loss could be had by an alias or a wrapper of the other. It is looked for among all
    objects, or among those given.
    """
    module = importlib.import_module(f"{package.__name__}.simclr.contrastive_loss")

    sentence = f"{name} is taken away while {while_judged} is judged: each stands on its own"

    def gone(*_, **__):
        raise RuntimeError(sentence)

    for function in get_objects() if among is None else among:
        if type(function) is not FunctionType:
            continue
        code = function.__code__
        if code.co_name == name and code.co_filename == module.__file__:
            function.__code__ = _raising(sentence, code.co_freevars)
    setattr(module, name, gone)


def _raising(sentence: str, free: tuple[str, ...]) -> CodeType:
    """The code of a function that raises RuntimeError whatever it gets, for one with such free variables."""
    source = f"""
def outside({", ".join(free)}):
    def gone(*_, **__):
        raise RuntimeError({sentence!r})
        return [{", ".join(free)}]
    return gone
"""
    scope: dict = {}
    exec(source, scope)
    return scope["outside"](*free).__code__


def train_transform_draws(package, image: torch.Tensor, draws: int, seed: int) -> torch.Tensor | list:
    """What the train transform, made with `seed`, gives for one uint8 image (H, W, 3) in each draw.

    Returns (draws, 3, 32, 32) when the results are tensors of one shape, else a list of them.
    """
    transform = package.simclr.data_utils.compute_train_transform(seed)
    picture = to_pil_image(image.permute(2, 0, 1))
    results = [transform(picture) for _ in range(draws)]
    kinds = {(r.shape, r.dtype) if isinstance(r, torch.Tensor) else None for r in results}
    return torch.stack(results) if len(kinds) == 1 and None not in kinds else results


def pair_items(
    package, images: torch.Tensor, targets: list[int], indices: list[int], seed: int, shift: int | None = None
) -> dict[str, list]:
    """Items of a CIFAR10Pair over given uint8 images (N, 32, 32, 3), with a transform that marks each view.

    The transform adds one random offset to every value of the image and keeps a list of those offsets, drawn
    from torch's and Python's own random generators. `shift` is added to each target by a target_transform.

    Returns the items, and for each item the offsets drawn while it was made.
    """
    dataset_class = package.simclr.data_utils.CIFAR10Pair
    dataset = dataset_class.__new__(dataset_class)  # the real one insists on the files of CIFAR-10
    marks: list[torch.Tensor] = []

    def transform(picture):
        mark = torch.rand(()).double() + random.random()
        marks.append(mark)
        return pil_to_tensor(picture).double() + mark

    dataset.root, dataset.train, dataset.transforms = "", True, None
    dataset.data, dataset.targets = images.numpy().copy(), list(targets)
    dataset.transform = transform
    dataset.target_transform = None if shift is None else lambda target: target + shift
    torch.manual_seed(seed)
    random.seed(seed)
    items, drawn = [], []
    for index in indices:
        marks.clear()
        items.append(dataset[index])
        drawn.append(list(marks))
    return {"items": items, "marks": drawn}


def train_epochs(
    package,
    model: Recipe,
    batches: list[Batch],
    optimizer: str = "SGD",
    settings: dict | None = None,
    epochs: int = 1,
    temperature: float = 0.5,
    loss: str = "own",
    device: str | None = None,
) -> dict:
    """Train a model on the given batches for some epochs with an optimizer of torch.optim and its settings.

    With loss = "stand_in" the package's loss functions are replaced by `stand_in_loss` for the while.
    Returns the mean loss of each epoch as `train` returned it, and the model's state dict.
    """
    network = model.build()
    stepper = getattr(torch.optim, optimizer)(network.parameters(), **(settings or {}))
    train = package.simclr.utils.train
    undo = _replace_losses(package, stand_in_loss) if loss == "stand_in" else list
    batch_size = len(batches[0][0])
    try:
        means = [
            train(network, batches, stepper, epoch, epochs, batch_size, temperature, device)
            for epoch in range(1, epochs + 1)
        ]
    finally:
        undo()
    weights = {name: value.detach().clone() for name, value in network.state_dict().items()}
    return {"means": means, "weights": weights}


def probe(
    package, model: Recipe, train: list[Labelled], test: list[Labelled], classifier: torch.Tensor
) -> dict:
    """What linear_probe gives for a model and batches, where every classifier is that of the scores (C, D).

    Returns the accuracy; of each call of `fit` the features, the labels, and whether a gradient flows; and of
    the model afterwards its state, its mode, and which of its parameters want and have a gradient.
    """
    network, calls = model.build(), []

    def fit(features, labels):
        flows = isinstance(features, torch.Tensor) and features.requires_grad
        calls.append({"features": _kept(features), "labels": _kept(labels), "flows": flows})

        def scores(features):
            if features.dim() == 2 and features.shape[1] == classifier.shape[1]:
                return features @ classifier.to(features.dtype).T
            return features.new_zeros(len(features), len(classifier))  # what `fit` got says what is wrong

        return scores

    accuracy = package.simclr.utils.linear_probe(network, train, test, fit=fit)
    parameters = list(network.named_parameters())
    return {
        "accuracy": _kept(accuracy),
        "fitted": calls,
        "model": {name: value.detach().clone() for name, value in network.state_dict().items()},
        "training": [module.training for module in network.modules()],
        "wanting": [name for name, parameter in parameters if parameter.requires_grad],
        "having": [name for name, parameter in parameters if parameter.grad is not None],
    }


def _kept(value: object) -> object:
    return value.detach().clone() if isinstance(value, torch.Tensor) else value


def stand_in_loss(out_left, out_right, tau=None, device=None, **_):
    """A smooth function of two batches of projections and tau that treats left and right alike.

    It has the signature of the SimCLR losses and none of their terms.
    """
    together = (out_left - out_right).square().sum(dim=1).mean()
    apart = (out_left.mean(dim=0) + out_right.mean(dim=0)).square().sum()
    return (together + apart) / tau + (out_left * out_right).pow(3).sum(dim=1).mean()


def _replace_losses(package, function: Callable) -> Callable[[], None]:
    """Put `function` wherever the package's modules hold one of its two losses; return what undoes that."""
    losses = package.simclr.contrastive_loss
    names = ("simclr_loss_vectorized", "simclr_loss_naive")
    originals = [getattr(losses, name) for name in names if hasattr(losses, name)]
    places = [
        (module, name, value)
        for module in _modules(package.__name__)
        for name, value in list(vars(module).items())
        if any(value is original for original in originals)
    ]
    for module, name, _ in places:
        setattr(module, name, function)

    def undo() -> None:
        for module, name, value in places:
            setattr(module, name, value)

    return undo


def _modules(package_name: str) -> list[ModuleType]:
    return [
        module
        for name, module in list(sys.modules.items())
        if module is not None and (name == package_name or name.startswith(f"{package_name}."))
    ]
