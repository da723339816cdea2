"""get_datasets.sh on small made files: pinned, resumed, put right, plain about what it could not reach."""

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from instructor.core.tasks import ROOT

CIFAR10 = [*(f"data_batch_{n}" for n in range(1, 6)), "test_batch", "batches.meta"]
PHOTO, DIGITS = b"a photo " * 50, b"digits " * 50
DOWNLOADERS = [
    pytest.param(tool, marks=pytest.mark.skipif(not shutil.which(tool), reason=f"{tool} is not installed"))
    for tool in ("curl", "wget")
]


class Host:
    """A loopback server of a few files, which can break off in the middle or know nothing of ranges."""

    def __init__(self):
        self.files, self.requests, self.cut, self.ranges = {}, [], False, True
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                host.answer(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def url(self, name):
        return f"http://127.0.0.1:{self.server.server_port}/{name}"

    def answer(self, request):
        name, ranges = request.path[1:], request.headers.get("Range")
        self.requests.append((name, ranges))
        if name not in self.files:
            request.send_error(404)
            return
        content, first = self.files[name], 0
        if ranges and self.ranges:
            first = int(ranges.removeprefix("bytes=").rstrip("-"))
        if first >= len(content) > 0:
            request.send_error(416)
            return
        request.send_response(206 if first else 200)
        if first:
            request.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        request.send_header("Content-Length", str(len(content) - first))
        request.end_headers()
        request.wfile.write(content[first : len(content) // 2 if self.cut else None])

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def host():
    host = Host()
    yield host
    host.close()


@pytest.fixture
def kit(tmp_path):
    """A copy of the scripts with lists of its own, in a folder with a space in its name."""
    datasets = tmp_path / "my kit" / "datasets"
    datasets.mkdir(parents=True)
    for name in ("get_datasets.sh", "unpack.py", "squeezenet.py"):
        shutil.copy(ROOT / "datasets" / name, datasets)
    return datasets


def get(kit, *sets, **settings):
    clean = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("PIP_", "CS231N_")) and "proxy" not in k.lower()
    }
    environment = {
        **clean,
        "PYTHON": sys.executable,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        **settings,
    }
    command = ["bash", str(kit / "get_datasets.sh"), *sets]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def only(tool, folder):
    """A PATH on which the other downloader does not exist."""
    folder.mkdir()
    for directory in reversed(os.environ["PATH"].split(os.pathsep)):
        for path in (
            [f"{directory}/{name}" for name in os.listdir(directory)] if os.path.isdir(directory) else []
        ):
            name = os.path.basename(path)
            if name not in {"curl", "wget"} - {tool}:
                (folder / name).unlink(missing_ok=True)
                (folder / name).symlink_to(path)
    return str(folder)


def assert_nothing_left_over(kit):
    assert not list(kit.rglob("run.*"))
    assert not list(kit.rglob(".part-*"))


# ---- the embedded set ----


@pytest.fixture
def wheels(kit, tmp_path):
    """A folder of wheels for pip, with `wheels.txt` and `sha256sums.txt` that pin what is in it."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    info = "made_data-1.0.dist-info"
    with zipfile.ZipFile(folder / "made_data-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("made_data/photo_old_name.jpg", PHOTO)
        wheel.writestr("made_data/digits.csv.gz", DIGITS)
        wheel.writestr("made_data/other.txt", "not wanted")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: made-data\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    pin = sha256((folder / "made_data-1.0-py3-none-any.whl").read_bytes())
    (kit / "wheels.txt").write_text(f"made-data==1.0 --hash=sha256:{pin}\n")
    (kit / "sha256sums.txt").write_text(
        f"{sha256(PHOTO)}  embedded/photos/photo.jpg\n{sha256(DIGITS)}  embedded/digits.csv.gz\n"
    )
    return folder


def test_the_embedded_set_comes_out_of_the_wheels_under_the_listed_names_and_nothing_else(kit, wheels):
    result = get(kit, PIP_FIND_LINKS=str(wheels))
    assert (result.returncode, result.stderr) == (0, "")
    found = {
        str(path.relative_to(kit / "embedded")) for path in (kit / "embedded").rglob("*") if path.is_file()
    }
    assert found == {"photos/photo.jpg", "digits.csv.gz"}
    assert (kit / "embedded/photos/photo.jpg").read_bytes() == PHOTO
    assert (kit / "embedded/digits.csv.gz").read_bytes() == DIGITS
    assert not (kit / ".partial").exists()


def test_a_second_run_downloads_and_writes_nothing(kit, wheels):
    get(kit, PIP_FIND_LINKS=str(wheels))
    before = {path: path.stat().st_mtime_ns for path in kit.rglob("*") if path.is_file()}
    shutil.rmtree(wheels)
    assert get(kit, "--quiet").stdout == ""
    assert get(kit).stdout == "embedded: complete\n"
    assert before == {path: path.stat().st_mtime_ns for path in kit.rglob("*") if path.is_file()}


def test_a_damaged_file_and_a_lost_one_are_put_right(kit, wheels):
    get(kit, PIP_FIND_LINKS=str(wheels))
    (kit / "embedded/photos/photo.jpg").write_bytes(PHOTO[:-1])
    (kit / "embedded/digits.csv.gz").unlink()
    result = get(kit, PIP_FIND_LINKS=str(wheels))
    assert "fetching 2 files" in result.stdout
    assert (kit / "embedded/photos/photo.jpg").read_bytes() == PHOTO
    assert (kit / "embedded/digits.csv.gz").read_bytes() == DIGITS


def test_a_wheel_with_another_sha256_is_not_used(kit, wheels):
    with (wheels / "made_data-1.0-py3-none-any.whl").open("ab") as file:
        file.write(b"\0")
    result = get(kit, PIP_FIND_LINKS=str(wheels))
    assert result.returncode == 1
    assert "not the file pinned in wheels.txt" in result.stderr
    assert not (kit / "embedded").exists()
    assert_nothing_left_over(kit)


def test_a_wheel_without_a_sha256_is_not_used(kit, wheels):
    (kit / "wheels.txt").write_text("made-data==1.0\n")
    assert get(kit, PIP_FIND_LINKS=str(wheels)).returncode == 1
    assert not (kit / "embedded").exists()


def test_a_file_that_no_wheel_holds_is_named(kit, wheels):
    with (kit / "sha256sums.txt").open("a") as file:
        file.write(f"{'0' * 64}  embedded/lost.png\n")
    result = get(kit, PIP_FIND_LINKS=str(wheels))
    assert result.returncode == 1
    assert "No wheel listed in wheels.txt holds: embedded/lost.png" in result.stderr


def test_an_index_that_cannot_be_reached_is_said_in_words(kit, wheels, host):
    unreachable = {"PIP_NO_INDEX": "", "PIP_INDEX_URL": host.url("simple"), "PIP_RETRIES": "0"}
    result = get(kit, **unreachable)
    assert result.returncode == 1
    assert "pip could not fetch the wheels in wheels.txt. Check the network" in result.stderr
    assert "not complete: embedded" in result.stderr
    assert "Traceback" not in result.stderr
    assert host.requests  # the user's own index was asked
    assert_nothing_left_over(kit)


def test_the_data_can_live_in_another_folder(kit, wheels, tmp_path):
    result = get(kit, PIP_FIND_LINKS=str(wheels), CS231N_DATA=str(tmp_path / "big disk"))
    assert result.returncode == 0
    assert (tmp_path / "big disk" / "embedded" / "digits.csv.gz").is_file()
    assert not (kit / "embedded").exists()


def test_the_committed_lists_fit_together():
    lines = (ROOT / "datasets/sha256sums.txt").read_text().splitlines()
    names = [line.split(maxsplit=1)[1] for line in lines]
    assert len(set(names)) == len(names) == 47
    assert sum(name.startswith("fashion-mnist/") for name in names) == 4
    assert sum(name.startswith("embedded/imagenet/imagenet_") for name in names) == 20
    assert sum(name.startswith("embedded/cifar10/cifar10_") for name in names) == 20
    pins = [
        line for line in (ROOT / "datasets/wheels.txt").read_text().splitlines() if not line.startswith("#")
    ]
    assert all("==" in pin and "--hash=sha256:" in pin for pin in pins)


# ---- out of a Debian package ----


def deb(files):
    """A Debian package of these files: an ar archive that holds a tar."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:xz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"./usr/share/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    package = b"!<arch>\n"
    for name, content in (
        ("debian-binary", b"2.0\n"),
        ("control.tar.xz", b"odd"),
        ("data.tar.xz", buffer.getvalue()),
    ):
        header = f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode()
        package += header + content + b"\n" * (len(content) % 2)
    return package


CLOTHES = {"train-images.gz": b"many images", "train-labels.gz": b"labels"}


@pytest.fixture
def clothes(kit):
    """A made package, its files listed; returns its bytes."""
    lines = [f"{sha256(content)}  fashion-mnist/{name}\n" for name, content in CLOTHES.items()]
    (kit / "sha256sums.txt").write_text("".join(lines))
    return deb(CLOTHES | {"doc/README": b"not wanted"})


def clothes_in(kit):
    return {path.name: path.read_bytes() for path in (kit / "fashion-mnist").iterdir()}


def test_fashion_mnist_comes_through_apt_once(kit, clothes, tmp_path):
    """An apt-get that leaves the package where it is started, as Debian's does."""
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "made.deb").write_bytes(clothes)
    asked = '[ "$*" = "download dataset-fashion-mnist" ]'
    (tools / "apt-get").write_text(f"#!/bin/sh\n{asked} && cp {tools}/made.deb dataset-fashion-mnist_1.deb\n")
    (tools / "apt-get").chmod(0o755)
    settings = {"PATH": f"{tools}:{os.environ['PATH']}"}
    assert get(kit, "fashion_mnist", **settings).returncode == 0
    assert clothes_in(kit) == CLOTHES
    (tools / "apt-get").write_text('#!/bin/sh\necho "E: Unable to locate package" >&2; exit 100\n')
    assert get(kit, "fashion_mnist", **settings).stdout == "fashion_mnist: complete\n"
    (kit / "fashion-mnist" / "train-labels.gz").write_bytes(b"damaged")
    result = get(kit, "fashion_mnist", **settings)
    assert result.returncode == 1
    assert "E: Unable to locate package" in result.stderr
    assert "apt could not fetch dataset-fashion-mnist. Run 'apt-get update'" in result.stderr


