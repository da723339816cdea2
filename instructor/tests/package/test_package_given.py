"""The given code of the package: pictures, models, evaluation, pairs of views, and the unfilled block."""

import ast
import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader

from cs231n import plots
from cs231n.budget import budget
from cs231n.data_utils import MissingData, data_folder
from cs231n.image_utils import blur_image, deprocess, jitter, preprocess, rescale
from cs231n.simclr import evaluation, pictures
from cs231n.simclr.data_utils import compute_test_transform
from cs231n.simclr.datasets import ImagePairs, Images, digit_transform
from cs231n.simclr.model import Model
from cs231n.todo import TASK_FILES, TaskNotStarted
from instructor.checks.reference import answer
from instructor.core.tasks import ROOT

# ---- image_utils ----


def test_deprocess_undoes_preprocess():
    pixels = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    X = preprocess(Image.fromarray(pixels), size=30)
    assert (X.shape, X.dtype) == ((1, 3, 30, 40), torch.float32)
    back = np.asarray(deprocess(X.requires_grad_(), should_rescale=False)).astype(int)
    assert np.abs(back - pixels).max() <= 1


def test_deprocess_stretches_or_cuts_what_lies_outside():
    X = torch.linspace(-10, 10, 3 * 4).view(1, 3, 2, 2)
    before = X.clone()
    stretched = np.asarray(deprocess(X))
    assert (stretched.min(), stretched.max()) == (0, 255)
    assert np.asarray(deprocess(X, should_rescale=False)).reshape(-1).tolist().count(0) > 1
    assert torch.equal(X, before)


def test_rescale_spans_zero_to_one_and_survives_a_constant():
    assert rescale(torch.tensor([2.0, 3.0, 4.0])).tolist() == [0, 0.5, 1]
    assert rescale(torch.full((2, 2), 7.0)).tolist() == [[0, 0], [0, 0]]


def test_blur_works_in_place_on_a_leaf_and_keeps_the_mean():
    X = torch.zeros(1, 3, 15, 15)
    X[:, :, 7, 7] = 1
    X.requires_grad_()
    assert blur_image(X, sigma=1) is X
    assert X.is_leaf
    torch.testing.assert_close(X.sum(dim=(2, 3)), torch.ones(1, 3))
    assert 0.1 < X[0, 0, 7, 7].item() < 0.2


def test_jitter_shifts_right_and_down_and_back():
    X = torch.arange(24.0).view(1, 2, 3, 4)
    moved = jitter(X, 1, 2)
    assert moved[0, 0, 2, 1] == X[0, 0, 0, 0]
    assert torch.equal(jitter(moved, -1, -2), X)


# ---- model ----


@pytest.mark.parametrize(("encoder", "size"), [("resnet50", 2048), ("resnet18", 512), ("small", 256)])
def test_features_and_projections_have_length_one(encoder, size):
    model = Model(feature_dim=16, encoder=encoder).eval()
    feature, out = model(torch.randn(2, 3, 32, 32))
    assert (feature.shape, out.shape, model.feature_size) == ((2, size), (2, 16), size)
    torch.testing.assert_close(feature.norm(dim=1), torch.ones(2))
    torch.testing.assert_close(out.norm(dim=1), torch.ones(2))


def test_the_default_model_has_the_layers_of_the_published_one():
    shapes = {name: tuple(weight.shape) for name, weight in Model().state_dict().items()}
    assert shapes["f.0.weight"] == (64, 3, 3, 3)
    assert shapes["f.3.0.conv1.weight"] == (64, 64, 1, 1)
    assert shapes["g.0.weight"] == (512, 2048)
    assert (shapes["g.3.weight"], shapes["g.3.bias"]) == ((128, 512), (128,))
    assert "g.0.bias" not in shapes


def test_an_unknown_encoder_lists_the_encoders():
    with pytest.raises(ValueError, match="resnet50, resnet18, small"):
        Model(encoder="vgg")


def test_models_and_losses_stay_on_the_device_of_their_inputs():
    device = torch.device("meta")  # a tensor of another device in the same operation would raise
    model = Model(feature_dim=8, encoder="small").to(device)
    _, out = model(torch.randn(4, 3, 32, 32, device=device))
    assert out.device == device
    assert answer("simclr_loss_vectorized")(out, out, 0.5).device == device
    classifier = evaluation.Classifier(model, classes=3)
    assert classifier(torch.randn(4, 3, 32, 32, device=device)).device == device


# ---- evaluation ----


class _Plane(nn.Module):
    """An encoder that passes images of two numbers on, as model.Model would."""

    def __init__(self):
        super().__init__()
        self.f = nn.Sequential(nn.Flatten(), nn.BatchNorm1d(2), nn.Linear(2, 2))
        self.feature_size = 2

    def forward(self, x):
        x = x.flatten(1)
        return nn.functional.normalize(x, dim=1), x


def _two_classes(count=40):
    """Images near (1, 0) and (0, 1): a list of batches (x_i, x_j, target)."""
    generator = torch.Generator().manual_seed(0)
    target = torch.arange(count) % 2
    x = nn.functional.one_hot(target, 2).float() + 0.1 * torch.randn(count, 2, generator=generator)
    return [(x[i : i + 10], None, target[i : i + 10]) for i in range(0, count, 10)]


