"""Photos of one's own: what is taken, and the sentence for each file that is none."""

import io
import struct
import zlib

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from cs231n import explore
from cs231n.own_photos import NotAPhoto, own_files, own_folder, read_photo, save_photo, with_own_photos


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CS231N_DATA", str(tmp_path / "datasets"))


def photo(width=300, height=200, mode="RGB", color=(200, 40, 40), kind="PNG", **options):
    file = io.BytesIO()
    Image.new("RGB", (width, height), color).convert(mode).save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("PNG", "L"),
        ("PNG", "1"),
        ("PNG", "I;16"),
        ("JPEG", "CMYK"),
        ("JPEG", "L"),
        ("GIF", "P"),
        ("BMP", "RGB"),
        ("WEBP", "RGB"),
        ("TIFF", "F"),
    ],
)
def test_every_usual_kind_of_picture_is_read(kind, mode):
    content = photo(mode="L", kind=kind) if mode == "I;16" else photo(mode=mode, kind=kind)
    pixels = read_photo(content, f"x.{kind}")
    assert (pixels.shape, pixels.dtype) == ((224, 224, 3), np.uint8)


def test_what_is_transparent_is_white():
    file = io.BytesIO()
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(file, "PNG")
    assert read_photo(file.getvalue(), "x.png").min() == 255


def test_a_photo_taken_upright_stands_upright():
    pixels = np.zeros((64, 64, 3), dtype=np.uint8)
    pixels[:, :32] = 255  # left half white
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise: left becomes top
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", exif=exif, quality=95)
    seen = read_photo(file.getvalue(), "x.jpg")
    assert seen[:90].mean() > 240
    assert seen[-90:].mean() < 15


def enormous():
    """A PNG of a few bytes that says it is 60,000 × 60,000."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"hello, this is a text", "is not a picture"),
        (b"%PDF-1.7 and more", "is not a picture"),
        (b"PK\x03\x04" + bytes(100), "is not a picture"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(100), "is a HEIC photo"),
        (photo()[:400], "is damaged"),
        (photo(kind="JPEG")[:300], "is damaged"),
        (enormous(), "too many pixels"),
        (photo(8, 8), "at least 32 pixels"),
        (photo(2000, 40), "less than 8 times"),
    ],
)
def test_a_wrong_file_gets_a_sentence_with_its_name(content, sentence):
    with pytest.raises(NotAPhoto, match=sentence) as caught:
        save_photo(content, "holiday.jpg")
    assert "holiday.jpg" in str(caught.value)
    assert not own_files()


@pytest.mark.parametrize(
    "name", ["../../evil.png", "a/b\\c.jpg", ".hidden", "", "ü \x00?.png", "x" * 500 + ".jpg"]
)
def test_whatever_its_name_a_photo_is_kept_in_its_folder(name):
    kept = save_photo(photo(), name)
    assert kept.parent == own_folder()
    assert own_files() == [kept]


def colorful():
    """Class 0 for red pictures, class 1 for blue ones."""
    network = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2))
    network[2].weight.data = torch.tensor([[1.0, 0, -1], [-1, 0, 1]])
    network[2].bias.data.zero_()
    return network


def test_own_photos_come_first_with_the_class_that_the_model_sees(capsys):
    save_photo(photo(color=(0, 0, 255)), "a.png")
    save_photo(photo(color=(255, 0, 0)), "b.png")
    (own_folder() / "notes.txt").write_text("no photo")
    others, labels = np.zeros((2, 224, 224, 3), dtype=np.uint8), np.array([5, 6])
    photos, labels = with_own_photos(others, labels, colorful())
    assert (photos.shape, photos.dtype) == ((4, 224, 224, 3), np.uint8)
    assert labels.tolist() == [1, 0, 5, 6]
    assert labels.dtype == np.int64
    assert "notes.txt is not a picture" in capsys.readouterr().out


def test_without_own_photos_nothing_changes():
    others, labels = np.zeros((2, 224, 224, 3), dtype=np.uint8), np.array([5, 6])
    photos, same = with_own_photos(others, labels, colorful())
    assert photos is others
    assert same is labels


def uploaded_in_8(*files):
    return tuple(
        {"name": name, "content": memoryview(content), "type": "", "size": 1} for name, content in files
    )


def uploaded_in_7(*files):
    return {name: {"metadata": {"name": name, "size": 1}, "content": content} for name, content in files}


@pytest.mark.parametrize("uploaded", [uploaded_in_7, uploaded_in_8])
def test_loading_up_keeps_the_photos_and_tells_of_the_others(uploaded):
    explorer = explore.OwnPhotos()
    explorer._loaded({"new": uploaded(("dog.png", photo()), ("list.txt", b"milk, eggs"))})
    assert [file.name for file in own_files()] == ["dog.png"]
    assert "list.txt is not a picture" in explorer.said.value
    assert "run the cells" in explorer.said.value
    explorer.clear.click()
    assert own_files() == []