def test_a_package_put_there_by_hand_or_on_a_mirror_is_used(kit, clothes, host):
    (kit / "dataset-fashion-mnist_1_all.deb").write_bytes(clothes)
    assert get(kit, "fashion_mnist").returncode == 0
    assert clothes_in(kit) == CLOTHES
    shutil.rmtree(kit / "fashion-mnist")
    (kit / "dataset-fashion-mnist_1_all.deb").unlink()
    host.files["made.deb"] = clothes
    assert get(kit, "fashion_mnist", CS231N_FASHION_MNIST_URL=host.url("made.deb")).returncode == 0
    assert clothes_in(kit) == CLOTHES


@pytest.mark.parametrize(
    ("package", "sentence"),
    [
        (b"!<arch>\nshort", "can't be unpacked (ValueError: it is no whole Debian package)"),
        (
            deb({"train-labels.gz": b"other labels"}),
            "holds: fashion-mnist/train-images.gz, fashion-mnist/train-l",
        ),
    ],
)
def test_a_package_that_is_not_right_is_not_used(kit, clothes, package, sentence):
    (kit / "dataset-fashion-mnist_1_all.deb").write_bytes(package)
    result = get(kit, "fashion_mnist")
    assert result.returncode == 1
    assert sentence in result.stderr
    assert not (kit / "fashion-mnist").exists()


