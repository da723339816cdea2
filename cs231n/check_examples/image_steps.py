"""Fooling images and class visualization, step by step."""

import torch

from ..words import t
from .expect import CheckFailed, expect, expect_close, expect_tensor, expect_unchanged
from .small_networks import Scores, TurningScores

# ---- make_fooling_image ----

# The target's gradient is (3, 4, 0) at one pixel, of length 5: each step adds 5 to its score. Class 0 has 12.
TARGET = {(0, 0): (3, 4, 0)}
OTHER = {(1, 1): (0, 0, 5)}


def _fooled(X, target_y, model):
    from ..net_visualization_pytorch import make_fooling_image

    fooling = make_fooling_image(X, target_y, model)
    expect_tensor(fooling, X.shape, "X_fooling")
    return fooling.detach()


def fooling_takes_steps_of_length_one():
    """From an image of zeros, three steps of length 1 along the gradient of the target's score are enough."""
    model = Scores([OTHER, TARGET], bias=[12.0, 0.0])
    X = torch.zeros(1, 3, 2, 3)
    moved = _fooled(X.clone(), 1, model) - X
    length = moved.norm().item()
    expect(
        length > 0,
        t("the fooling image equals X, although the model does not see the target class in it yet."),
    )
    along = moved[0, :, 0, 0] / length
    expect(
        torch.allclose(along, torch.tensor([0.6, 0.8, 0.0]), atol=1e-3),
        t(
            "the steps do not follow the gradient of the target's score, (3, 4, 0) at pixel (0, 0) and 0 "
            "elsewhere; it is the unnormalized score of target_y alone that climbs, before the softmax."
        ),
    )
    expect(
        abs(length - 3) < 1e-3,
        t(
            "each step of length 1 adds 5 to the target's score, which must pass 12: that takes 3 steps, a "
            "distance of 3 from X. Yours is {length:.3g} away. Is each step learning_rate * g / ||g||, and "
            "does "
            "the loop stop at the first image that fools the model?",
            length=length,
        ),
    )


def fooling_follows_a_turning_gradient():
    """Where the gradient turns, each step follows the gradient at its own place."""
    fooling = _fooled(torch.zeros(1, 3, 2, 3), 1, TurningScores())
    expected = torch.zeros(1, 3, 2, 3)
    expected[0, 0, 0, 0], expected[0, 0, 0, 1] = 1, 2
    expect_close(
        fooling, expected, "X_fooling",
        t("the gradient points along the first pixel for one step, then along the second for two. "
        "Is something of an earlier gradient left over?"),
    )  # fmt: skip


def fooling_stops_at_once_when_there_is_nothing_to_do():
    """An image that the model already takes for the target comes back as it is."""
    X = torch.ones(1, 3, 2, 3)
    fooling = _fooled(X, 1, Scores([OTHER, TARGET], bias=[0.0, 0.0]))
    expect_close(
        fooling, X, "X_fooling", t("the model already takes X for the target class, so no step is needed.")
    )


def fooling_gives_up_on_a_class_out_of_reach():
    """A class that always stays behind another one does not hold the loop up for ever."""
    model = Scores([TARGET, TARGET], bias=[1.0, 0.0])
    _fooled(torch.zeros(1, 3, 2, 3), 1, model)


def fooling_leaves_its_inputs_alone():
    """The original image and the weights keep their values."""
    model = Scores([OTHER, TARGET], bias=[12.0, 0.0])
    X = torch.full((1, 3, 2, 3), 0.25)
    X_before, weight_before = X.clone(), model.weight.detach().clone()
    _fooled(X, 1, model)
    expect_unchanged(X, X_before, "X")
    expect_unchanged(model.weight, weight_before, t("the model"))


# ---- class_visualization_update_step ----


def _step(model, pixel, l2_reg, learning_rate, steps=1):
    """Where pixel (0, 0) of an image that is 0 elsewhere is after some steps towards class 1."""
    from ..net_visualization_pytorch import class_visualization_update_step

    img = torch.zeros(1, 3, 2, 3)
    img[0, :, 0, 0] = torch.tensor(pixel, dtype=torch.float32)
    img.requires_grad_()
    for _ in range(steps):
        class_visualization_update_step(img, model, 1, l2_reg, learning_rate)
    expect_tensor(img, (1, 3, 2, 3), "img")
    expect(img.requires_grad and img.is_leaf, t("img must still be a leaf tensor that requires a gradient."))
    return img.detach()


