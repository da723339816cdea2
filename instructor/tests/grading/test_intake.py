"""Every broken or hostile archive gives a sentence, in bounded time and memory."""

import io
import json
import os
import random
import stat
import struct
import sys
import tarfile
import time
import tracemalloc
import zipfile
import zlib

import pytest

from cs231n.blocks import START
from instructor.core.tasks import ROOT, code_tasks, notebooks, todo_modules
from instructor.grading import reading_process, sources
from instructor.grading.intake import IntakeError, Submission, handed_in, read_submission, submission_name
from instructor.grading.scoring import score_tasks
from instructor.grading.sources import safe_name
from instructor.grading.workspace import compose_submission

MODULES, NOTEBOOKS = todo_modules(), notebooks()
FIRST = MODULES[0]
FILES = {name: (ROOT / name).read_bytes() for name in MODULES} | dict.fromkeys(
    NOTEBOOKS, b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
)


def packed(path, files=None, prefix="", method=zipfile.ZIP_DEFLATED):
    """A zip at `path`; `files` is a list of (name or ZipInfo, bytes), else the usual ones."""
    files = FILES.items() if files is None else files
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files:
            archive.writestr(name if isinstance(name, zipfile.ZipInfo) else prefix + name, data)
    return path


def without(*names):
    return [(name, data) for name, data in FILES.items() if name not in names]


def member(name, mode=stat.S_IFREG | 0o644):
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    return info


DIES = """
import json, os, sys
for name, size in json.loads(sys.stdin.buffer.readline()):
    if sys.stdin.buffer.read(size) == b"dies":
        os._exit(1)
    print(json.dumps({"fault": "read"}), flush=True)
"""


def remarks(path):
    submission = read_submission(path)
    assert len(submission.modules) >= len(MODULES) - 1
    return " ".join(submission.remarks)


@pytest.mark.parametrize("prefix", ["", "submission/", "a b/é/", "./"])
def test_a_good_zip_is_read_whole_wherever_its_root_is(tmp_path, prefix):
    submission = read_submission(packed(tmp_path / "ann.zip", prefix=prefix))
    assert submission.name == "ann"
    assert {**submission.modules, **submission.notebooks} == FILES
    assert not submission.remarks
    assert not submission.ignored


def test_a_folder_is_read_as_a_zip_is(tmp_path):
    for name, data in FILES.items():
        (tmp_path / "work" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "work" / name).write_bytes(data)
    (tmp_path / "work" / ".venv" / "cs231n").mkdir(parents=True)
    whole = read_submission(tmp_path / "work")
    assert {**whole.modules, **whole.notebooks} == FILES
    assert whole.digest() == read_submission(packed(tmp_path / "work.zip")).digest()
    assert read_submission(tmp_path).modules == whole.modules


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is an empty file"),
        (b"PK\x05\x06" + bytes(18), "is empty"),
        (b"hello", "not a zip archive"),
        (b"Rar!\x1a\x07" + bytes(100), "not a zip archive"),
        (b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 60_000, 60_000, 10, 0, 0), "holds more than 20,000"),
        (b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 5, 5, 2**31, 0, 0), "holds more than 20,000"),
    ],
)
def test_what_is_no_archive_is_refused(tmp_path, data, said):
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    with pytest.raises(IntakeError, match=said):
        read_submission(path)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_archive_is_refused(tmp_path, part):
    data = packed(tmp_path / "x.zip").read_bytes()
    (tmp_path / "x.zip").write_bytes(data[: int(part * len(data))])
    with pytest.raises(IntakeError, match="not complete"):
        read_submission(tmp_path / "x.zip")


def test_a_missing_path_a_pipe_and_a_device_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.zip")
    for path, said in (
        ("none.zip", "There is no"),
        ("pipe.zip", "neither a file"),
        ("/dev/zero", "neither a file"),
    ):
        with pytest.raises(IntakeError, match=said):
            read_submission(tmp_path / path)


