"""The explorers, driven as a browser would: set a control, look at the picture and at what is said."""

import html
import itertools
import re
import sys
import threading

import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from PIL import Image
from torch import nn
from torchvision import transforms

from cs231n import explore, net_visualization_pytorch
from cs231n.budget import budget
from cs231n.explore import drawing, maps, parts
from cs231n.image_utils import preprocess
from cs231n.simclr import data_utils
from cs231n.simclr.datasets import digit_transform
from cs231n.simclr.model import Model
from instructor.checks.reference import answer

LABELS = np.array([3, 7, 5])
PATIENCE = 600  # seconds, for what would never come


@pytest.fixture
def model():
    """A small network of 1,000 classes whose scores depend on the picture."""
    torch.manual_seed(0)
    layers = [nn.Conv2d(3, 4, 8, stride=8), nn.Tanh(), nn.Flatten(), nn.Linear(4 * 28 * 28, 1000)]
    return nn.Sequential(*layers).requires_grad_(False).eval()


@pytest.fixture
def photos():
    return np.random.default_rng(0).integers(0, 256, (3, 224, 224, 3), dtype=np.uint8)


@pytest.fixture
def write(monkeypatch):
    """A function that puts `function` in the place of the student's."""

    def put(task, function):
        module = data_utils if task == "compute_train_transform" else net_visualization_pytorch
        monkeypatch.setattr(module, task, function)

    return put


@pytest.fixture
def solved(write):
    """All functions that explorers call, right."""
    for task in (
        "compute_saliency_maps",
        "make_fooling_image",
        "class_visualization_update_step",
        "compute_train_transform",
    ):
        write(task, answer(task))


def said(explorer):
    return html.unescape(explorer.said.value)


class Pause:
    """A place at which work beside the test waits, while the test does something."""

    def __init__(self):
        self._arrived, self._over = threading.Event(), threading.Event()

    def here(self):
        self._arrived.set()
        assert self._over.wait(PATIENCE)

    def during(self, action):
        assert self._arrived.wait(PATIENCE)
        action()
        self._over.set()


def shows_anew(explorer, change):
    before = explorer.picture.value
    change()
    return explorer.picture.value != before


# ---- saliency ----


def test_saliency_follows_photo_class_overlay_and_noise(solved, model, photos):
    explorer = explore.SaliencyExplorer(model, photos, LABELS)
    assert said(explorer) == ""
    four = explorer.still().width
    assert shows_anew(explorer, lambda: setattr(explorer.strength, "value", 0.2))
    assert shows_anew(explorer, lambda: setattr(explorer.noise, "value", 0.4))
    assert shows_anew(explorer, lambda: setattr(explorer.photo, "value", 1))
    assert explorer.target.value == parts.ClassNames().names[7]
    assert shows_anew(explorer, lambda: setattr(explorer.target, "value", "stingray"))
    assert explorer.still().width == four


def test_saliency_without_overlay_is_the_photo_and_with_all_of_it_the_map_alone(solved, model, photos):
    explorer = explore.SaliencyExplorer(model, photos, LABELS)
    explorer.strength.value = 0
    whole = np.asarray(explorer.still()).astype(int)[-260:]
    assert np.abs(whole[:, 270:530] - whole[:, :260]).max() == 0
    explorer.strength.value = 1
    whole = np.asarray(explorer.still()).astype(int)[-260:]
    assert np.abs(whole[:, 270:530] - whole[:, :260]).mean() > 20


def test_the_students_own_map_is_what_is_shown(write, model, photos):
    def corner(X, y, model):
        lit = torch.zeros(len(X), 224, 224)
        lit[:, :112, :112] = 1
        return lit

    write("compute_saliency_maps", corner)
    explorer = explore.SaliencyExplorer(model, photos, LABELS)
    explorer.strength.value = 1
    yours = np.asarray(explorer.still()).astype(int)[-260:, 270:530].sum(axis=2)
    assert yours[:120, :120].min() > 600  # inferno's brightest
    assert yours[140:, 140:].max() < 30


