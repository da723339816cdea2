"""The training step: re-done on the trusted side with the same batches, and judged by what was learned."""

import contextlib
import io
import math
from collections.abc import Iterable

import torch

from instructor.checks.judging import agrees, expect, expect_list, expect_number, expect_tensor, likeness
from instructor.checks.marking import check
from instructor.checks.reference import reference
from instructor.core.seeds import Seeds, remembered
from instructor.sandbox.inside import drivers
from instructor.sandbox.inside.recipes import Recipe

TASK = "train"


@check(TASK, "step")
def test_train_steps(student, rng):
    """Each batch gives one optimizer step down the gradient of the loss of its projections at temperature."""
    for case in (_random_case(rng, batches=1), _random_case(rng, batches=3, epochs=2), _small_case(rng)):
        # A stand-in replaces both losses, so that the step is judged whatever the student's own loss is.
        given, right = _trained(student, case, "stand_in"), _trained_rightly(case, "stand_in")
        if not _same_weights(case, given, right):  # a step that does not call the package's loss by name
            given, right = _trained(student, case, "own"), _trained_rightly(case, "own")
        before = case["model"].build().state_dict()
        changed = any(not torch.equal(value, before[name]) for name, value in given["weights"].items())
        expect(changed, "the weights are the same as before: no step was taken")
        message = "the weights are not those after one step per batch on the loss of the projections"
        expect(_same_weights(case, given, right), message)
        for mean, true in zip(given["means"], right["means"], strict=True):
            same = agrees(expect_number(mean, "the mean loss"), torch.tensor(true), 1e-3)
            expect(same, "the returned mean loss is not the mean over the images seen")


@check(TASK, "step")
def test_train_in_training_mode(student, rng):
    """Batch normalization sees the batches: the model is trained in training mode."""
    case = _random_case(rng, batches=2, norm="batch")
    given, before = _trained(student, case, "stand_in"), case["model"].build().state_dict()
    means = [name for name in before if name.endswith("running_mean")]
    moved = all(not torch.equal(given["weights"][name], before[name]) for name in means)
    expect(moved, "the running statistics of batch normalization did not change during training")


@check(TASK, "learns", heavy=True)
def test_train_learns(student, rng):
    """With your own loss, the trained features tell classes apart better than the untrained ones."""
    case, right, images, classes = _learnable_case(rng)
    given = _trained(student, case, "own")
    alike = _alike(case, given, right)
    expect(alike > 0.3, "the weights did not change as SimCLR's loss would have them change")
    untrained, trained = _accuracy(case, None, images, classes), _accuracy(case, given, images, classes)
    expect(
        trained > untrained + 0.1 and trained > 0.85,
        f"the nearest neighbors of {untrained:.0%} of new images were of their class before training, and "
        f"of {trained:.0%} after it",
    )


def _random_case(rng: Seeds, batches: int, epochs: int = 1, norm: str = "group") -> dict:
    """What `train_epochs` needs: random views, the last batch smaller, and an uncommon temperature."""
    sizes = [6] * (batches - 1) + [4]
    return {
        "model": Recipe("tiny_encoder", seed=rng.seed(), norm=norm),
        "batches": [
            (rng.randn(n, 3, 12, 12), rng.randn(n, 3, 12, 12), rng.integers(0, 10, n)) for n in sizes
        ],
        "settings": {"lr": rng.uniform(0.05, 0.2), "momentum": 0.9},
        "epochs": epochs,
        "temperature": rng.uniform(0.1, 0.3),
    }


def _small_case(rng: Seeds) -> dict:
    """As `_random_case`: a last batch of one image, a pair of equal views, and a high temperature."""
    case = _random_case(rng, batches=1)
    (left, right, classes) = case["batches"][0]
    left[0] = right[0]
    last = (rng.randn(1, 3, 12, 12), rng.randn(1, 3, 12, 12), classes[:1])
    return case | {"batches": [(left, right, classes), last], "temperature": rng.uniform(2, 10)}