def test_an_archive_without_the_files_is_refused_by_name(tmp_path):
    with pytest.raises(IntakeError, match=r"holds none of the files.*contrastive_loss"):
        read_submission(packed(tmp_path / "x.zip", [("essay.txt", b"hello")]))
    with pytest.raises(IntakeError, match="another archive"):
        read_submission(packed(tmp_path / "y.zip", [("work.zip", packed(tmp_path / "z.zip").read_bytes())]))
    with pytest.raises(IntakeError, match="None of the files with your code"):
        read_submission(packed(tmp_path / "w.zip", [(NOTEBOOKS[0], b"{}")]))


def test_a_missing_file_is_named_and_the_rest_is_graded(tmp_path):
    assert f"{FIRST} is missing" in remarks(packed(tmp_path / "x.zip", without(FIRST)))
    lower = [*without(FIRST), (FIRST.upper(), b"")]
    assert "capital and small letters matter" in remarks(packed(tmp_path / "y.zip", lower))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_a_link_or_special_member_is_not_read(tmp_path, kind):
    path = packed(tmp_path / "x.zip", [*without(FIRST), (member(FIRST, kind | 0o777), b"/etc/passwd")])
    assert f"{FIRST} is a link or a special file" in remarks(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_doubled_member_is_not_read(tmp_path):
    path = packed(tmp_path / "x.zip", [*FILES.items(), (FIRST, b"x = 1")])
    assert f"{FIRST} stands in the archive more than once" in remarks(path)
    path = packed(tmp_path / "y.zip", [*FILES.items(), ("./" + FIRST, b"x = 1")])
    assert f"{FIRST} stands in the archive more than once" in remarks(path)


@pytest.mark.parametrize(
    "name", ["../../evil.py", "/etc/evil.py", "C:\\evil.py", "a/../../b.py", "a\x1bb.py"]
)
def test_paths_that_lead_out_are_ignored_and_counted(tmp_path, name):
    path = packed(tmp_path / "x.zip", [*FILES.items(), (name, b"evil")])
    assert "1 entry was ignored: such paths lead out" in remarks(path)
    assert sorted(os.listdir(tmp_path)) == ["x.zip"]


def test_other_members_are_listed_and_left_alone(tmp_path):
    extra = [("conftest.py", b"1"), ("torch.py", b"1"), ("__MACOSX/._x", b"1"), ("tests/test_all.py", b"")]
    submission = read_submission(packed(tmp_path / "x.zip", [*FILES.items(), *extra]))
    assert submission.ignored == ["conftest.py", "torch.py", "tests/test_all.py"]
    assert not {"conftest.py", "torch.py"} & set(compose_submission(submission))


@pytest.mark.parametrize("folder", ["", "work/"])
def test_the_list_of_others_does_not_tell_which_names_the_kit_has(tmp_path, folder):
    there = ["instructor/tasks.toml", "instructor/fillins/sim/reference.py", "pyproject.toml", "CHANGELOG.md"]
    assert all((ROOT / name).is_file() for name in there)
    asked = [*there, *(f"{name}x" for name in there)]
    files = [(folder + name, data) for name, data in FILES.items()]
    path = packed(tmp_path / "x.zip", [*files, *((folder + name, b"") for name in asked)])
    assert read_submission(path).ignored == [folder + name for name in asked]


def test_given_files_are_not_listed_but_a_changed_one_is_named(tmp_path):
    given = [("cs231n/todo.py", (ROOT / "cs231n" / "todo.py").read_bytes()), ("README.md", b"notes")]
    submission = read_submission(packed(tmp_path / "x.zip", [*FILES.items(), *given]))
    assert (submission.remarks, submission.ignored) == ([], [])
    submission = read_submission(packed(tmp_path / "y.zip", [*FILES.items(), ("cs231n/todo.py", b"x = 1")]))
    assert submission.remarks == ["cs231n/todo.py is not as it was given; the kit's own copy was used."]


def test_an_encrypted_member_is_not_read(tmp_path):
    path = packed(tmp_path / "x.zip")
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)
    assert "is encrypted" in remarks(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_unusual_compression_is_named(tmp_path, method):
    with pytest.raises(IntakeError, match="compressed in an unusual way"):
        read_submission(packed(tmp_path / "x.zip", method=method))


def test_a_damaged_member_is_named(tmp_path):
    path = packed(tmp_path / "x.zip", method=zipfile.ZIP_STORED)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"compute_saliency_maps", b"compute_saliency_mapz", 1))
    assert f"{FIRST} is damaged in the archive" in remarks(path)