def test_gradient_times_input_is_zero_where_the_picture_has_no_say(solved, photos):
    blind = nn.Sequential(nn.AvgPool2d(224), nn.Flatten(), nn.Linear(3, 1000, bias=False)).requires_grad_(
        False
    )
    explorer = explore.SaliencyExplorer(blind, photos, LABELS)
    x = explorer._input(0)
    slope = explorer._times_input(0, 3)
    expected = torch.einsum("chw,c->hw", x[0], blind[2].weight[3]) / 224**2
    assert np.abs(slope - expected.numpy()).max() < 1e-7


def test_an_unknown_class_gets_a_sentence_and_a_number_is_a_class(solved, model, photos):
    explorer = explore.SaliencyExplorer(model, photos, LABELS)
    explorer.target.value = "unicorn"
    assert "There is no class 'unicorn'" in said(explorer)
    explorer.target.value = "6"
    assert said(explorer) == ""


@pytest.mark.parametrize("wrong", [torch.zeros(2, 2), None, "map"])
def test_a_map_of_another_form_gets_a_sentence(write, model, photos, wrong):
    write("compute_saliency_maps", lambda X, y, model: wrong)
    explorer = explore.SaliencyExplorer(model, photos, LABELS)
    assert said(explorer).startswith('<div class="cs231n-said">compute_saliency_maps: the saliency map of')


# ---- fooling ----


def test_fooling_shows_every_step_and_the_way_back(solved, model, photos):
    explorer = explore.FoolingExplorer(model, photos, LABELS, target_y=6)
    explorer.start.click()
    assert explorer.work.wait(PATIENCE)
    assert said(explorer) == ""
    steps = explorer.step.max
    assert steps >= 1
    assert explorer.step.value == steps
    assert (explorer.start.disabled, explorer.stop.disabled) == (False, True)
    assert int(explorer._seen[-1][1].argmax()) == 6
    assert shows_anew(explorer, lambda: setattr(explorer.step, "value", 0))
    assert shows_anew(explorer, lambda: setattr(explorer.step, "value", steps))
    assert shows_anew(explorer, lambda: setattr(explorer.magnify, "value", 50))


@pytest.mark.parametrize("length", [0.5, 2.0])
def test_a_step_is_as_long_as_it_was_chosen(solved, model, photos, length):
    explorer = explore.FoolingExplorer(model, photos, LABELS, target_y=6)
    explorer.length.value = length
    explorer.start.click()
    assert explorer.work.wait(PATIENCE)
    (first, _), (second, _) = explorer._seen[:2]
    assert (second - first).norm().item() == pytest.approx(length, rel=1e-3)


def test_another_photo_forgets_the_steps(solved, model, photos):
    explorer = explore.FoolingExplorer(model, photos, LABELS, target_y=6)
    explorer.start.click()
    assert explorer.work.wait(PATIENCE)
    explorer.photo.value = 2
    assert (explorer.step.max, explorer._seen) == (0, [])


def endless(X, target_y, model):
    while True:
        X = X + 0.01
        model(X)


def test_a_loop_without_end_is_ended(write, model, photos):
    write("make_fooling_image", endless)
    explorer = explore.FoolingExplorer(model, photos, LABELS)
    explorer.start.click()
    assert explorer.work.wait(PATIENCE)
    assert "Not there after 200 steps" in said(explorer)
    assert explorer.step.max == 200


def test_stop_keeps_the_steps_so_far(write, model, photos):
    pause = Pause()

    def endless(X, target_y, model):
        for step in itertools.count():
            if step == 3:
                pause.here()
            X = X + 0.01
            model(X)

    write("make_fooling_image", endless)
    explorer = explore.FoolingExplorer(model, photos, LABELS, fill=False)
    explorer.start.click()
    pause.during(explorer.stop.click)
    assert explorer.work.wait(PATIENCE)
    assert "Stopped" in said(explorer)
    assert explorer.step.max == 2  # three pictures, counted from 0


# ---- class visualization ----


def test_a_class_grows_and_stop_keeps_the_picture_of_the_step_at_hand(solved, write, model):
    pause, explorer = Pause(), explore.ClassExplorer(model)
    right = net_visualization_pytorch.class_visualization_update_step

    def step(*arguments):
        if explorer.progress.value == 1:
            pause.here()
        return right(*arguments)

    write("class_visualization_update_step", step)
    explorer.iterations.value = 1000
    before = explorer.picture.value
    explorer.start.click()
    assert explorer.start.disabled
    pause.during(explorer.stop.click)
    assert explorer.work.wait(PATIENCE)
    assert said(explorer) == ""
    assert explorer.picture.value != before
    assert explorer.progress.value == 2
    assert (explorer.start.disabled, explorer.stop.disabled) == (False, True)