@remembered(Recipe)
def _learnable_case(rng: Seeds) -> tuple[dict, dict, torch.Tensor, torch.Tensor]:
    """Views of waves in four directions under random colors, what the reference learns, new images, classes.

    It learns to tell the directions apart in this case, with room to spare.
    """
    while True:
        batches = [(classes := rng.integers(0, 4, 16)) for _ in range(10)]
        case = {
            "model": Recipe("tiny_encoder", seed=rng.seed(), norm="batch"),
            # The classes that come with the images are of no use: this is to be learned without them.
            "batches": [
                (_waves(rng, classes), _waves(rng, classes), rng.integers(0, 4, 16)) for classes in batches
            ],
            "optimizer": "Adam",
            "settings": {"lr": 3e-3},
            "epochs": 6,
        }
        classes = rng.integers(0, 4, 300)
        images = _waves(rng, classes)
        right = _trained_rightly(case, "own")
        learned = _accuracy(case, right, images, classes)
        if learned > 0.97 and learned > _accuracy(case, None, images, classes) + 0.2:
            return case, right, images, classes


def _waves(rng: Seeds, classes: torch.Tensor, size: int = 16) -> torch.Tensor:
    """One image (n, 3, size, size) for each class: waves whose direction is the class, on a random color."""
    n, axis = len(classes), torch.arange(size) / size
    angle = (classes * math.pi / 4)[:, None, None]
    along = angle.cos() * axis[None, None] + angle.sin() * axis[None, :, None]
    waves = torch.sin(2 * math.pi * (4 * along + rng.rand(n, 1, 1)))
    return rng.randn(n, 3, 1, 1) + waves[:, None] + 0.2 * rng.randn(n, 3, size, size)


def _trained(student, case: dict, loss: str) -> dict:
    """What training in the student's package gave, with weights that fit the model."""
    given = student.drive("train_epochs", timeout=120, **case, loss=loss)  # the naive loss is slow
    weights = {
        name: expect_tensor(given["weights"].get(name), value.shape, f"the weights {name}").to(value.dtype)
        for name, value in case["model"].build().state_dict().items()
        if value.is_floating_point()
    }
    means = expect_list(given["means"], case.get("epochs", 1), "the mean losses")
    return {"means": means, "weights": weights}


def _trained_rightly(case: dict, loss: str) -> dict:
    with contextlib.redirect_stderr(io.StringIO()):  # no progress bar on the trusted side
        return drivers.train_epochs(reference(), **case, loss=loss)


def _same_weights(case: dict, given: dict, right: dict) -> bool:
    """Whether two trainings moved the weights alike: relative to how far the right one moved them."""
    move, true = (_moved(case, each, given["weights"]) for each in (given, right))
    return bool((move - true).norm() < 2e-3 * true.norm())


def _alike(case: dict, given: dict, right: dict) -> float:
    """How alike the directions are in which two trainings moved the weights; statistics of batches aside."""
    names = [name for name, _ in case["model"].build().named_parameters()]
    return likeness(*(_moved(case, each, names) for each in (given, right)))


def _moved(case: dict, trained: dict, names: Iterable[str]) -> torch.Tensor:
    before = case["model"].build().state_dict()
    return torch.cat([(trained["weights"][name] - before[name]).flatten() for name in names])


def _accuracy(case: dict, trained: dict | None, images: torch.Tensor, classes: torch.Tensor) -> float:
    """The part of images whose five nearest others, by the features, are mostly of their own class."""
    model = case["model"].build()
    if trained is not None:
        model.load_state_dict(trained["weights"], strict=False)
    with torch.no_grad():
        features, _ = model.eval()(images)
    nearest = (features @ features.T).fill_diagonal_(-2).topk(5, dim=1).indices
    return float((classes[nearest].mode(dim=1).values == classes).float().mean())
