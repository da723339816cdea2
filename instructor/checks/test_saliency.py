"""Saliency maps: the largest magnitude over the channels of the gradient of each correct class's score."""

import torch

from instructor.checks.drawing import MODE, classifier_case, photos, right_in_evaluation_mode_alone
from instructor.checks.judging import (
    agrees,
    expect,
    expect_close,
    expect_tensor,
    expect_untouched,
    likeness,
)
from instructor.checks.marking import check
from instructor.checks.reference import answer
from instructor.core.seeds import Seeds, remembered
from instructor.sandbox.inside.recipes import Recipe

TASK = "compute_saliency_maps"
OTHERWISE = "they are not the largest magnitude, over the channels, of the gradient of the scores for y"


@check(TASK, "value")
def test_saliency_value(student, rng):
    """The map is the gradient of the correct class's score: its magnitude, the largest over the channels."""
    for N in (5, 2, 7):
        case = classifier_case(rng, N)
        maps = student.compute_saliency_maps(case.X, case.y, case.model)
        expect_close(maps, answer(TASK)(case.X, case.y, case.model.build()), "the maps", OTHERWISE)


@check(TASK, "value")
def test_saliency_special_images(student, rng):
    """The map is right for zeros, for constant and for repeated images, and where pixels are zero."""
    case = classifier_case(rng, 5)
    size = case.X.shape[2:]
    half = case.X[0].clone()
    half[:, :, size[1] // 2 :] = 0
    black, plain = torch.zeros_like(half), torch.full_like(half, rng.uniform(0.5, 2))
    X = torch.stack([black, plain, half, case.X[1], case.X[1]])
    square = case.X[..., : min(size), : min(size)].contiguous()
    labels = case.y.clone()
    labels[4] = (labels[3] + 1) % case.model.kwargs["classes"]  # the same image, looked at for another class
    for images, y in ((X, labels), (X, case.y[:1].repeat(5)), (X, torch.zeros(5, dtype=torch.int64))):
        maps = student.compute_saliency_maps(images, y, case.model)
        right = answer(TASK)(images, y, case.model.build())
        expect_close(maps, right, "the maps of images of zeros, constant and repeated ones", OTHERWISE)
    maps = student.compute_saliency_maps(square, case.y, case.model)
    right = answer(TASK)(square, case.y, case.model.build())
    expect_close(maps, right, "the maps of square images", OTHERWISE)


@check(TASK, "value")
def test_saliency_evaluation_mode(student, rng):
    """A model that arrives in training mode is looked at as it acts at test time."""
    case = classifier_case(rng, 5, training=True)
    right = answer(TASK)(case.X, case.y, case.model.build())

    def is_right(model):
        maps = expect_tensor(student.compute_saliency_maps(case.X, case.y, model), right.shape, "the maps")
        return agrees(maps, right.detach(), 1e-4, 0.0)

    if not is_right(case.model):
        expect(not right_in_evaluation_mode_alone(case.model, is_right), f"the maps: {MODE}")
        expect(False, f"the maps: {OTHERWISE}")


@check(TASK, "value", heavy=True)
def test_saliency_pretrained_network(student, rng):
    """The maps of real photos in the pretrained network are right."""
    X, y, right = _photo_case(rng)
    maps = student.compute_saliency_maps(X, y, Recipe("pretrained"))
    value = expect_tensor(maps, right.shape, "the maps")
    # Rounding may flip a few of the million units; a wrong map is far off.
    error = (value - right).flatten(1).norm(dim=1) / right.flatten(1).norm(dim=1)
    expect(error.max() < 0.02, f"the maps of real photos: {OTHERWISE}")


@check(TASK, "batch_sizes")
def test_saliency_batch_sizes(student, rng):
    """The map of an image is the same whatever batch it is in, also alone."""
    for N in (1, 2, 7):
        case = classifier_case(rng, N)
        maps = student.compute_saliency_maps(case.X, case.y, case.model)
        maps = expect_tensor(maps, (N, *case.X.shape[2:]), f"the maps of N = {N} images")
        expect(maps.std() > 0, f"the maps of N = {N} images are constant")
        _expect_of_the_model(maps, case)
        for k in range(N):
            alone = student.compute_saliency_maps(case.X[k : k + 1], case.y[k : k + 1], case.model)
            alone = expect_tensor(alone, (1, *case.X.shape[2:]), "the map of N = 1 image")
            same = agrees(alone[0], maps[k], 1e-4)
            expect(same, f"the map of an image alone differs from its map in a batch of N = {N}")


@check(TASK, "batch_sizes")
def test_saliency_kinds_of_input(student, rng):
    """The maps are right for images of double precision, and for images stored with the channels last."""
    case = classifier_case(rng, 3)
    right = answer(TASK)(case.X, case.y, case.model.build())
    double = Recipe(case.model.name, **case.model.kwargs, double=True)
    maps = student.compute_saliency_maps(case.X.double(), case.y, double)
    expect_close(maps, right, "the maps of float64 images", OTHERWISE)
    arguments = {"module": "net_visualization_pytorch", "task": TASK, "args": [case.X, case.y, case.model]}
    maps = student.drive("call_with_strides", **arguments)
    expect_close(maps, right, "the maps of images with the channels last in memory", OTHERWISE)


@check(TASK, "leaves_inputs_alone")
def test_saliency_leaves_inputs_alone(student, rng):
    """Images, labels and model are as before, and a second call gives the same maps."""
    case = classifier_case(rng, 3)
    outcome = student.call(TASK, case.X, case.y, case.model, times=2)
    X, y, model = outcome.args_after
    expect_untouched(X, case.X, "X")
    expect_untouched(y, case.y, "y")
    expect_untouched(model, case.model.build().state_dict(), "the model")
    shape = (3, *case.X.shape[2:])
    first, second = (expect_tensor(value, shape, "the maps") for value in outcome.values)
    expect(first.std() > 0, "the maps are constant")
    _expect_of_the_model(first, case)
    expect(agrees(second, first, 1e-5), "a second call with the same images gives other maps")
    other = student.compute_saliency_maps(case.X.roll(1, dims=0), case.y.roll(1), case.model)
    other = expect_tensor(other, shape, "the maps")
    expect(not agrees(other, first, 1e-3), "other images give the same maps")


@remembered()
def _photo_case(rng: Seeds) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Two photos, a class for each, and their maps."""
    X, y = photos(rng, 2), rng.integers(0, 1000, 2)
    return X, y, answer(TASK)(X, y, Recipe("pretrained").build())


def _expect_of_the_model(maps, case):
    """Require that maps have to do with the model, right or not: else nothing is shown by them."""
    right = answer(TASK)(case.X, case.y, case.model.build())
    alike = likeness(maps - maps.mean(), right - right.mean())
    expect(alike > 0.3, "the maps do not show where the scores for y depend on the pixels")