def test_a_class_is_more_probable_in_its_picture_than_in_the_noise(solved, model):
    explorer = explore.ClassExplorer(model, target_y=4)
    explorer.canvas.value = "pixels"
    explorer.shaking.value = 0
    explorer.iterations.value = 20
    explorer.start.click()
    assert explorer.work.wait(PATIENCE)
    assert explorer.progress.value == 20
    drawn = preprocess(Image.fromarray(np.asarray(explorer.still())[-336:, :336]))
    assert model(drawn).softmax(dim=1)[0, 4] > 10 * model(explorer._noise()).softmax(dim=1)[0, 4]


def test_start_twice_is_one_run(solved, model):
    explorer = explore.ClassExplorer(model)
    explorer.iterations.value = 1000
    explorer.start.click()
    first = explorer.work._thread
    explorer.start.click()
    assert explorer.work._thread is first
    explorer.stop.click()
    assert explorer.work.wait(PATIENCE)


# ---- augmentation ----


def images(n=4, side=32):
    return np.random.default_rng(1).integers(0, 256, (n, side, side, 3), dtype=np.uint8)


def test_augmentation_follows_the_sliders_and_draws_again(solved):
    explorer = explore.AugmentationExplorer(images(), list("abcd"), Model(encoder="small"))
    assert said(explorer) == ""
    for control, value in (("crop", 0.9), ("jitter", 2.0), ("gray", 1.0), ("flip", 0.0), ("image", 2)):
        assert shows_anew(explorer, lambda c=control, v=value: setattr(getattr(explorer, c), "value", v))
    assert shows_anew(explorer, explorer.again.click)


def test_without_any_change_two_views_are_the_same_to_the_encoder(solved):
    explorer = explore.AugmentationExplorer(images(), list("abcd"), Model(encoder="small"))
    for slider in (explorer.jitter, explorer.gray, explorer.flip):
        slider.value = 0
    explorer.crop.value = 1
    assert explorer.similarities["sliders"] == pytest.approx([1] * 5, abs=0.02)
    assert all(-1 <= value <= 1 for value in explorer.similarities["training"])


def test_the_sliders_set_the_steps_of_the_students_own_transform_however_deep(write):
    def transform(seed=0):
        torch.manual_seed(seed)
        jitter = transforms.RandomApply(
            torch.nn.ModuleList([transforms.ColorJitter(0.4, 0.4, 0.4, 0.1)]), 0.8
        )
        geometry = transforms.Compose([transforms.RandomResizedCrop(32), transforms.RandomHorizontalFlip()])
        return transforms.Compose([geometry, jitter, transforms.ToTensor()])

    write("compute_train_transform", transform)
    torch.manual_seed(0)  # of the encoder
    explorer = explore.AugmentationExplorer(images(), list("abcd"), Model(encoder="small"))
    assert "The sliders look for torchvision's RandomGrayscale; your transform has none." in said(explorer)
    explorer.jitter.value, explorer.crop.value, explorer.flip.value = 0, 1, 0
    assert explorer.similarities["sliders"] == pytest.approx([1] * 5, abs=0.02)
    assert min(explorer.similarities["training"]) < 0.98


def test_the_encoder_is_left_in_its_mode_and_random_numbers_as_they_were(solved):
    encoder = Model(encoder="small").train()
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    explore.AugmentationExplorer(images(), list("abcd"), encoder)
    assert torch.equal(torch.rand(3), expected)
    assert encoder.training


def test_without_an_encoder_there_are_views_and_no_similarity(solved):
    explorer = explore.AugmentationExplorer(images(), list("abcd"))
    assert explorer.similarities == {"training": None, "sliders": None}
    assert "Give an encoder" in explorer.alike.value


# ---- embedding ----


def groups(n=60, D=10):
    labels = np.arange(n) % 3
    generator = torch.Generator().manual_seed(0)
    centers = 4 * torch.eye(3, D)
    return labels, centers[labels] + 0.3 * torch.randn(n, D, generator=generator)


