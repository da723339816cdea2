"""The comparison with golden outputs: what it masks, and that it notices all the rest.

The outputs themselves are compared by `make golden`, which takes minutes.
"""

import base64
import io
import zipfile

import pytest
from PIL import Image

from instructor.golden import __main__ as command
from instructor.golden.archives import HOSTILE, MODULE, OTHER_MODULE
from instructor.golden.comparing import FROZEN, read
from instructor.golden.masking import masked
from instructor.golden.outputs import PARTS

TEXTS = {"a/one.txt": "first\nsecond\n", "a/two.csv": "x,1.2345\r\n", "three.txt": ""}
FILES = {MODULE: b"x = 1\n", OTHER_MODULE: b"y = 2\n", "MANIFEST.sha256": b"", "notebooks/N.ipynb": b"{}"}


@pytest.fixture
def parts(monkeypatch):
    """One part whose outputs a test can change."""
    fresh = dict(TEXTS)
    monkeypatch.setattr(command, "PARTS", {"part": lambda folder: dict(fresh)})
    return fresh


@pytest.fixture
def frozen(tmp_path, parts, capsys):
    assert command.main(["--write"], tmp_path) == 0
    capsys.readouterr()
    return tmp_path


def jpeg(side, color):
    data = io.BytesIO()
    Image.new("RGB", (side, side), color).save(data, "JPEG")
    return f'<img src="data:image/jpeg;base64,{base64.b64encode(data.getvalue()).decode()}" alt="a cat">'


# ---- masking ----


@pytest.mark.parametrize(
    ("name", "text", "other"),
    [
        ("results.json", '"score": 3.25,\n"execution_time": 21,', '"score": 3.25,\n"execution_time": 4,'),
        (
            "junit.xml",
            '<testcase classname="sim" name="a" time="0.041">',
            '<testcase classname="sim" name="a" time="12.900">',
        ),
        ("feedback.html", jpeg(8, "red"), jpeg(8, "blue")),
        (
            "verify.txt",
            "9 trials with seed 3 in 150 s: no faults.",
            "9 trials with seed 3 in 8 s: no faults.",
        ),
        ("junit.xml", "is 0.12345678, not 1.00000012e-05", "is 0.12345699, not 1.00000034e-05"),
        (
            "class.html",
            '<section id="slowest">\n<h2>Slowest</h2>\n<ol>\n<li>a: 9 s</li>\n<li>b: 7 s</li>\n</ol>',
            '<section id="slowest">\n<h2>Slowest</h2>\n<ol>\n<li>b: 5 s</li>\n<li>a: 4 s</li>\n</ol>',
        ),
    ],
)
def test_what_differs_between_two_runs_is_masked(name, text, other):
    assert masked(name, text) == masked(name, other)
    assert masked(name, text) != text


@pytest.mark.parametrize(
    ("name", "text", "other"),
    [
        ("results.json", '"score": 87.25', '"score": 87.26'),
        ("results.json", '"digest": "00b0fe4e640f"', '"digest": "00b0fe4e640e"'),
        ("results.json", '"execution_time": 21, "seed": 1', '"execution_time": 21, "seed": 2'),
        (
            "junit.xml",
            '<testsuite name="a" tests="2" time="1.000">',
            '<testsuite name="a" tests="3" time="1.000">',
        ),
        ("junit.xml", 'message="it took 3 s"', 'message="it took 4 s"'),
        ("junit.xml", "is 0.123, not 7", "is 0.124, not 7"),
        ("feedback.html", jpeg(8, "red"), jpeg(16, "red")),
        ("feedback.html", jpeg(8, "red"), jpeg(8, "red").replace("cat", "dog")),
        ("class.html", "<li>a: 9 s</li>", "<li>a: 8 s</li>"),
        ("verify.txt", "9 trials with seed 3 in 1 s: no faults.", "9 trials with seed 3 in 1 s: 1 fault."),
        ("gradebook.csv", "87.1251", "87.1252"),
    ],
)
def test_nothing_else_is_masked(name, text, other):
    assert masked(name, text) != masked(name, other)