def test_a_bomb_is_not_unpacked(tmp_path):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("zeros", "w") as file:
        for _ in range(256):
            file.write(bytes(1 << 20))
    zeros = bytes(8 << 20)
    path = packed(
        tmp_path / "x.zip", [*without(FIRST), (FIRST, zeros), ("bomb.zip", bomb.getvalue()), ("z", zeros)]
    )
    tracemalloc.start()
    assert f"{FIRST} is larger than 256 KiB" in remarks(path)
    assert tracemalloc.get_traced_memory()[1] < 16 << 20
    tracemalloc.stop()


def test_a_member_that_lies_about_its_size_is_cut_off(tmp_path):
    path = packed(tmp_path / "x.zip", [*without(FIRST), (FIRST, bytes(8 << 20))])
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.find(FIRST.encode()) if signature == b"PK\x03\x04" else data.rfind(FIRST.encode())
        start = data.rfind(signature, 0, at)
        data[start + offset : start + offset + 4] = struct.pack("<I", 100)
    path.write_bytes(data)
    assert FIRST in remarks(path)


def test_very_many_members_are_refused_quickly(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for n in range(30_000):
            archive.writestr(f"{n}", b"")
    began = time.process_time()
    with pytest.raises(IntakeError, match="more than 20,000 files"):
        read_submission(path)
    assert time.process_time() - began < 1


def test_an_archive_that_lies_about_how_many_members_it_has_is_refused(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for n in range(25_000):
            archive.writestr(f"{n}", b"")
    data = bytearray(path.read_bytes())
    data[-14:-10] = struct.pack("<HH", 5, 5)
    path.write_bytes(data)
    with pytest.raises(IntakeError, match="more than 20,000 files"):
        read_submission(path)


def test_a_folder_of_very_many_files_is_looked_at_in_part(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "MEMBERS", 50)
    for name, data in FILES.items():
        (tmp_path / "work" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "work" / name).write_bytes(data)
    (tmp_path / "work" / "more").mkdir()
    for n in range(100):
        (tmp_path / "work" / "more" / str(n)).touch()
    submission = read_submission(tmp_path / "work")
    assert set(submission.modules) == set(MODULES)
    assert "Only the first 50 files and folders were looked at." in submission.remarks


def test_of_very_many_other_files_some_are_listed(tmp_path):
    extra = [(f"other/{n}", b"") for n in range(5_000)]
    submission = read_submission(packed(tmp_path / "x.zip", [*FILES.items(), *extra]))
    assert len(submission.ignored) == 200
    assert "4,800 more files than those listed were ignored." in submission.remarks


@pytest.mark.parametrize(
    "name", ["Abgabe/Lösung.py".encode("cp437"), "提出/x.py".encode("shift_jis"), b"\xff\xfe"]
)
@pytest.mark.parametrize("unicode", [False, True])
def test_a_name_in_another_encoding_spoils_no_more_than_itself(tmp_path, name, unicode):
    """With the flag for UTF-8 set, a name that is not UTF-8 makes an archive that cannot be read."""
    stand_in = b"n" * len(name)
    path = packed(tmp_path / "x.zip", [*FILES.items(), (stand_in.decode(), b"1")])
    data = bytearray(path.read_bytes().replace(stand_in, name))
    if unicode:
        at = data.rfind(b"PK\x01\x02")
        data[at + 9] |= 8
    path.write_bytes(data)
    if unicode:
        with pytest.raises(IntakeError, match="is damaged"):
            read_submission(path)
    else:
        assert set(read_submission(path).modules) == set(MODULES)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "latin-1"])
def test_a_module_in_another_encoding_is_a_remark_or_is_read(tmp_path, encoding):
    text = FILES[FIRST].decode() + "name = 'é'\n"
    submission = read_submission(
        packed(tmp_path / "x.zip", [*without(FIRST), (FIRST, text.encode(encoding))])
    )
    told = any("is not valid Python" in remark for remark in submission.remarks)
    assert told is (encoding != "utf-8-sig")