@pytest.mark.parametrize("method", [maps.pca, lambda x: maps.tsne(x, perplexity=10)])
def test_a_map_keeps_groups_apart(method):
    labels, features = groups()
    place = method(features)
    assert place.shape == (60, 2)
    distances = torch.cdist(place, place).fill_diagonal_(torch.inf)
    nearest = distances.argmin(dim=1).numpy()
    assert (labels[nearest] == labels).mean() > 0.95


def test_tsne_survives_equal_and_few_features():
    assert torch.isfinite(maps.tsne(torch.zeros(5, 3))).all()
    assert torch.isfinite(maps.tsne(torch.eye(3))).all()


def test_embedding_shows_maps_neighbors_and_images_on_hover():
    labels, features = groups()
    explorer = explore.EmbeddingExplorer({"before": torch.rand(60, 4), "after": features}, labels, images(60))
    assert said(explorer) == ""
    assert explorer.maps.value.count("<svg") == 2
    assert explorer.maps.value.count("data:image/png;base64,") == 120
    assert ".cs231n-maps:has(.p59:hover) .t59{display:block}" in explorer.maps.value
    near = explorer.neighbors("after")
    assert len(near) == 7
    assert 0 not in near
    assert {labels[k] for k in near} == {labels[0]}
    assert shows_anew(explorer, lambda: setattr(explorer.image, "value", 7))
    before = explorer.maps.value
    explorer.method.value = "t-SNE"
    assert explorer.maps.value != before


def test_only_the_first_images_are_on_the_map():
    labels, features = groups(n=400)
    explorer = explore.EmbeddingExplorer({"<b>now": features}, labels, images(400, side=8))
    assert explorer.image.max == 299
    assert explorer.maps.value.count("<circle class=") == 300
    assert "<b>now" not in explorer.maps.value


def test_the_chosen_image_is_marked_on_every_map():
    labels, features = groups()
    explorer = explore.EmbeddingExplorer({"before": features, "after": features}, labels, images(60))
    explorer.image.value = 7  # by the arrow keys, too
    assert explorer.mark.value == "<style>.cs231n-maps .t7{display:block}</style>"
    assert explorer.maps.value.count('class="t t7"') == 2


def test_classes_have_names_where_there_are_some():
    labels, features = groups()
    words = [f"<{k}>" for k in range(max(labels) + 1)]
    explorer = explore.EmbeddingExplorer({"after": features}, labels, images(60), words)
    assert "0: &lt;" in explorer.maps.value
    assert f"&lt;{labels[0]}&gt;" in explorer.picture.value
    assert "class 0" not in explorer.maps.value


# ---- all of them ----


def explorers(model, photos):
    labels, features = groups()
    yield "compute_saliency_maps", explore.SaliencyExplorer(model, photos, LABELS)
    yield "make_fooling_image", explore.FoolingExplorer(model, photos, LABELS)
    yield "class_visualization_update_step", explore.ClassExplorer(model)
    yield "compute_train_transform", explore.AugmentationExplorer(images(), list("abcd"))
    yield None, explore.EmbeddingExplorer({"after": features}, labels, images(60))


def shown(explorer):
    return explorer.picture.value + getattr(explorer, "strip", explorer.said).value


def test_every_picture_has_a_fixed_size_and_says_what_it_is(solved, model, photos):
    for _, explorer in explorers(model, photos):
        tags = re.findall(r"<img[^>]*>", shown(explorer))
        assert tags
        for tag in tags:
            assert re.search(r' width="\d+" height="\d+"', tag)
            assert re.search(r' alt="[^"]*"', tag)
        titles = [title for title in re.findall(r' alt="([^"]*)"', shown(explorer)) if title]
        assert len(titles) >= len(tags) / 2  # the second view of a pair has the title of the first


def test_titles_are_text_and_no_markup_comes_through():
    titled = drawing.row([("<b>one</b>\ntwo", np.zeros((4, 4, 3)))], side=8)
    assert "<b>&lt;b&gt;one&lt;/b&gt;</b><br>two" in titled
    assert 'alt="&lt;b&gt;one&lt;/b&gt;: two"' in titled
    assert 'class="cs231n-pixels"' in titled


