"""Small files in the formats of the data sets that have to be downloaded."""

import gzip
import struct

import numpy as np
import torch
from torchvision.models import squeezenet1_1


def write_cifar10(folder, seed=0, count=3):
    """Write cifar-10-batches-py with `count` images a batch; return images (6 · count, 32, 32, 3) and labels.

    The test batch comes last.
    """
    folder = folder / "cifar-10-batches-py"
    folder.mkdir()
    rng = np.random.default_rng(seed)
    names = [f"data_batch_{n}" for n in range(1, 6)] + ["test_batch"]
    pixels = rng.integers(0, 256, (len(names), count, 3, 32, 32), dtype=np.uint8)
    labels = rng.integers(0, 10, (len(names), count))
    for name, X, y in zip(names, pixels, labels, strict=True):
        (folder / name).write_bytes(python2_batch(X, y))
    return pixels.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), labels.reshape(-1)


def write_fashion_mnist(folder, seed=0, count=5):
    """Write the test split in fashion-mnist; return its pixels (count, 28, 28) and labels."""
    folder = folder / "fashion-mnist"
    folder.mkdir()
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    labels = rng.integers(0, 10, count, dtype=np.uint8)
    for name, array in (("images-idx3", pixels), ("labels-idx1", labels)):
        header = struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape)
        (folder / f"t10k-{name}-ubyte.gz").write_bytes(gzip.compress(header + array.tobytes()))
    return pixels, labels


def python2_batch(pixels, labels):
    """A batch file as Python 2 and an old numpy pickled it: byte strings, numpy.core, 0 and 1 for bool."""
    dtype = b"cnumpy\ndtype\n" + _text(b"u1") + b"K\x00K\x01\x87R"
    dtype += b"(K\x03" + _text(b"|") + b"NNN" + _number(-1) + _number(-1) + b"K\x00tb"
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + _text(b"b") + b"\x87R"
    shape = _number(len(pixels)) + _number(3072) + b"\x86"
    array += b"(K\x01" + shape + dtype + b"\x89" + _text(pixels.tobytes()) + b"tb"
    entries = {
        b"data": array,
        b"labels": b"](" + b"".join(_number(label) for label in labels) + b"e",
        b"batch_label": _text(b"training batch 1 of 5"),
        b"filenames": b"](" + _text(b"leptodactylus_pentadactylus_s_000004.png") * len(labels) + b"e",
    }
    items = b"".join(_text(key) + value for key, value in entries.items())
    return b"\x80\x02}(" + items + b"u."


def _text(content):
    if len(content) < 256:
        return b"U" + bytes([len(content)]) + content
    return b"T" + struct.pack("<i", len(content)) + content


def _number(value):
    return b"J" + struct.pack("<i", value)


def write_imagenet_val_25(folder, count=3):
    """Write imagenet_val_25.npz, whose third entry is a pickled dict; return X and y."""
    X = np.random.default_rng(0).integers(0, 256, (count, 224, 224, 3), dtype=np.uint8)
    y = np.arange(count, dtype=np.int32) + 100
    np.savez(folder / "imagenet_val_25.npz", X=X, y=y, label_map=np.array({100: "black swan"}, dtype=object))
    return X, y


def write_digits(folder):
    """Write embedded/mnist_5k.csv.gz; a digit's first pixel counts, the others are 20 times the digit."""
    (folder / "embedded").mkdir()
    with gzip.open(folder / "embedded" / "mnist_5k.csv.gz", "wt", compresslevel=1) as file:
        for digit in range(10):
            rest = f"{20 * digit}," * 783
            file.writelines(f"{n % 250},{rest}{digit}\n" for n in range(500))


def write_squeezenet(torch_home):
    """Put random weights where torchvision looks for those of squeezenet1_1; return them."""
    torch.manual_seed(0)
    weights = squeezenet1_1(weights=None).state_dict()
    folder = torch_home / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    torch.save(weights, folder / "squeezenet1_1-b8a52dc0.pth")
    return weights