def test_names_that_differ_only_in_case_are_two_files(tmp_path):
    other = (FIRST.replace("net", "Net"), b"raise SystemExit")
    submission = read_submission(packed(tmp_path / "x.zip", [*FILES.items(), other]))
    assert submission.modules[FIRST] == FILES[FIRST]
    assert submission.ignored == [other[0]]


def test_hard_links_are_no_way_in(tmp_path):
    """Zips know none; a tar, where they can name any file, is refused; in a folder they are plain files."""
    with tarfile.open(tmp_path / "x.zip", "w") as archive:
        link = tarfile.TarInfo(FIRST)
        link.type, link.linkname = tarfile.LNKTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(IntakeError, match="is not a zip archive"):
        read_submission(tmp_path / "x.zip")
    for name, data in FILES.items():
        (tmp_path / "work" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "work" / name).write_bytes(data)
    os.link(tmp_path / "work" / FIRST, tmp_path / "work" / "linked.py")
    assert read_submission(tmp_path / "work").modules[FIRST] == FILES[FIRST]


def test_a_zip_of_many_submissions_is_sent_to_the_right_door(tmp_path):
    with pytest.raises(IntakeError, match="a whole class"):
        read_submission(packed(tmp_path / "x.zip", [("ann.zip", b""), ("bob.zip", b"")]))


@pytest.mark.parametrize("inner", ["work.zip", "a/work.tar.gz", "work.7z"])
def test_an_archive_in_an_archive_is_not_opened(tmp_path, inner):
    with pytest.raises(IntakeError, match=r"holds another archive .* hand in that one itself"):
        read_submission(packed(tmp_path / "x.zip", [(inner, b"PK\x03\x04")]))


