"""The wire: what is sent arrives unchanged, and whatever else arrives is an error and nothing worse."""

import dataclasses
import json
import math
import os
import random
import socket
import struct
import sys
import threading
import time
import tracemalloc

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from instructor.sandbox import student as client
from instructor.sandbox.charge import Account, Stopwatch
from instructor.sandbox.errors import Imports
from instructor.sandbox.inside import session
from instructor.sandbox.inside.bounds import Bounds
from instructor.sandbox.inside.recipes import Recipe
from instructor.sandbox.inside.values import CannotCross, WireError, decode, encode
from instructor.sandbox.inside.wire import MAGIC, PREFIX, parse, receive, send
from instructor.sandbox.limits import Limits
from instructor.sandbox.student import Student, StudentError

FRAMES = int(os.environ.get("FUZZ_FRAMES", "2000"))  # make test-sandbox: 100000
SMALL = Bounds(header_bytes=4_096, body_bytes=4_096, depth=5, nodes=100, tensors=4, dimensions=3, text=50)
DTYPES = (torch.bool, torch.uint8, torch.int64, torch.float16, torch.bfloat16, torch.float32, torch.float64)

plain = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=20)
values = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


def through(value: object, bounds: Bounds = Bounds()) -> object:  # noqa: B008
    """What arrives when `value` is sent over a real socket."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sender = threading.Thread(target=send, args=(ours, "n", value, bounds, time.monotonic() + 10))
        sender.start()
        nonce, arrived = receive(theirs, bounds, time.monotonic() + 10)
        sender.join()
    assert nonce == "n"
    return arrived


@given(values)
@settings(max_examples=200, deadline=None)
def test_plain_values_arrive_unchanged(value):
    assert repr(through(value)) == repr(value)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (1, 2, 3, 4)])
def test_tensors_arrive_unchanged(dtype, shape):
    tensor = torch.randint(0, 2, shape).to(dtype)
    arrived = through({"x": [tensor, tensor.clone()]})["x"]
    assert all(each.dtype is dtype and torch.equal(each, tensor) for each in arrived)


def test_views_and_shared_memory_arrive_as_copies():
    base = torch.arange(12.0).reshape(3, 4)
    arrived = through([base, base.T, base[1], base.expand(2, 3, 4), base])
    assert [tuple(each.shape) for each in arrived] == [(3, 4), (4, 3), (4,), (2, 3, 4), (3, 4)]
    arrived[0].zero_()
    assert torch.equal(arrived[4], base)


def test_a_leaf_arrives_as_a_leaf_and_a_special_number_as_it_is():
    leaf, nan = through([torch.ones(2, requires_grad=True), float("nan")])
    assert leaf.requires_grad
    assert leaf.is_leaf
    assert math.isnan(nan)
    assert not through(torch.tensor([float("inf")])).isfinite().any()


def test_a_recipe_arrives_as_a_recipe():
    arrived = through(Recipe("tiny_cnn", seed=3, classes=7))
    assert isinstance(arrived, Recipe)
    assert (arrived.name, arrived.kwargs) == ("tiny_cnn", {"seed": 3, "classes": 7})


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        b"bytes",
        1j,
        2**63,
        torch.zeros(2, dtype=torch.complex64),
        torch.device("cpu"),
        torch.eye(2).to_sparse(),
        torch.zeros(2, device="meta"),
        type,
        len,
    ],
)
def test_other_values_do_not_cross(value):
    with pytest.raises(CannotCross):
        encode([value], Bounds())


@pytest.mark.parametrize(
    "value",
    [
        "x" * 51,
        [[[[[[1]]]]]],
        list(range(101)),
        [torch.zeros(1)] * 5,
        torch.zeros(1, 1, 1, 1),
        torch.zeros(2_000),
    ],
)
def test_values_beyond_the_bounds_do_not_cross(value):
    with pytest.raises(CannotCross):
        encode(value, SMALL)


@pytest.mark.parametrize(
    "tree",
    [
        1.5,
        {"f": "x"},
        {"f": "0x1p99999"},
        {"f": "1" * 100},
        {"f": 1},
        {},
        {"l": 3},
        {"l": [], "t": []},
        [1],
        {"q": 1},
        {"x": 0, "g": False},
        {"x": True, "g": False},
        {"x": -1, "g": False},
        {"x": 0},
        {"d": [[1]]},
        {"d": [1]},
        {"d": [["a", 1], ["a", 2]]},
        {"d": [[{"l": []}, 1]]},
        {"r": "no such", "k": {"d": []}},
        {"r": "linear", "k": 3},
        {"r": "linear", "k": {"d": [[1, 2]]}},
        2**63,
        "\ud800",
        "x" * 51,
        {"l": [1] * 101},
        {"l": [{"l": [{"l": [{"l": [{"l": [{"l": [1]}]}]}]}]}]},
    ],
)
def test_other_trees_are_refused(tree):
    with pytest.raises(WireError):
        decode(tree, [], SMALL)


def test_every_tensor_is_named_exactly_once():
    one = {"x": 0, "g": False}
    for tree in ({"l": []}, {"l": [one, one]}):
        with pytest.raises(WireError):
            decode(tree, [torch.zeros(1)], SMALL)


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"[]",
        b"nul",
        b'{"nonce":"a"}',
        b'{"nonce":1,"value":1}',
        b'{"nonce":"a","nonce":"a","value":1}',
        b'{"nonce":"a","value":NaN}',
        b'{"nonce":"a","value":1.5}',
        b'{"nonce":"a","value":' + b"9" * 5_000 + b"}",
        b"[" * 100_000,
        b'{"nonce":"' + b"a" * 65 + b'","value":1}',
        b"\xff\xfe",
        b'{"nonce":"a","value":1,"x":2}',
    ],
)
def test_other_headers_are_refused(header):
    with pytest.raises(WireError):
        parse(header, b"", Bounds())


def safetensors_body(header: object, data: bytes) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


@pytest.mark.parametrize(
    "body",
    [
        b"x",
        b"\xff" * 8 + b"{}",
        safetensors_body({"0": {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 4]}}, b"abcd"),
        safetensors_body({"0": {"dtype": "F32", "shape": [1], "data_offsets": [0, 400]}}, b"abcd"),
        safetensors_body({"0": {"dtype": "F32", "shape": [1], "data_offsets": [-4, 4]}}, b"abcd"),
        safetensors_body({"0": {"dtype": "F8_E5M2", "shape": [4], "data_offsets": [0, 4]}}, b"abcd"),
        safetensors_body({"0": {"dtype": "F4", "shape": [8], "data_offsets": [0, 4]}}, b"abcd"),
        safetensors_body({"0": {"dtype": "BOOL", "shape": [4], "data_offsets": [0, 4]}}, b"\x00\x01\x02\x01"),
        safetensors_body({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, b"abcd"),
        safetensors_body({"0": {"dtype": "F32", "shape": [1] * 9, "data_offsets": [0, 4]}}, b"abcd"),
        safetensors_body(
            {"__metadata__": {"a": "b"}, "1": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}}, b""
        ),
    ],
)
def test_other_bodies_are_refused(body):
    with pytest.raises(WireError):
        parse(b'{"nonce":"a","value":{"x":0,"g":false}}', body, Bounds())


def frame(value: object) -> bytes:
    """The bytes of a well-formed frame."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        send(ours, "nonce", value, Bounds())
        return theirs.recv(1 << 20)