# ---- downloads from a host ----


@pytest.fixture
def cifar10(kit, host):
    """A made cifar-10-python.tar.gz on the host, pinned; returns its bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name in CIFAR10:
            content = os.urandom(5000)
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    host.files["cifar.tar.gz"] = buffer.getvalue()
    (kit / "sha256sums.txt").write_text(f"{sha256(buffer.getvalue())}  cifar-10-python.tar.gz\n")
    return buffer.getvalue()


@pytest.mark.parametrize("tool", DOWNLOADERS)
def test_cifar10_is_fetched_once(kit, host, cifar10, tool, tmp_path):
    settings = {"CS231N_CIFAR10_URL": host.url("cifar.tar.gz"), "PATH": only(tool, tmp_path / "tools")}
    result = get(kit, "cifar10", **settings)
    assert (result.returncode, result.stderr) == (0, "")
    assert sorted(path.name for path in (kit / "cifar-10-batches-py").iterdir()) == sorted(CIFAR10)
    assert get(kit, "cifar10", **settings).stdout == "cifar10: complete\n"
    assert len(host.requests) == 1
    assert not (kit / ".partial").exists()


@pytest.mark.parametrize("tool", DOWNLOADERS)
def test_an_interrupted_download_goes_on_where_it_stopped(kit, host, cifar10, tool, tmp_path):
    settings = {"CS231N_CIFAR10_URL": host.url("cifar.tar.gz"), "PATH": only(tool, tmp_path / "tools")}
    host.cut = True
    result = get(kit, "cifar10", **settings)
    assert result.returncode == 1
    assert "What has arrived is kept: run this again" in result.stderr
    assert not (kit / "cifar-10-batches-py").exists()
    host.cut = False
    result = get(kit, "cifar10", **settings)
    assert result.returncode == 0
    assert host.requests[-1] == ("cifar.tar.gz", f"bytes={len(cifar10) // 2}-")
    assert (kit / "cifar-10-batches-py" / "test_batch").is_file()


@pytest.mark.parametrize("tool", DOWNLOADERS)
def test_a_host_without_ranges_or_a_damaged_part_means_from_the_start(kit, host, cifar10, tool, tmp_path):
    settings = {"CS231N_CIFAR10_URL": host.url("cifar.tar.gz"), "PATH": only(tool, tmp_path / "tools")}
    for host.ranges, part in ((False, cifar10[:100]), (True, b"x" * 100), (True, cifar10 + b"more")):
        shutil.rmtree(kit / "cifar-10-batches-py", ignore_errors=True)
        (kit / ".partial").mkdir(exist_ok=True)
        (kit / ".partial" / "cifar-10-python.tar.gz").write_bytes(part)
        assert get(kit, "cifar10", **settings).returncode == 0
        assert (kit / "cifar-10-batches-py" / "test_batch").is_file()


def test_a_file_with_another_sha256_is_thrown_away(kit, host, cifar10):
    host.files["cifar.tar.gz"] = cifar10[:-1] + b"?"
    result = get(kit, "cifar10", CS231N_CIFAR10_URL=host.url("cifar.tar.gz"))
    assert result.returncode == 1
    assert f"instead of {sha256(cifar10)}; it was thrown away" in result.stderr
    assert not (kit / ".partial").exists()
    assert not (kit / "cifar-10-batches-py").exists()


def test_a_changed_batch_is_noticed_and_put_right(kit, host, cifar10):
    settings = {"CS231N_CIFAR10_URL": host.url("cifar.tar.gz")}
    get(kit, "cifar10", **settings)
    whole = (kit / "cifar-10-batches-py" / "data_batch_3").read_bytes()
    (kit / "cifar-10-batches-py" / "data_batch_3").write_bytes(b"short")
    assert "has changed since it was unpacked" in get(kit, "cifar10", **settings).stdout
    assert (kit / "cifar-10-batches-py" / "data_batch_3").read_bytes() == whole
    assert_nothing_left_over(kit)


def test_an_archive_downloaded_by_hand_is_checked_and_used(kit, cifar10, host):
    (kit / "cifar-10-python.tar.gz").write_bytes(cifar10)
    assert get(kit, "cifar10", CS231N_CIFAR10_URL=host.url("nothing")).returncode == 0
    assert (kit / "cifar-10-batches-py" / "batches.meta").is_file()
    assert not host.requests


def test_a_folder_put_there_by_hand_is_left_alone(kit, cifar10, host):
    (kit / "cifar-10-batches-py").mkdir()
    (kit / "cifar-10-batches-py" / "test_batch").write_bytes(b"mine")
    result = get(kit, "cifar10", CS231N_CIFAR10_URL=host.url("cifar.tar.gz"))
    assert (result.returncode, "unchecked" in result.stdout, host.requests) == (0, True, [])
    assert (kit / "cifar-10-batches-py" / "test_batch").read_bytes() == b"mine"


@pytest.mark.parametrize("tool", DOWNLOADERS)
def test_one_host_down_does_not_keep_the_others_from_being_fetched(kit, host, cifar10, tool, tmp_path):
    settings = {"CS231N_CIFAR10_URL": host.url("cifar.tar.gz"), "PATH": only(tool, tmp_path / "tools")}
    result = get(
        kit, "imagenet_val_25", "cifar10", CS231N_IMAGENET_VAL_25_URL="http://127.0.0.1:9/x", **settings
    )
    assert result.returncode == 1
    assert "imagenet_val_25: http://127.0.0.1:9/x can't be reached" in result.stderr
    assert "not complete: imagenet_val_25\n" in result.stderr
    assert (kit / "cifar-10-batches-py" / "test_batch").is_file()


@pytest.mark.parametrize("tool", DOWNLOADERS)
def test_a_host_that_refuses_is_told_from_one_that_is_away(kit, host, cifar10, tool, tmp_path):
    result = get(kit, "cifar10", CS231N_CIFAR10_URL=host.url("gone"), PATH=only(tool, tmp_path / "tools"))
    assert result.returncode == 1
    assert "does not give the file. Or put cifar-10-python.tar.gz into" in result.stderr


# ---- imagenet_val_25: pinned by its first copy ----


def npz(seed=0, names=("X", "y", "label_map")):
    buffer = io.BytesIO()
    rng = np.random.default_rng(seed)
    np.savez(buffer, **{name: rng.integers(0, 255, 40, dtype=np.uint8) for name in names})
    return buffer.getvalue()


@pytest.fixture
def photos(kit, host):
    (kit / "sha256sums.txt").write_text("")
    host.files["val.npz"] = npz()
    return {"CS231N_IMAGENET_VAL_25_URL": host.url("val.npz")}


def test_the_first_copy_is_pinned_and_says_so(kit, host, photos):
    result = get(kit, "imagenet_val_25", **photos)
    assert result.returncode == 0
    assert "no sha256 of this file is published" in result.stdout
    assert sha256(npz()) in result.stdout
    assert (kit / "imagenet_val_25.npz.sha256").read_text() == f"{sha256(npz())}  imagenet_val_25.npz\n"
    assert get(kit, "imagenet_val_25", **photos).stdout == "imagenet_val_25: complete\n"
    assert len(host.requests) == 1


def test_after_that_another_file_is_not_taken(kit, host, photos):
    get(kit, "imagenet_val_25", **photos)
    (kit / "imagenet_val_25.npz").write_bytes(b"damaged")
    host.files["val.npz"] = npz(seed=1)
    result = get(kit, "imagenet_val_25", **photos)
    assert result.returncode == 1
    assert f"instead of {sha256(npz())}" in result.stderr
    host.files["val.npz"] = npz()
    assert get(kit, "imagenet_val_25", **photos).returncode == 0
    assert (kit / "imagenet_val_25.npz").read_bytes() == npz()


def test_a_class_can_agree_on_a_sha256(kit, host, photos):
    (kit / "sha256sums.txt").write_text(f"{sha256(npz(seed=1))}  imagenet_val_25.npz\n")
    assert get(kit, "imagenet_val_25", **photos).returncode == 1
    host.files["val.npz"] = npz(seed=1)
    assert get(kit, "imagenet_val_25", **photos).returncode == 0
    assert not (kit / "imagenet_val_25.npz.sha256").exists()


def test_a_copy_put_there_by_hand_is_looked_through_and_pinned(kit, host, photos):
    (kit / "imagenet_val_25.npz").write_bytes(npz(seed=2))
    assert get(kit, "imagenet_val_25", **photos).returncode == 0
    assert (kit / "imagenet_val_25.npz.sha256").read_text().startswith(sha256(npz(seed=2)))
    assert not host.requests


HTML, CUT_OFF, NO_LABELS = b"<html>Moved</html>", npz()[:-20], npz(names=("X",))
OTHER_BYTE = npz()[:180] + bytes([npz()[180] ^ 1]) + npz()[181:]  # inside the numbers of X


@pytest.mark.parametrize("content", [HTML, CUT_OFF, NO_LABELS, OTHER_BYTE])
def test_what_is_not_the_courses_file_is_not_pinned(kit, host, photos, content):
    host.files["val.npz"] = content
    result = get(kit, "imagenet_val_25", **photos)
    assert result.returncode == 1
    assert "it was thrown away" in result.stderr
    assert "Traceback" not in result.stderr
    assert not list(kit.glob("imagenet_val_25*"))


# ---- squeezenet1_1, into torch's cache, with a torchvision that names a made file ----


@pytest.fixture
def squeezenet(tmp_path, host):
    weights = b"weights " * 100
    name = f"squeezenet1_1-{sha256(weights)[:8]}.pth"
    package = tmp_path / "stub" / "torchvision"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "models.py").write_text(
        f"class SqueezeNet1_1_Weights:\n    class DEFAULT:\n        url = {host.url(name)!r}\n"
    )
    host.files[name] = weights
    settings = {"PYTHONPATH": str(package.parent), "TORCH_HOME": str(tmp_path / "cache")}
    return settings, tmp_path / "cache" / "hub" / "checkpoints" / name, weights


def test_squeezenet_goes_where_torchvision_looks_for_it(kit, host, squeezenet):
    settings, path, weights = squeezenet
    assert get(kit, "squeezenet1_1", **settings).returncode == 0
    assert path.read_bytes() == weights
    path.write_bytes(weights[:-1])
    assert "is damaged, so it is fetched again" in get(kit, "squeezenet", **settings).stdout
    assert path.read_bytes() == weights
    assert get(kit, "squeezenet1_1", **settings).stdout == "squeezenet1_1: complete\n"
    assert len(host.requests) == 2


def test_squeezenet_with_another_sha256_or_no_host_is_said_in_words(kit, host, squeezenet):
    settings, path, weights = squeezenet
    host.files[path.name] = weights + b"?"
    result = get(kit, "squeezenet1_1", **settings)
    assert (result.returncode, "is not the expected file" in result.stderr) == (1, True)
    result = get(kit, "squeezenet1_1", **settings, CS231N_SQUEEZENET1_1_URL="http://127.0.0.1:9/x")
    assert (result.returncode, "can't be reached" in result.stderr) == (1, True)
    result = get(kit, "squeezenet1_1", **settings, CS231N_SQUEEZENET1_1_URL=host.url("gone"))
    assert (result.returncode, "does not give the file" in result.stderr) == (1, True)
    assert not path.exists()


# ---- the command line ----


def test_an_unknown_set_is_refused_and_help_explains_all(kit):
    result = get(kit, "imagenet")
    assert result.returncode == 2
    assert "unknown set 'imagenet'" in result.stderr
    text = get(kit, "--help").stdout
    assert all(
        name in text for name in ("embedded", "cifar10", "imagenet_val_25", "squeezenet1_1", "CS231N_DATA")
    )
    assert "set -u" not in text


def test_no_python_is_said_plainly(kit, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("bash", "dirname", "mkdir", "mktemp", "rm", "rmdir", "find"):
        (tools / tool).symlink_to(shutil.which(tool))
    result = get(kit, PATH=str(tools), PYTHON="", VIRTUAL_ENV="")
    assert result.returncode == 1
    assert "no Python 3.11 or newer was found" in result.stderr