def _expect_moved(moved, gradient, learning_rate, because, penalty=(0.0, 0.0, 0.0)):
    """Expect a step along the gradient, raw or normalized; `penalty` is the penalty's part of it."""
    gradient, penalty = (torch.tensor(part, dtype=torch.float32) for part in (gradient, penalty))
    climbing = gradient - penalty
    if _is_step(moved, gradient, learning_rate):
        return
    if bool(penalty.any()):
        sentence = ""
        if not moved.any() if not climbing.any() else _is_step(moved, climbing, learning_rate):
            sentence = t(
                "the penalty is missing. Subtract l2_reg * ||img||² from the score before its gradient is "
                "taken."
            )
        elif _is_step(moved, climbing - penalty, learning_rate):
            sentence = t(
                "the penalty has the wrong sign: it is subtracted from the score, so that img shrinks."
            )
        elif _is_step(moved, climbing + penalty / 2, learning_rate):
            sentence = t("the penalty counts half: the gradient of l2_reg * ||img||² is 2 · l2_reg · img.")
        expect(not sentence, f"{because} {sentence}")
    expect(
        bool(moved.abs().max() > 0),
        t("{because} But img has the values it had before; it must change in place.", because=because),
    )
    raw, real = (", ".join(f"{v:.3g}" for v in step.tolist()) for step in (learning_rate * gradient, moved))
    raise CheckFailed(
        t(
            "{because} With learning rate {rate} the pixel should move by ({raw}), or along it with length "
            "{rate}; it moved by ({real}).",
            because=because,
            rate=learning_rate,
            raw=raw,
            real=real,
        )
    )


def _is_step(moved, gradient, learning_rate):
    """Whether a pixel moved along a gradient, raw or normalized."""
    raw = learning_rate * gradient
    length = gradient.norm().clamp_min(1e-12)
    return any(torch.allclose(moved, step, rtol=1e-3, atol=1e-5) for step in (raw, raw / length))


def step_climbs_the_score():
    """Without a penalty the step is the learning rate times the gradient of the score."""
    img = _step(Scores([OTHER, TARGET]), (1, 1, 1), l2_reg=0.0, learning_rate=0.5)
    expect(
        not img[0, :, 1, 1].any(),
        t(
            "a pixel moved that only the score of class 0 depends on. Climb the unnormalized score of "
            "target_y "
            "alone, before the softmax."
        ),
    )
    because = t("With l2_reg 0 the gradient is that of the score of class 1, (3, 4, 0).")
    _expect_moved(img[0, :, 0, 0] - 1, (3, 4, 0), 0.5, because)


def step_shrinks_what_brings_no_score():
    """A class with constant score leaves only the penalty, whose gradient is -2 × l2_reg × the image."""
    img = _step(Scores([OTHER, {}]), (3, -4, 0), l2_reg=0.25, learning_rate=0.5)
    because = t("The score is constant here, so the gradient is -2 · l2_reg · img = -0.5 · (3, -4, 0).")
    moved = img[0, :, 0, 0] - torch.tensor([3.0, -4, 0])
    _expect_moved(moved, (-1.5, 2, 0), 0.5, because, penalty=(-1.5, 2, 0))


def step_weighs_score_against_penalty():
    """Score and penalty together: the gradient is the score's less 2 × l2_reg × the image."""
    img = _step(Scores([OTHER, TARGET]), (0, 0, 10), l2_reg=0.6, learning_rate=0.1)
    because = t("The gradient is (3, 4, 0) - 2 · 0.6 · (0, 0, 10) = (3, 4, -12).")
    moved = img[0, :, 0, 0] - torch.tensor([0.0, 0, 10])
    _expect_moved(moved, (3, 4, -12), 0.1, because, penalty=(0, 0, -12))


def step_after_step_starts_from_a_fresh_gradient():
    """Two steps where the gradient turns in between: along the first pixel, then along the second."""
    img = _step(TurningScores(), (0, 0, 0), l2_reg=0.0, learning_rate=1.0, steps=2)
    expect_close(
        img[0, 0, 0], [1.0, 1.0, 0.0], t("the first row of img after two steps"),
        t("each of the two gradients has length 1, and they point along different pixels. "
        "Is something of the first gradient left over in the second step?"),
    )  # fmt: skip


EXAMPLES = {
    "make_fooling_image": (
        fooling_takes_steps_of_length_one,
        fooling_follows_a_turning_gradient,
        fooling_stops_at_once_when_there_is_nothing_to_do,
        fooling_gives_up_on_a_class_out_of_reach,
        fooling_leaves_its_inputs_alone,
    ),
    "class_visualization_update_step": (
        step_climbs_the_score,
        step_shrinks_what_brings_no_score,
        step_weighs_score_against_penalty,
        step_after_step_starts_from_a_fresh_gradient,
    ),
}