def test_the_largest_module_that_is_read_is_parsed_in_bounded_memory(tmp_path):
    """Of what Python's parser makes of a text, bare names on lines are among the largest."""
    source = b"a\n" * (sources.FILE_BYTES[".py"] // 2)
    tracemalloc.start()
    began = time.process_time()
    read_submission(packed(tmp_path / "x.zip", [*without(FIRST), (FIRST, source)]))
    assert time.process_time() - began < 30
    assert tracemalloc.get_traced_memory()[1] < 512 << 20
    tracemalloc.stop()


@pytest.mark.parametrize("costly", [b"# coding: punycode\n" + b"a = 1\n" * 40_000, b"x = " + b"[" * 200_000])
def test_a_module_that_costs_much_to_parse_costs_the_grader_nothing(tmp_path, costly):
    began = time.process_time()
    submission = read_submission(packed(tmp_path / "x.zip", [*without(FIRST), (FIRST, costly)]))
    assert time.process_time() - began < 5
    assert submission.modules[FIRST] == costly
    assert any(remark.startswith(f"{FIRST} ") and "earn points" in remark for remark in submission.remarks)


def test_the_process_that_reads_may_die_over_a_file_and_the_others_are_read(monkeypatch):
    monkeypatch.setattr(reading_process, "COMMAND", [sys.executable, "-c", DIES])
    files = {"a.py": b"a", "b.py": b"dies", "c.ipynb": b"c", "d.py": b"dies"}
    readings = reading_process.readings_of(files)
    assert {name: reading.fault for name, reading in readings.items()} == {
        "a.py": "read",
        "b.py": reading_process.COSTLY,
        "c.ipynb": "read",
        "d.py": reading_process.COSTLY,
    }


def test_the_trusted_side_parses_nothing_of_a_students(tmp_path, monkeypatch):
    book = (ROOT / NOTEBOOKS[0]).read_bytes()
    path = packed(tmp_path / "x.zip", [*without(NOTEBOOKS[0]), (NOTEBOOKS[0], book)])

    def refuse(*_, **__):
        raise AssertionError("parsed in the grader")

    with monkeypatch.context() as patched:
        patched.setattr("ast.parse", refuse)
        patched.setattr("tokenize.generate_tokens", refuse)
        submission = read_submission(path)
    assert submission.started == {task.id: False for task in code_tasks()}
    assert submission.remarks == []
    assert len(submission.cells[NOTEBOOKS[0]]) == len(json.loads(book)["cells"])


def test_a_notebook_that_is_refused_is_not_read_again(tmp_path):
    lists = b'{"cells": [' + b"[]," * 1_500_000 + b"[]]}"
    path = packed(tmp_path / "x.zip", [*without(NOTEBOOKS[0]), (NOTEBOOKS[0], lists)])
    began = read_submission(path)
    assert NOTEBOOKS[0] not in began.notebooks
    assert began.refused == {NOTEBOOKS[0]: lists}
    other = packed(tmp_path / "x.zip", [*without(NOTEBOOKS[0]), (NOTEBOOKS[0], lists + b" ")])
    assert read_submission(other).digest() != began.digest()


@pytest.mark.parametrize("comment", [0, 65_515, 65_535])
def test_an_archive_of_the_huge_format_is_refused_however_long_its_comment(tmp_path, comment):
    path = packed(tmp_path / "x.zip", list(FILES.items()))
    data = path.read_bytes()
    at = data.rfind(b"PK\x05\x06")
    locator = b"PK\x06\x07" + bytes(16)
    end = data[at : at + 20] + struct.pack("<H", comment) + b"c" * comment
    path.write_bytes(data[:at] + locator + end)
    with pytest.raises(IntakeError, match="format for huge archives"):
        read_submission(path)


def test_deleted_markers_are_a_remark_and_no_reason_not_to_grade(tmp_path):
    data = FILES[FIRST].replace(b"# *****START", b"# START", 1)
    submission = read_submission(packed(tmp_path / "x.zip", [*without(FIRST), (FIRST, data)]))
    (remark,) = submission.remarks
    assert remark.startswith(f"{FIRST}: compute_saliency_maps must hold one START")
    assert submission.started["compute_saliency_maps"] is None
    (remark,) = handed_in("x", {FIRST: b"def ("}).remarks
    assert "is not valid Python" in remark


def test_bom_and_line_ends_are_put_right(tmp_path):
    data = b"\xef\xbb\xbf" + FILES[FIRST].replace(b"\n", b"\r\n")
    submission = read_submission(packed(tmp_path / "x.zip", [*without(FIRST), (FIRST, data)]))
    assert submission.modules[FIRST] == FILES[FIRST]
    assert not submission.remarks


@pytest.mark.parametrize(
    "source",
    [
        b"def (", b"\x00", b"\xff\xfe\x00", b"(" * 50_000, b"-" * 200_000 + b"1", b"x" + b".a" * 100_000,
        b"1" + b"+1" * 100_000, b"# coding: nonsense\n", b"[" * 99 + b"]" * 98, b"1" * 10_000, b"f'{" * 100,
        b"\n".join(b" " * n + b"if 1:" for n in range(120)), b"x = " + b"lambda: " * 20_000 + b"1",
    ],
)  # fmt: skip
def test_source_that_does_not_parse_is_a_remark_and_nothing_worse(tmp_path, source):
    submission = read_submission(packed(tmp_path / "x.zip", [*without(FIRST), (FIRST, source)]))
    assert submission.modules[FIRST] == source
    started = submission.started
    assert started["compute_saliency_maps"] is None
    assert started["sim"] is False


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"cells": 3}', b"[" * 100_000, b"\xff", b"9" * 10_000])
def test_a_broken_notebook_is_a_remark(tmp_path, data):
    path = packed(tmp_path / "x.zip", [*without(NOTEBOOKS[0]), (NOTEBOOKS[0], data)])
    assert f"{NOTEBOOKS[0]} is not a valid notebook" in remarks(path)


def test_a_huge_notebook_is_not_read(tmp_path):
    path = packed(tmp_path / "x.zip", [*without(NOTEBOOKS[0]), (NOTEBOOKS[0], bytes(200 << 20))])
    tracemalloc.start()
    assert "is larger than 64 MiB" in remarks(path)
    assert tracemalloc.get_traced_memory()[1] < 16 << 20
    tracemalloc.stop()


