"""The linear probe: what its classifier is trained on, what it counts, and what it does to the model."""

import torch

from instructor.checks.judging import (
    agrees,
    expect,
    expect_list,
    expect_number,
    expect_tensor,
    expect_untouched,
)
from instructor.checks.marking import check
from instructor.core.seeds import Seeds
from instructor.sandbox.inside.recipes import Recipe

TASK = "linear_probe"
SIDE = 10


@check(TASK, "features")
def test_probe_features(student, rng):
    """The classifier learns once: from the training images' frozen features, of mean 0 and deviation 1."""
    for training in (False, True):
        case = _case(rng, training)
        (call,) = expect_list(_probed(student, case)["fitted"], 1, "the calls of fit")
        features, _, mean, deviation = _features(case)
        right = (features - mean) / deviation
        given = expect_tensor(call["features"], right.shape, "the features that fit gets")
        expect(call["flows"] is False, "the features that fit gets carry a gradient back into the model")
        unbiased = (1 - 1 / len(right)) ** 0.5 * right
        close = any(agrees(given, each, 1e-3) for each in (right, unbiased))
        expect(close, _otherwise(case, given))
        labels, true = call["labels"], torch.cat([y for _, y in case["train"]])
        expect(isinstance(labels, torch.Tensor), "the labels that fit gets: expected a tensor")
        expect(torch.equal(labels, true), "the labels that fit gets are not those of the images it gets")


@check(TASK, "accuracy")
def test_probe_accuracy(student, rng):
    """The accuracy is the percentage of test images whose highest score is that of their class."""
    cases = [_case(rng, training) for training in (False, True, False)]
    # All are asked before one is judged: a single number may be that of several mistakes.
    asked = [(case, _probed(student, case)["accuracy"]) for case in cases]
    for case, accuracy in asked:
        _, test_features, mean, deviation = _features(case)
        scores = (test_features - mean) / deviation @ case["classifier"].double().T
        hits = scores.argmax(dim=1) == torch.cat([y for _, y in case["test"]])
        given = expect_number(accuracy, "the accuracy")
        right = 100 * hits.double().mean()
        expect(
            not agrees(100 * given, right, 1e-4),
            "the accuracy is a share from 0 to 1; expected percent",
        )
        expect(agrees(given, right, 1e-4), "the accuracy is not the percentage of test images that are right")


@check(TASK, "leaves_model_alone")
def test_probe_leaves_the_model_alone(student, rng):
    """The model is as it was: weights, batch statistics, gradients, and its mode, whichever that was."""
    for training in (False, True):
        case = _case(rng, training)
        given, model = _probed(student, case), case["model"].build()
        expect_untouched(given["model"], model.state_dict(), "the weights or batch statistics of the model")
        expect(
            not given["having"],
            "weights of the model have a gradient, and had none before",
        )
        names = [name for name, _ in model.named_parameters()]
        expect(given["wanting"] == names, "weights of the model want no gradient any more")
        mode = [module.training for module in model.modules()]
        words = "training" if training else "evaluation"
        expect(
            given["training"] == mode,
            f"the model came in {words} mode, and is not in {words} mode after the call",
        )


def _case(rng: Seeds, training: bool) -> dict:
    """What the driver `probe` needs. Test images are brighter than training images, and most are right.

    The last batches have one image; two features are never active. No score of a test image is near another.
    """
    classes = rng.integer(4, 8)
    model = Recipe(
        "tiny_encoder", seed=rng.seed(), norm="batch", training=training, dead=2, out=rng.integer(8, 16)
    )
    case = {
        "model": model,
        "train": _batches(rng.randn(19, 3, SIDE, SIDE), rng.integers(0, classes, 19)),
        "classifier": rng.randn(classes, 24),
    }
    images = 0.6 + 1.4 * rng.randn(120, 3, SIDE, SIDE) + rng.randn(120, 3, 1, 1)
    test = {"test": [(images, torch.zeros(120, dtype=torch.long))]}
    _, features, mean, deviation = _features(case | test)
    scores = (features - mean) / deviation @ case["classifier"].double().T
    best = scores.topk(2, dim=1)
    clear = (best.values[:, 0] - best.values[:, 1] > 1e-3 * best.values.abs().max()).nonzero()[:61, 0]
    labels = best.indices[clear, 0]
    others = rng.rand(len(clear)) < 0.3
    labels[others] = (labels[others] + rng.integers(1, classes, int(others.sum()))) % classes
    return case | {"test": _batches(images[clear], labels)}


def _batches(images: torch.Tensor, labels: torch.Tensor) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Batches of six, and of what is left."""
    return list(zip(images.split(6), labels.split(6), strict=True))


def _features(case: dict) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Features of training and test images, and the mean and deviation of the former, all in float64."""
    model = case["model"].build().eval()
    with torch.no_grad():
        train, test = (
            torch.cat([model(images)[0] for images, _ in case[name]]).double() for name in ("train", "test")
        )
    mean, deviation = train.mean(dim=0), train.std(dim=0, correction=0)
    return train, test, mean, torch.where(deviation > 1e-9, deviation, 1.0)


def _probed(student, case: dict) -> dict:
    return student.drive("probe", **case)


def _otherwise(case: dict, given: torch.Tensor) -> str:
    """What is wrong with features of the right shape."""
    if not agrees(given.mean(dim=0), torch.zeros(given.shape[1]), 0, 1e-3):
        return "the features that fit gets do not have mean 0 each over the training images"
    deviation = given.std(dim=0)
    if not agrees(deviation[deviation > 1e-3], torch.ones(int((deviation > 1e-3).sum())), 0, 0.1):
        return "the features that fit gets do not have deviation 1 each over the training images"
    return "the features that fit gets are not those of the training images in evaluation mode"