def test_the_first_view_is_filled(solved, model, photos):
    fooling = explore.FoolingExplorer(model, photos, LABELS)
    assert fooling.step.max >= 1
    assert fooling.picture.value.count("<figure") == 3
    grown = explore.ClassExplorer(model)
    assert grown.progress.value == grown.progress.max == budget(40, 10)
    assert grown.iterations.value == budget(250, 20)
    assert grown.strip.value.count("<figure") >= 5


def test_a_class_shows_how_it_has_grown(solved, model):
    explorer = explore.ClassExplorer(model, fill=False)
    assert explorer.strip.value == ""
    explorer.iterations.value = 50
    explorer.start.click()
    assert explorer.work.wait(PATIENCE)
    assert re.findall(r"<b>step (\d+)</b>", explorer.strip.value) == ["1", "2", "5", "10", "20", "35", "50"]


def test_the_augmentation_explorer_uses_the_trainings_own_transform():
    explorer = explore.AugmentationExplorer(images(), list("abcd"), Model(encoder="small"), digit_transform)
    assert said(explorer) == ""
    hidden = {
        name
        for name in ("crop", "jitter", "gray", "flip", "affine")
        if getattr(explorer, name).layout.display
    }
    assert hidden == {"crop", "gray", "flip"}  # digits are not flipped, and have no color
    explorer.jitter.value = explorer.affine.value = 0
    assert explorer.similarities["sliders"] == pytest.approx([1] * 5, abs=0.02)
    assert min(explorer.similarities["training"]) < 0.98


def test_the_sliders_at_one_leave_the_transform_as_it_is():
    explorer = explore.AugmentationExplorer(images(), list("abcd"), None, digit_transform)
    transform, same = digit_transform(), digit_transform()
    explorer._set_strengths(transform)
    for step, other in zip(transform.transforms, same.transforms, strict=True):
        for name in ("degrees", "translate", "scale", "shear", "brightness", "contrast", "saturation", "hue"):
            expected = getattr(other, name, None)
            assert getattr(step, name, None) == (expected if expected is None else pytest.approx(expected))


def test_unfilled_blocks_are_told_in_a_sentence(model, photos):
    for task, explorer in explorers(model, photos):
        if hasattr(explorer, "start"):
            explorer.start.click()
            assert explorer.work.wait(PATIENCE)
            assert (explorer.start.disabled, explorer.stop.disabled) == (False, True)
        assert task is None or f"{task} is not started yet" in said(explorer)
        assert explorer.still().width > 50


def test_errors_of_the_student_are_told_in_a_sentence_that_is_no_html(write, model, photos):
    def broken(*arguments, **options):
        raise ValueError("<script>alert(1)</script>")

    for task, explorer in explorers(model, photos):
        if task:
            write(task, broken)
            (explorer.start.click if hasattr(explorer, "start") else explorer._draw)()
            assert not hasattr(explorer, "work") or explorer.work.wait(PATIENCE)
            assert f"{task}: it raised ValueError: <script>" in said(explorer)
            assert "<script>" not in explorer.said.value


def test_an_explorer_is_shown_with_a_still_picture_behind_it(solved, model, photos):
    shell = InteractiveShell.instance()
    published = []
    shell.display_pub.publish = lambda data, *rest, **options: published.append(data)
    try:
        explore.SaliencyExplorer(model, photos, LABELS)._ipython_display_()
    finally:
        InteractiveShell.clear_instance()
    _style, alive, still = published
    view = alive["application/vnd.jupyter.widget-view+json"]
    assert sorted(view) == ["model_id", "version_major", "version_minor"]
    assert "running kernel" in alive["text/plain"]
    assert still["image/png"].startswith("iVBOR")


def test_on_colab_which_keeps_widgets_there_is_no_still_picture(solved, model, photos, monkeypatch):
    shell = InteractiveShell.instance()
    published = []
    shell.display_pub.publish = lambda data, *rest, **options: published.append(data)
    monkeypatch.setitem(sys.modules, "google.colab", parts)
    try:
        explore.SaliencyExplorer(model, photos, LABELS)._ipython_display_()
    finally:
        InteractiveShell.clear_instance()
    assert len(published) == 2