def mutated(frames: list[bytes], rng: random.Random) -> bytes:
    """A frame with a few bytes changed, cut, doubled or spliced from another one."""
    data = bytearray(rng.choice(frames))
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(6):
            case 0:
                data[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                del data[at : at + rng.randint(1, 20)]
            case 2:
                data[at:at] = data[at : at + rng.randint(1, 20)]
            case 3:
                other = rng.choice(frames)
                data[at:] = other[rng.randrange(len(other)) :]
            case 4:
                data[at:at] = rng.choice([b"[", b"{", b'"', b"-", b"9" * 30, b"\xff", b"null", b"\x00" * 8])
            case 5:
                data[at : at + 8] = struct.pack("<Q", rng.choice([0, 1, 2**31, 2**63, rng.randrange(500)]))
    return bytes(data)


FRAMES_TO_CHANGE = (
    {"ok": True, "values": [torch.randn(2, 3)], "afters": [], "kwargs_after": {}, "grads": [torch.zeros(4)]},
    {"ok": False, "kind": "raised", "message": "é" * 20, "line": 3},
    [torch.zeros(3, dtype=torch.bool), {"a": (1, 2.5, "x")}, Recipe("tiny_cnn", seed=1)],
)


def test_malformed_frames_are_errors_and_nothing_worse():
    """Both ends read with this function."""
    rng = random.Random(FRAMES)
    frames = [frame(value) for value in FRAMES_TO_CHANGE]
    outcomes = {"value": 0, "error": 0}
    tracemalloc.start()
    for _ in range(FRAMES):
        data = mutated(frames, rng)
        try:
            if len(data) >= PREFIX.size and data[:4] == MAGIC and rng.random() < 0.5:
                size = PREFIX.unpack(data[: PREFIX.size])[1] % 1_000
                parse(data[PREFIX.size : PREFIX.size + size], data[PREFIX.size + size :], Bounds())
            else:
                receive(fed(data), Bounds(), time.monotonic() + 5)
            outcomes["value"] += 1
        except (WireError, EOFError):
            outcomes["error"] += 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert outcomes["error"] > FRAMES // 2
    assert outcomes["value"] > 0
    assert peak < 64 << 20


class fed:  # noqa: N801
    """Stands for a socket whose other end sent `data` and closed."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def settimeout(self, _: float) -> None:
        pass

    def recv(self, size: int) -> bytes:
        part, self._data = self._data[:size], self._data[size:]
        return part


def test_a_frame_that_announces_more_than_it_may_is_refused_before_it_is_read():
    for sizes in ((2**31, 0), (10, 2**62)):
        with pytest.raises(WireError, match="too large"):
            receive(fed(PREFIX.pack(MAGIC, *sizes)), Bounds())


def test_a_late_frame_is_a_timeout():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(PREFIX.pack(MAGIC, 100, 0))
        with pytest.raises(TimeoutError):
            receive(theirs, Bounds(), time.monotonic() + 0.05)
        with pytest.raises(TimeoutError):
            send(theirs, "n", torch.zeros(10**7), Bounds(), time.monotonic() + 0.05)


def test_the_end_between_frames_is_told_from_a_broken_frame():
    with pytest.raises(EOFError):
        receive(fed(b""), Bounds())
    with pytest.raises(WireError, match="breaks off"):
        receive(fed(MAGIC), Bounds())


class Line:
    """Stands for a jail whose worker sends what the test wants it to, and for the socket to it."""

    reason, limits = "", dataclasses.replace(Limits.load(), wire=Bounds(body_bytes=1 << 20))

    def __init__(self) -> None:
        self.data, self.imports = b"", Imports()

    def session(self, folder: str, seed: int) -> fed:
        self.wire = fed(self.data)
        self.wire.send = len
        self.wire.close = lambda: None
        return self.wire

    def remaining(self) -> float:
        return 5.0

    def stopwatch(self, seconds: float) -> Stopwatch:
        return Stopwatch(seconds, Account(os.getpid()), self.limits.patience)

    def charge(self, seconds: float) -> None:
        pass

    def end_session(self, patience: float = 0.0) -> int:
        return 1


JUNK = (None, True, 0, -1, 2**63 - 1, float("nan"), "", "x" * 500, "\x1b[31m", [], [[]], {}, {"a": 1}, ((),))


def twisted(answer: object, rng: random.Random) -> object:
    """A well-formed answer with parts left out, doubled, or put in the place of others."""
    if not isinstance(answer, dict) or rng.random() < 0.1:
        return rng.choice(JUNK)
    changed = dict(answer)
    for _ in range(rng.randint(1, 3)):
        key = rng.choice([*changed, "ok", "values", "kind", "line"])
        match rng.randrange(4):
            case 0:
                changed.pop(key, None)
            case 1:
                changed[key] = rng.choice(JUNK)
            case 2:
                changed[key] = [changed.get(key), rng.choice(JUNK)]
            case 3:
                changed[rng.choice(["message", "type", "x" * 30])] = torch.zeros(rng.randrange(3))
    return changed


def test_whatever_a_worker_sends_a_check_gets_a_value_or_a_students_error(monkeypatch):
    """The trusted end: changed frames, and answers that are well-formed but not what was asked for."""
    monkeypatch.setattr(client.secrets, "token_hex", lambda _: "nonce")
    rng, line = random.Random(FRAMES), Line()
    frames = [frame(value) for value in FRAMES_TO_CHANGE]
    values, said, slowest = 0, [], 0.0
    tracemalloc.start()
    for number in range(FRAMES):
        line.data = (
            mutated(frames, rng) if number % 2 else frame(twisted(FRAMES_TO_CHANGE[number // 2 % 2], rng))
        )
        student, began = Student(line), time.process_time()
        try:
            match number % 3:
                case 0:
                    student.call("sim", 1, 2, grad=(0,))
                case 1:
                    student.sim(1, 2)
                case 2:
                    student.drive("train_transform_draws")
            values += 1
        except StudentError as error:
            said.append(str(error)[:5_000])
        slowest = max(slowest, time.process_time() - began)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(said) > FRAMES // 2
    assert values > 0
    assert not any(len(each) == 5_000 or "\x1b" in each for each in said)
    assert peak < 64 << 20
    assert slowest < 5


def test_whatever_a_worker_is_sent_it_answers_or_ends(monkeypatch):
    """The worker's end: it answers what is well-formed, and leaves at the first frame that is not."""
    monkeypatch.setattr(session, "_answer", lambda request: {"ok": True, "value": None})
    monkeypatch.setattr(session.sys, "path", list(sys.path))
    rng = random.Random(FRAMES)
    frames = [frame(value) for value in FRAMES_TO_CHANGE]
    outcomes = {"answered": 0, "left": 0}
    for _ in range(FRAMES):
        wire = fed(rng.choice(frames) + mutated(frames, rng))
        sent: list[bytes] = []
        wire.send = lambda part, sent=sent: sent.append(bytes(part)) or len(part)
        try:
            session.serve(wire, "/nowhere", 0, Bounds())
            outcomes["answered"] += 1
        except WireError:
            outcomes["left"] += 1
        del session.sys.path[0]
        assert b"".join(sent).startswith(MAGIC)
    assert outcomes["left"] > FRAMES // 2
