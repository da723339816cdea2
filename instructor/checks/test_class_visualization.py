"""Class visualization: one step in place up the score less the squared norm, raw or normalized."""

import torch

from instructor.checks.drawing import image_size, number_of_classes, scale
from instructor.checks.judging import agrees, expect, expect_tensor, expect_untouched, likeness
from instructor.checks.marking import check
from instructor.core.seeds import Seeds
from instructor.sandbox.inside.recipes import Recipe

TASK = "class_visualization_update_step"


@check(TASK, "step")
def test_class_visualization_step(student, rng):
    """Without regularization, the picture moves in place by the learning rate times the score's gradient."""
    for _ in range(3):
        img, model, target = _case(rng)
        lr = rng.uniform(0.5, 30)
        after = _updated(student, img, model, target, 0.0, lr)
        expect(
            any(_moved(img, after, step) for step in _steps(img, model, target, 0.0, lr)),
            "the step is not the learning rate times the gradient of the target's score, raw or of length 1",
        )
    img, model, target = _case(rng)
    steep = {"shape": list(img.shape[1:]), "classes": 5, "target": target % 5, "rival": (target + 1) % 5}
    model = Recipe("rivals", seed=rng.seed(), gap=1.0, slope=0.0, steep=1000.0, **steep)
    for picture in (img, torch.ones_like(img)):
        after = _updated(student, picture, model, target % 5, 0.0, 1.0)
        expect(
            any(_moved(picture, after, step) for step in _steps(picture, model, target % 5, 0.0, 1.0)),
            "where scores are steep, the step is not the learning rate times the gradient",
        )


@check(TASK, "regularization")
def test_class_visualization_regularization(student, rng):
    """The squared norm of the picture is taken off the score before the gradient is."""
    for _ in range(3):
        img, model, target = _case(rng)
        lr, l2_reg = rng.uniform(0.5, 3), rng.uniform(0.01, 0.3)
        after = _updated(student, img, model, target, l2_reg, lr)
        expect(
            any(_moved(img, after, step) for step in _steps(img, model, target, l2_reg, lr)),
            "with l2_reg above 0 the step does not climb the score less l2_reg times the squared norm",
        )


@check(TASK, "repeated_steps")
def test_class_visualization_repeated_steps(student, rng):
    """A second and a third call take the same steps as if each were the first; the model is as before."""
    img, model, target = _case(rng)
    uphill, _ = _steps(img, model, target, 0.0, 1.0)
    # The penalty's part of the step is the smaller one, so that the step goes up the score in any case.
    lr, l2_reg = rng.uniform(1, 5), rng.uniform(0.1, 0.4) * float(uphill.norm() / (2 * img.norm()))
    outcome = student.call(TASK, img.clone().requires_grad_(), model, target, l2_reg, lr, times=3)
    expect_untouched(outcome.args_after[1], model.build().state_dict(), "the model")
    current = img
    for each in outcome.args_each:
        together = expect_tensor(each[0], img.shape, "img")
        alone = _updated(student, current, model, target, l2_reg, lr)
        same = agrees(together - current, alone - current, 1e-3)
        expect(same, "a second or third call takes another step than a first call from the same picture")
        current = each[0].detach()
    first = expect_tensor(outcome.args_each[0][0], img.shape, "img")
    expect(likeness(first - img, uphill) > 0.6, "the steps do not go up the target's score")


def _case(rng: Seeds) -> tuple[torch.Tensor, Recipe, int]:
    classes = number_of_classes(rng)
    model = Recipe("tiny_cnn", seed=rng.seed(), classes=classes, gain=scale(rng))
    return rng.randn(1, 3, *image_size(rng)), model, rng.integer(0, classes)


def _updated(
    student, img: torch.Tensor, model: Recipe, target: int, l2_reg: float, lr: float
) -> torch.Tensor:
    """The picture after one call; it must have changed in place."""
    outcome = student.call(TASK, img.detach().clone().requires_grad_(), model, target, l2_reg, lr)
    after = expect_tensor(outcome.args_after[0], img.shape, "img")
    expect(not torch.equal(after, img.double()), "img is as before: change it in place, its own values")
    return after


def _steps(
    img: torch.Tensor, model: Recipe, target: int, l2_reg: float, lr: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """The raw step and the one along the gradient's direction."""
    picture = img.clone().requires_grad_()
    objective = model.build()(picture)[0, target] - l2_reg * picture.square().sum()
    (gradient,) = torch.autograd.grad(objective, picture)
    return lr * gradient, lr * gradient / gradient.norm()


def _moved(before: torch.Tensor, after: torch.Tensor, step: torch.Tensor) -> bool:
    return agrees(after - before.double(), step, rtol=1e-4, atol=1e-5)
