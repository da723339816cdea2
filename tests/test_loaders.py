"""The loaders, on small files in the formats of the real ones, and on the embedded data where it is there."""

import gzip
import hashlib
import urllib.error

import numpy as np
import pytest
import torch
from PIL import Image

from cs231n import data_utils, pretrained
from cs231n.data_utils import MissingData
from cs231n.image_utils import preprocess
from cs231n.simclr.data_utils import CIFAR10Pair

from .sample_files import (
    python2_batch,
    write_cifar10,
    write_digits,
    write_fashion_mnist,
    write_imagenet_val_25,
    write_squeezenet,
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty data folder."""
    monkeypatch.setenv("CS231N_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def embedded():
    if not (data_utils.data_folder() / "embedded" / "efficientnet_lite0.pth").is_file():
        pytest.skip("the embedded data is not there; run: bash datasets/get_datasets.sh embedded")


# ---- CIFAR-10 ----


def test_cifar10_is_read_from_batches_of_python_2(folder):
    images, labels = write_cifar10(folder, count=3)
    X, y, names = data_utils.load_cifar10("train")
    np.testing.assert_array_equal(X, images[:15])
    np.testing.assert_array_equal(y, labels[:15])
    assert (X.dtype, y.dtype, names[3]) == (np.uint8, np.int64, "cat")
    X, y, _ = data_utils.load_cifar10("test")
    np.testing.assert_array_equal(X, images[15:])
    np.testing.assert_array_equal(y, labels[15:])


@pytest.mark.filterwarnings("ignore:dtype.*align")  # torchvision's unpickling and numpy 2.4
def test_torchvision_reads_the_same_batches_as_pairs(folder):
    images, labels = write_cifar10(folder)
    base = folder / CIFAR10Pair.base_folder

    def listed(names):
        return [[name, hashlib.md5((base / name).read_bytes()).hexdigest()] for name in names]

    (base / "batches.meta").write_bytes(b"\x80\x02}U\x0blabel_names](U\x08airplaneU\nautomobilees.")

    class SmallPair(CIFAR10Pair):
        train_list = listed([f"data_batch_{n}" for n in range(1, 6)])
        test_list = listed(["test_batch"])
        meta = {"filename": "batches.meta", "key": "label_names", "md5": listed(["batches.meta"])[0][1]}  # noqa: RUF012

    pairs = SmallPair(str(folder), train=True)
    np.testing.assert_array_equal(pairs.data, images[:15])
    assert pairs.targets == labels[:15].tolist()
    assert pairs[4] == (None, None, labels[4])


def test_a_batch_that_would_run_something_is_refused(folder):
    write_cifar10(folder)
    trap = folder / "trap"
    code = f"cos\nsystem\n(S'touch {trap}'\ntR.".encode()
    (folder / "cifar-10-batches-py" / "data_batch_2").write_bytes(code)
    with pytest.raises(MissingData, match=r"data_batch_2 can't be read .*get_datasets\.sh cifar10"):
        data_utils.load_cifar10()
    assert not trap.exists()


@pytest.mark.parametrize("content", [b"", b"\x80\x02}(", b"<html>not found</html>", b"\x80\x02K\x01."])
def test_a_damaged_batch_is_named(folder, content):
    write_cifar10(folder)
    (folder / "cifar-10-batches-py" / "test_batch").write_bytes(content)
    with pytest.raises(MissingData, match="test_batch can't be read"):
        data_utils.load_cifar10("test")


def test_a_batch_with_fewer_labels_than_images_is_refused(folder):
    write_cifar10(folder)
    batch = python2_batch(np.zeros((3, 3, 32, 32), np.uint8), [1, 2])
    (folder / "cifar-10-batches-py" / "test_batch").write_bytes(batch)
    with pytest.raises(MissingData, match="test_batch can't be read"):
        data_utils.load_cifar10("test")


# ---- what is missing or misspelled ----


@pytest.mark.parametrize(
    ("load", "data_set"),
    [
        (data_utils.load_cifar10, "cifar10"),
        (data_utils.load_cifar10_samples, "embedded"),
        (data_utils.load_digits, "embedded"),
        (lambda: data_utils.load_fashion_mnist("train"), "fashion_mnist"),
        (data_utils.load_imagenet_val, "embedded"),
        (data_utils.load_photo_tiles, "embedded"),
        (lambda: data_utils.load_imagenet_val(source="course"), "imagenet_val_25"),
        (pretrained.load_pretrained, "embedded"),
    ],
)
def test_a_missing_file_names_the_command_that_fetches_it(folder, load, data_set):
    with pytest.raises(MissingData, match=rf"is not there\. Run: bash datasets/get_datasets\.sh {data_set}$"):
        load()


def test_an_empty_folder_of_photos_counts_as_missing(folder):
    (folder / "embedded" / "imagenet").mkdir(parents=True)
    with pytest.raises(MissingData, match="embedded"):
        data_utils.load_imagenet_val()


@pytest.mark.parametrize(
    "load",
    [
        lambda: data_utils.load_cifar10("validation"),
        lambda: data_utils.load_digits("validation"),
        lambda: data_utils.load_fashion_mnist("validation"),
        lambda: data_utils.load_imagenet_val(source="internet"),
        lambda: data_utils.load_photo_tiles("validation"),
        lambda: pretrained.load_pretrained("alexnet"),
    ],
)
def test_a_misspelled_choice_lists_the_choices(load):
    with pytest.raises(ValueError, match="choose"):
        load()


# ---- imagenet_val_25.npz ----


def test_the_course_photos_are_used_when_they_are_there(folder):
    X, y = write_imagenet_val_25(folder, count=3)
    found_X, found_y, names = data_utils.load_imagenet_val()
    np.testing.assert_array_equal(found_X, X)
    np.testing.assert_array_equal(found_y, y)
    assert (found_X.dtype, found_y.dtype, len(names), names[100]) == (np.uint8, np.int64, 1000, "black swan")
    found_X, found_y, _ = data_utils.load_imagenet_val(num=2)
    assert (len(found_X), len(found_y)) == (2, 2)


def test_a_cut_off_npz_is_named(folder):
    write_imagenet_val_25(folder)
    path = folder / "imagenet_val_25.npz"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(MissingData, match=r"imagenet_val_25\.npz can't be read"):
        data_utils.load_imagenet_val()


# ---- digits ----


def test_digits_are_framed_and_split_by_class(folder):
    write_digits(folder)
    X, y = data_utils.load_digits()
    assert (X.shape, X.dtype, y.dtype) == ((5000, 32, 32, 3), np.uint8, np.int64)
    assert np.bincount(y).tolist() == [500] * 10
    first_seven = X[y == 7][0]
    assert first_seven[15, 15].tolist() == [140] * 3
    assert first_seven[:2].max() == first_seven[-2:].max() == first_seven[:, :2].max() == 0

    train, _ = data_utils.load_digits("train")
    test, labels = data_utils.load_digits("test")
    assert (len(train), np.bincount(labels).tolist()) == (4000, [100] * 10)
    np.testing.assert_array_equal(
        np.concatenate([X[:400], X[4500:4900]]), np.concatenate([train[:400], train[-400:]])
    )
    np.testing.assert_array_equal(X[400:500], test[:100])


def test_a_cut_off_file_of_digits_is_named(folder):
    write_digits(folder)
    path = folder / "embedded" / "mnist_5k.csv.gz"
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(MissingData, match=r"mnist_5k\.csv\.gz can't be read"):
        data_utils.load_digits()


# ---- Fashion-MNIST ----


def test_fashion_mnist_is_framed_and_read_from_mnists_format(folder):
    pixels, labels = write_fashion_mnist(folder)
    X, y = data_utils.load_fashion_mnist("test")
    assert (X.shape, X.dtype, y.dtype) == ((5, 32, 32, 3), np.uint8, np.int64)
    np.testing.assert_array_equal(X[:, 2:-2, 2:-2], np.repeat(pixels[..., None], 3, axis=3))
    assert y.tolist() == labels.tolist()
    assert X[:, :2].max() == X[:, :, -2:].max() == 0


@pytest.mark.parametrize(
    "damage", [lambda b: b[:30], lambda b: b"x" + b[1:], lambda b: gzip.compress(b"\0" * 20)]
)
def test_a_damaged_file_of_fashion_mnist_is_named(folder, damage):
    write_fashion_mnist(folder)
    path = folder / "fashion-mnist" / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(MissingData, match=r"t10k-images.* can't be read .*get_datasets\.sh fashion_mnist"):
        data_utils.load_fashion_mnist("test")


# ---- tiles of photos ----


def test_tiles_of_photos_are_whole_and_split_by_photo(folder):
    (folder / "embedded" / "imagenet").mkdir(parents=True)
    for n in range(2):
        # Each tile has its own color: its row in red, its column in green, its photo in blue.
        tiles = np.stack(np.broadcast_arrays(*np.ogrid[:16, :16], n), axis=2).astype(np.uint8)
        photo = tiles.repeat(32, axis=0).repeat(32, axis=1)
        Image.fromarray(photo).save(folder / "embedded" / "imagenet" / f"imagenet_{n:02}_7.png")
    splits = {split: data_utils.load_photo_tiles(split) for split in ("train", "test", None)}
    assert {split: np.bincount(y).tolist() for split, (_, y) in splits.items()} == {
        "train": [200, 200],
        "test": [56, 56],
        None: [256, 256],
    }
    X, y = (np.concatenate([splits[split][k] for split in ("train", "test")]) for k in (0, 1))
    assert (X.shape, X.dtype, y.dtype) == ((512, 32, 32, 3), np.uint8, np.int64)
    assert (X[:, :1, :1] == X).all()  # of one tile each
    np.testing.assert_array_equal(X[:, 0, 0, 2], y)
    assert len({tuple(color) for color in X[:, 0, 0].tolist()}) == 512  # and all of them different


# ---- squeezenet1_1 ----


def test_squeezenet_takes_the_weights_that_torchvision_keeps(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    weights = write_squeezenet(tmp_path)
    model = pretrained.load_pretrained("squeezenet1_1", device="cpu")
    assert not model.training
    assert not any(p.requires_grad for p in model.parameters())
    torch.testing.assert_close(model.state_dict(), weights, rtol=0, atol=0)
    assert model(torch.zeros(2, 3, 64, 64)).shape == (2, 1000)


def test_damaged_squeezenet_weights_are_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    write_squeezenet(tmp_path)
    (tmp_path / "hub" / "checkpoints" / "squeezenet1_1-b8a52dc0.pth").write_bytes(b"<html>")
    with pytest.raises(MissingData, match=r"get_datasets\.sh squeezenet1_1"):
        pretrained.load_pretrained("squeezenet1_1", device="cpu")


def test_an_unreachable_host_of_squeezenet_is_a_sentence(tmp_path, monkeypatch):
    def unreachable(*arguments, **options):
        raise urllib.error.URLError("no route")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", unreachable)
    with pytest.raises(MissingData, match="could not be fetched"):
        pretrained.load_pretrained("squeezenet1_1", device="cpu")


# ---- the embedded data ----


def test_weights_of_another_network_are_refused(folder):
    (folder / "embedded").mkdir()
    torch.save({"weight": torch.zeros(3)}, folder / "embedded" / "efficientnet_lite0.pth")
    with pytest.raises(MissingData, match="another network"):
        pretrained.load_pretrained(device="cpu")


@pytest.mark.usefixtures("embedded")
def test_the_embedded_network_knows_most_of_the_embedded_photos():
    X, y, names = data_utils.load_imagenet_val(source="embedded")
    assert (X.shape, X.dtype, len(names), names[y[0]]) == ((20, 224, 224, 3), np.uint8, 1000, "bull mastiff")
    model = pretrained.load_pretrained()
    device = next(model.parameters()).device
    with torch.no_grad():
        scores = model(torch.cat([preprocess(Image.fromarray(x)) for x in X]).to(device))
    right = scores.argmax(dim=1).cpu().numpy() == y
    assert right.sum() == 16


@pytest.mark.usefixtures("embedded")
def test_the_embedded_color_images_and_digits_are_whole():
    X, y, names = data_utils.load_cifar10_samples()
    assert (X.shape, X.dtype, y.shape, len(names)) == ((20, 32, 32, 3), np.uint8, (20,), 10)
    X, y = data_utils.load_digits()
    assert X.shape == (5000, 32, 32, 3)
    assert np.bincount(y).tolist() == [500] * 10