def test_a_text_without_times_stays_as_it_is():
    text = "Torch 2.11.0 gave 0.5 and 1.25 of 12345.67 points at 10:15:30, on 2027-02-01; sha256 12e4.5.\n"
    for name in ("results.json", "junit.xml", "feedback.html", "class.html", "gradebook.csv", "verify.txt"):
        assert masked(name, text) == text


# ---- comparing ----


def test_equal_outputs_are_equal(frozen, capsys):
    assert read(frozen / "part") == TEXTS
    assert command.main([], frozen) == 0
    assert capsys.readouterr().out.startswith("part: 3 texts, equal, in ")


@pytest.mark.parametrize("name", TEXTS)
def test_a_changed_byte_is_a_difference_and_shown(frozen, parts, capsys, name):
    parts[name] = TEXTS[name] + "!"
    assert command.main([], frozen) == 1
    said = capsys.readouterr().out
    assert f"--- frozen/{name}\n+++ fresh/{name}\n@@" in said
    assert "\n+!\n" in said
    assert "make golden-write" in said


def test_a_changed_line_end_is_a_difference(frozen, parts, capsys):
    parts["a/two.csv"] = "x,1.2345\n"
    assert command.main([], frozen) == 1
    assert "-x,1.2345\r\n+x,1.2345\n" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["new\n", ""])
def test_an_additional_output_is_a_difference(frozen, parts, capsys, text):
    parts["a/new.txt"] = text
    assert command.main([], frozen) == 1
    assert "--- /dev/null\n+++ fresh/a/new.txt\n" in capsys.readouterr().out


@pytest.mark.parametrize("name", TEXTS)
def test_a_missing_output_is_a_difference(frozen, parts, capsys, name):
    del parts[name]
    assert command.main([], frozen) == 1
    assert f"--- frozen/{name}\n+++ /dev/null\n" in capsys.readouterr().out


def test_without_anything_frozen_nothing_is_equal(tmp_path, parts):
    assert command.main([], tmp_path) == 1


def test_writing_leaves_nothing_older_behind_and_ends_the_differences(frozen, parts):
    del parts["a/one.txt"]
    assert command.main(["--write"], frozen) == 0
    assert read(frozen / "part") == parts
    assert command.main([], frozen) == 0


def test_a_command_that_fails_is_neither_equal_nor_written(frozen, monkeypatch, capsys):
    def fail(folder):
        raise command.CommandError("grade ended with status 2: there is no sandbox")

    monkeypatch.setattr(command, "PARTS", {"part": fail})
    for words in ([], ["--write"]):
        assert command.main(words, frozen) == 2
        assert "there is no sandbox" in capsys.readouterr().err
    assert read(frozen / "part") == TEXTS


def test_an_unknown_part_is_refused_with_those_there_are(frozen, capsys):
    with pytest.raises(SystemExit):
        command.main(["grade"], frozen)
    assert "there are part" in capsys.readouterr().err


# ---- what is frozen ----


def test_every_part_is_frozen_in_small_files():
    assert {path.name for path in FROZEN.iterdir()} == set(PARTS), "run make golden-write"
    sizes = [path.stat().st_size for path in FROZEN.rglob("*") if path.is_file()]
    assert max(sizes) < 500_000
    assert sum(sizes) < 1_500_000


def test_hostile_archives_are_the_same_bytes_every_time_and_small():
    assert len(HOSTILE) == 10
    for make in HOSTILE.values():
        files = {**FILES, "notebooks/NetworkVisualization.ipynb": b"{}"}
        first, second = make(dict(files)), make(dict(files))
        assert first == second
        assert len(first) < 5_000


def test_headers_say_what_they_are_made_to_say():
    infos = {
        info.filename: info
        for info in zipfile.ZipFile(io.BytesIO(HOSTILE["declared_size"](dict(FILES)))).infolist()
    }
    assert (infos[MODULE].file_size, infos[OTHER_MODULE].file_size) == (2 << 30, 10)
    assert zipfile.ZipFile(io.BytesIO(HOSTILE["encrypted"](dict(FILES)))).getinfo(MODULE).flag_bits & 1