def test_nearest_neighbors_of_separate_classes_are_right_also_with_a_large_k():
    top1, top5 = evaluation.test(_Plane(), _two_classes(), _two_classes(), 1, 1, c=2, k=1000)
    assert (top1, top5) == (100, 100)


def test_nearest_neighbors_weigh_by_similarity():
    memory = [(torch.tensor([[1.0, 0], [0, 1], [0, 1]]), torch.tensor([4, 2, 2]))]
    query = [(torch.tensor([[1.0, 0.0]]), torch.tensor([4]))]
    # exp(1 / 0.1) for class 4 outweighs twice exp(0) for class 2; with temperature 10 it does not.
    assert evaluation.test(_Plane(), memory, query, 1, 1, c=7, temperature=0.1, k=3) == (100, 100)
    assert evaluation.test(_Plane(), memory, query, 1, 1, c=7, temperature=10, k=3) == (0, 100)


def test_train_val_measures_loss_and_both_accuracies_over_images_not_batches():
    scores = torch.tensor([[9.0, 8, 7, 6, 5, 4], [9, 8, 7, 6, 5, 4], [9, 8, 7, 6, 5, 4]])
    batches = [(scores[:2], torch.tensor([0, 4])), (scores[2:], torch.tensor([5]))]
    loss, top1, top5 = evaluation.train_val(nn.Identity(), batches, None, 1, 1)
    assert loss == pytest.approx(nn.functional.cross_entropy(scores, torch.tensor([0, 4, 5])).item())
    assert (top1, top5) == (pytest.approx(100 / 3), pytest.approx(200 / 3))


def test_the_linear_classifier_is_the_one_of_least_cross_entropy_whoever_asks():
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(60) % 3
    features = torch.randn(60, 5, generator=generator) + 2 * torch.eye(3, 5)[labels]
    state = torch.get_rng_state()
    with torch.inference_mode():
        layer = evaluation.fit_linear(features, labels, penalty=0.1)
    assert torch.equal(torch.get_rng_state(), state)
    weight, bias = (each.clone().requires_grad_() for each in (layer.weight, layer.bias))
    loss = nn.functional.cross_entropy(features @ weight.T + bias, labels) + 0.05 * weight.square().sum()
    loss.backward()
    assert max(weight.grad.abs().max(), bias.grad.abs().max()) < 1e-3  # it is at the minimum
    assert (layer(features).argmax(dim=1) == labels).float().mean() > 0.8
    assert not layer.weight.requires_grad


def test_exchanged_outputs_and_nearest_features():
    class Pair(nn.Module):
        def forward(self, x):
            return x + 1, x + 2

    left, right = evaluation.Exchanged(Pair())(torch.zeros(1))
    assert (left.item(), right.item()) == (2, 1)
    features = torch.tensor([[1.0, 0.0], [9.0, 1.0], [0.0, 1.0]])  # lengths do not count
    assert evaluation.nearest(features, 2).tolist() == [[1, 2], [0, 2], [1, 0]]


def test_a_classifier_needs_nothing_of_a_model_but_its_encoder():
    class Encoder(nn.Module):
        def __init__(self):
            super().__init__()
            layers = [nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5), nn.AdaptiveAvgPool2d(2)]
            self.f = nn.Sequential(*layers).train()

    model = Encoder()
    classifier = evaluation.Classifier(model, classes=3)
    assert classifier(torch.randn(4, 3, 32, 32)).shape == (4, 3)
    assert model.f[1].num_batches_tracked == 0  # asking for the length of its features leaves no trace
    assert model.f.training


# ---- datasets ----


def test_images_in_memory_become_pairs_by_the_pair_of_the_student(monkeypatch):
    images = np.zeros((3, 32, 32, 3), np.uint8)
    pairs = ImagePairs(images, [5, 6, 7])
    assert (len(pairs), pairs[1]) == (3, (None, None, 6))
    assert "Number of datapoints: 3" in repr(pairs)
    with pytest.raises(TaskNotStarted):
        ImagePairs(images, [5, 6, 7], compute_test_transform())[0]


def test_images_one_by_one():
    images = Images(np.full((2, 32, 32, 3), 255, np.uint8), np.array([3, 4]), compute_test_transform())
    x, target = images[1]
    assert (len(images), x.shape, target) == (2, (3, 32, 32), 4)


def test_a_digit_changes_with_every_view_but_stays_in_the_picture():
    image = np.zeros((32, 32, 3), np.uint8)
    image[12:20, 14:18] = 255
    torch.manual_seed(0)
    views = torch.stack([digit_transform()(Image.fromarray(image)) for _ in range(20)])
    assert views.shape == (20, 3, 32, 32)
    bright = views[:, 0] > views[:, 0].amin(dim=(1, 2), keepdim=True) + 0.5
    assert bright.sum(dim=(1, 2)).min() >= 8
    assert len({view.numpy().tobytes() for view in views}) == 20