def test_a_notebook_of_ten_thousand_cells_is_kept(tmp_path):
    cell = {
        "cell_type": "code",
        "metadata": {},
        "source": ["x = 1\n"] * 5,
        "outputs": [],
        "execution_count": None,
    }
    data = json.dumps({"cells": [cell] * 10_000, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
    submission = read_submission(packed(tmp_path / "x.zip", [*without(NOTEBOOKS[0]), (NOTEBOOKS[0], data)]))
    assert submission.notebooks[NOTEBOOKS[0]] == data
    assert not submission.remarks


@pytest.mark.parametrize("part", [b"[],", b"{},", b"1,", b'"",'])
def test_a_notebook_that_would_fill_the_memory_is_not_parsed(tmp_path, part):
    data = b'{"cells": [' + part * (20_000_000 // len(part)) + b"1]}"
    path = packed(tmp_path / "x.zip", [*without(NOTEBOOKS[0]), (NOTEBOOKS[0], data)])
    tracemalloc.start()
    assert "is not a valid notebook (it has too many parts)" in remarks(path)
    assert tracemalloc.get_traced_memory()[1] < 96 << 20
    tracemalloc.stop()


def test_links_in_a_folder_are_not_followed(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("key")
    for name, data in FILES.items():
        (tmp_path / "work" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "work" / name).write_bytes(data)
    (tmp_path / "work" / FIRST).unlink()
    (tmp_path / "work" / FIRST).symlink_to(secret)
    assert f"{FIRST} is a link or a special file" in remarks(tmp_path / "work")
    (tmp_path / "work" / FIRST).unlink()
    os.mkfifo(tmp_path / "work" / FIRST)
    assert f"{FIRST} is a link or a special file" in remarks(tmp_path / "work")
    (tmp_path / "other").symlink_to(tmp_path / "work" / "cs231n")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "cs231n").symlink_to(tmp_path / "work" / "cs231n")
    with pytest.raises(IntakeError):
        read_submission(tmp_path / "linked")


def test_the_manifest_is_compared_and_not_trusted(tmp_path):
    manifest = "".join(f"{'0' * 64}  {name}\n" for name in FILES).encode()
    submission = read_submission(packed(tmp_path / "x.zip", [*FILES.items(), ("MANIFEST.sha256", manifest)]))
    assert len(
        [remark for remark in submission.remarks if "was changed after it was packed" in remark]
    ) == len(FILES)
    assert len(submission.modules) == len(MODULES)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/x/ann.zip", "ann"),
        ("/x/Ann Lee (1).ZIP", "Ann_Lee_1"),
        ("/x/..zip", "submission"),
        ("/x/<b>\x1b[0m.zip", "b_0m"),
        ("/x/é", "e"),
        ("/x/张伟.zip", "张伟"),
        ("/x/\u202e!?", "submission"),
        ("/x/" + "a" * 200, "a" * 80),
    ],
)
def test_a_submissions_name_is_plain(tmp_path, path, name):
    assert submission_name(tmp_path / path) == name


@pytest.mark.parametrize(
    "name", ["", "/a", "a/../b", "..", "C:a", "a\x00b", "a" * 501, "\\\\host\\a", "\ud800"]
)
def test_unsafe_names_are_no_names(name):
    assert safe_name(name) is None


def test_fuzzed_archives_give_a_submission_or_a_sentence(tmp_path):
    count = int(os.environ.get("FUZZ_ARCHIVES", "400"))
    rng, original = random.Random(count), packed(tmp_path / "x.zip").read_bytes()
    directory = original.find(b"PK\x01\x02")
    path, outcomes = tmp_path / "y.zip", set()
    for _ in range(count):
        data = bytearray(original)
        for _ in range(rng.randint(1, 8)):
            at = rng.randrange(directory, len(data)) if rng.random() < 0.8 else rng.randrange(len(data))
            if rng.random() < 0.8:
                data[at] = rng.randrange(256)
            else:
                del data[at : at + rng.randint(1, 9)]
        path.write_bytes(data)
        try:
            assert isinstance(read_submission(path), Submission)
            outcomes.add("read")
        except IntakeError as error:
            outcomes.add("refused" if str(error).endswith(".") else str(error))
    assert outcomes == {"read", "refused"}


def test_the_limits_leave_room_for_real_work():
    assert max(map(len, FILES.values())) * 20 < sources.FILE_BYTES[".py"]
    assert zlib.DEFLATED in sources.PLAIN


@pytest.mark.parametrize(
    "folders", [("Ann Lee_1_assignsubmission_file_", "Bob_2_assignsubmission_file_"), "ab"]
)
def test_an_export_of_a_class_is_never_graded_as_one_of_its_submissions(tmp_path, folders):
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for folder in folders:
            for name, data in FILES.items():
                archive.writestr(f"{folder}/{name}", data)
        if folders == "ab":
            archive.writestr("submission_metadata.yml", "---\n")
    with pytest.raises(IntakeError, match=r"a whole class.*unpack it, and grade"):
        read_submission(tmp_path / "export.zip")


# ---- where the files lie --------------------------------------------------------------------------------

FLAT = [(name.rpartition("/")[2], data) for name, data in FILES.items()]
INNER = [(name.removeprefix("cs231n/"), data) for name, data in FILES.items()]
CAPITALS = [(name.replace("cs231n/", "CS231n/"), data) for name, data in FILES.items()]


def started(name):
    """A module in which every block is begun."""
    marker = f"{START}\n".encode()
    lines = FILES[name].splitlines(keepends=True)
    filled = [
        line + b" " * line.index(b"#") + b"x = 1\n" if line.lstrip() == marker else line for line in lines
    ]
    return b"".join(filled)


@pytest.mark.parametrize("files", [FLAT, INNER, CAPITALS])
@pytest.mark.parametrize("prefix", ["", "work/"])
def test_files_without_their_folders_are_known_by_name_with_a_remark(tmp_path, files, prefix):
    submission = read_submission(packed(tmp_path / "x.zip", files, prefix))
    assert {**submission.modules, **submission.notebooks} == FILES
    (remark,) = submission.remarks
    assert "known by their names" in remark
    assert "`make submit`" in remark
    assert not submission.ignored


def test_a_file_of_that_name_with_other_functions_is_not_taken_for_the_kits(tmp_path):
    strangers = [*((name, b"def mine(): pass") for name, _ in FLAT if name.endswith(".py"))]
    with pytest.raises(IntakeError, match="holds none of the files"):
        read_submission(packed(tmp_path / "x.zip", strangers))
    given = ("cs231n/data_utils.py", (ROOT / "cs231n" / "data_utils.py").read_bytes())
    path = packed(tmp_path / "y.zip", [*without("cs231n/simclr/data_utils.py"), given])
    assert "cs231n/simclr/data_utils.py" not in read_submission(path).modules


def test_a_file_that_lies_elsewhere_is_read_with_a_remark(tmp_path):
    last = NOTEBOOKS[0].rpartition("/")[2]
    files = [*without(FIRST, NOTEBOOKS[0]), ("mine/" + FIRST.rpartition("/")[2], FILES[FIRST])]
    submission = read_submission(packed(tmp_path / "x.zip", [*files, (last, FILES[NOTEBOOKS[0]])]))
    assert {**submission.modules, **submission.notebooks} == FILES
    assert f"{NOTEBOOKS[0]} was read from {last}, which is not its place." in submission.remarks
    assert any(remark.startswith(f"{FIRST} was read from mine/") for remark in submission.remarks)


@pytest.mark.parametrize("order", [("a/", "longer/"), ("longer/", "a/")])
def test_of_two_copies_the_one_with_more_started_blocks_is_graded_with_a_remark(tmp_path, order):
    untouched, begun = order
    files = [(untouched + name, data) for name, data in FILES.items()]
    files += [(begun + name, started(name) if name in MODULES else data) for name, data in FILES.items()]
    submission = read_submission(packed(tmp_path / "x.zip", files))
    assert submission.modules == {name: started(name) for name in MODULES}
    (remark,) = submission.remarks
    assert remark.startswith(f"There are 2 copies of your files. Graded is the one in {begun} (")
    assert f"not {untouched} (0 blocks started)" in remark
    for name, data in files:
        (tmp_path / "work" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "work" / name).write_bytes(data)
    assert read_submission(tmp_path / "work").modules == submission.modules


def test_many_copies_are_a_class_and_none_is_chosen(tmp_path):
    files = [(f"student{n}/{name}", data) for n in range(6) for name, data in FILES.items()]
    with pytest.raises(IntakeError, match=r"6 copies .* perhaps a whole class"):
        read_submission(packed(tmp_path / "x.zip", files))


def test_what_macos_puts_beside_an_archive_is_no_archive(tmp_path):
    path = packed(tmp_path / "x.zip", [("submission.zip", b"PK"), ("__MACOSX/._submission.zip", b"\0")])
    with pytest.raises(IntakeError, match=r"holds another archive \(submission.zip\); hand in that one"):
        read_submission(path)
    (tmp_path / "work" / "__MACOSX").mkdir(parents=True)
    (tmp_path / "work" / "__MACOSX" / "._submission.zip").write_bytes(b"\0")
    packed(tmp_path / "work" / "submission.zip")
    assert read_submission(tmp_path / "work").modules == {name: FILES[name] for name in MODULES}


@pytest.mark.parametrize(
    "renamed", ["{} (1).py", "{}-1.py", "{}_final.py", "Copy of {}.py", "leeann_12_34_{}-2.py", "{} copy.py"]
)
def test_a_renamed_file_is_named_in_the_message_of_its_tasks(tmp_path, renamed):
    module = "cs231n/simclr/contrastive_loss.py"
    name = renamed.format("contrastive_loss")
    path = packed(tmp_path / "x.zip", [*without(module), (f"cs231n/simclr/{name}", FILES[module])])
    submission = read_submission(path)
    results = score_tasks([], submission.started, set(submission.modules), submission.remarks)
    told = {task.id: task.remark for task in results}
    assert f"{module} is missing, but there is {name}" in told["sim"]
    assert "is missing" not in told["train"]


def test_the_name_of_a_renamed_file_costs_no_time(tmp_path):
    names = [(f"cs231n/simclr/contrastive_loss{'1 ' * 200}x{n}.py", b"") for n in range(200)]
    began = time.process_time()
    read_submission(packed(tmp_path / "x.zip", [*without("cs231n/simclr/contrastive_loss.py"), *names]))
    assert time.process_time() - began < 5


def test_of_very_many_files_of_one_name_few_are_opened(tmp_path):
    zeros = bytes(200 << 10)
    path = packed(tmp_path / "x.zip", [(f"{n}/contrastive_loss.py", zeros) for n in range(400)])
    began = time.process_time()
    with pytest.raises(IntakeError, match="holds none of the files"):
        read_submission(path)
    assert time.process_time() - began < 5


def test_a_zip_in_a_folder_is_read_as_in_a_class(tmp_path):
    (tmp_path / "ann" / "sub").mkdir(parents=True)
    packed(tmp_path / "ann" / "sub" / "work.zip")
    packed(tmp_path / "ann" / "sub" / "photos.zip", [("cat.jpg", b"x")])
    submission = read_submission(tmp_path / "ann")
    assert submission.name == "ann"
    assert set(submission.modules) == set(MODULES)
    assert submission.remarks == ["sub/photos.zip holds none of the files, and was left alone."]
    packed(tmp_path / "ann" / "sub" / "other.zip")
    with pytest.raises(IntakeError, match="holds 3 zips: keep the one"):
        read_submission(tmp_path / "ann")


def test_a_zip_behind_a_link_is_not_read(tmp_path):
    packed(tmp_path / "other.zip")
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "mine.zip").symlink_to(tmp_path / "other.zip")
    with pytest.raises(IntakeError, match=r"mine.zip is a link, not a submission"):
        read_submission(tmp_path / "ann")
    packed(tmp_path / "ann" / "own.zip", [(name, started(name)) for name in MODULES])
    assert read_submission(tmp_path / "ann").modules == {name: started(name) for name in MODULES}


def test_a_sentence_on_missing_files_says_how_to_pack_them(tmp_path):
    for files in ([("essay.txt", b"hello")], [(NOTEBOOKS[0], b"{}")]):
        with pytest.raises(IntakeError, match="make submit"):
            read_submission(packed(tmp_path / "x.zip", files))