@pytest.mark.parametrize(
    ("images", "targets", "sentence"),
    [
        (np.zeros((2, 32, 32, 3)), [0, 1], r"uint8 \(N, H, W, 3\), but are float64"),
        (np.zeros((2, 32, 32), np.uint8), [0, 1], r"but are uint8 \(2, 32, 32\)"),
        (np.zeros((2, 32, 32, 3), np.uint8), [0], "2 images, but 1 targets"),
    ],
)
def test_images_and_targets_that_do_not_fit_are_refused(images, targets, sentence):
    with pytest.raises(ValueError, match=sentence):
        ImagePairs(images, targets)


# ---- todo, budget, imports ----


@pytest.mark.parametrize("task", TASK_FILES)
def test_an_unfilled_block_names_its_task_its_file_and_what_to_do(task):
    error = TaskNotStarted(task)
    assert error.task == task
    assert str(error).startswith(
        f"{task} is not started yet. Open {TASK_FILES[task]}, find {task}, and replace"
    )
    assert error._render_traceback_() == [f"TaskNotStarted: {error}"]
    assert isinstance(error, NotImplementedError)


def test_an_unfilled_block_keeps_its_task_through_pickling_and_a_worker_of_a_data_loader():
    assert pickle.loads(pickle.dumps(TaskNotStarted("sim"))).task == "sim"
    pairs = ImagePairs(np.zeros((2, 32, 32, 3), np.uint8), [0, 1], compute_test_transform())
    with pytest.raises(TaskNotStarted) as caught:
        next(iter(DataLoader(pairs, num_workers=1, multiprocessing_context="spawn")))
    assert caught.value.task == "CIFAR10Pair"
    assert str(caught.value) == str(TaskNotStarted("CIFAR10Pair"))


def test_missing_data_shows_its_sentence_in_a_notebook():
    assert MissingData("fetch it")._render_traceback_() == ["MissingData: fetch it"]


@pytest.mark.parametrize(("value", "chosen"), [(None, 100), ("", 100), ("0", 100), ("1", 3)])
def test_a_budget_is_full_unless_quick_is_asked_for(monkeypatch, value, chosen):
    monkeypatch.delenv("CS231N_QUICK", raising=False)
    if value is not None:
        monkeypatch.setenv("CS231N_QUICK", value)
    assert budget(100, quick=3) == chosen


def test_nothing_that_students_receive_needs_what_only_the_instructor_has():
    for file in (ROOT / "cs231n").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            roots = {name.split(".")[0] for name in names}
            assert not roots & {"experiments", "instructor", "benchmarks"}, file


def test_the_map_imports_nothing_and_the_package_imports_without_a_warning_or_cuda():
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in sorted((ROOT / "cs231n").rglob("*.py"))
        if path.stem != "__init__"
    ]
    code = (
        "import sys, cs231n; assert not {'torch', 'numpy'} & set(sys.modules)\n"
        + "".join(f"import {name}\n" for name in modules)
        + "import torch; assert not torch.cuda.is_initialized()"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr


def test_a_photo_lit_by_its_map_is_never_dark_and_is_bright_where_the_map_is():
    saliency = np.zeros((60, 60))
    saliency[20:40, 20:40] = 1
    photo = np.full((60, 60, 3), 200, dtype=np.uint8)
    lit = plots.lit_by(photo, saliency)
    assert lit.min() >= 0.25 * 200 / 255 - 1e-9
    assert lit[25:35, 25:35].min() == pytest.approx(200 / 255, rel=0.1)
    assert plots.lit_by(photo, np.zeros((60, 60))).min() > 0  # a map of zeros shows the photo, dimmed


# ---- pictures ----


def test_pictures_are_clothes_where_they_are_and_tiles_of_ten_photos_else(monkeypatch, tmp_path):
    (tmp_path / "embedded").symlink_to(data_folder().resolve() / "embedded")
    monkeypatch.setenv("CS231N_DATA", str(tmp_path))
    found = pictures.load_pictures(train=300, test=50)
    assert found.kind == "photo_tiles"
    assert len(set(found.names)) == len(set(found.train[1].tolist())) == 10
    assert found.train[0].shape == (300, 32, 32, 3)
    assert found.test[1].shape == (50,)
    assert "tiles of ten photos" in str(found)
    assert "300 images to learn on, 50 to test" in str(found)
    again = pictures.load_pictures("photo_tiles", train=300, test=50)
    assert np.array_equal(again.train[0], found.train[0])
    everything = pictures.load_pictures("photo_tiles")
    assert np.bincount(everything.train[1]).tolist() == [200] * 10
    (tmp_path / "fashion-mnist").mkdir()
    with pytest.raises(MissingData, match="fashion_mnist"):
        pictures.load_pictures()


def test_digits_are_pictures_too_and_other_kinds_are_refused():
    digits = pictures.load_pictures("digits", test=10)
    assert digits.names[3] == "3"
    assert len(digits.test[1]) == 10
    with pytest.raises(ValueError, match="choose auto, fashion_mnist, photo_tiles"):
        pictures.load_pictures("cats")
