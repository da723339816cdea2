"""The wire between the trusted side and a student's process: bounded frames of plain data.

A frame is a fixed prefix, a JSON header and safetensors bytes. The header holds a nonce and one value;
tensors stand in the header by number and their bytes in the body. Every size is bounded before memory is
spent on it, so whatever arrives is either a value or a `WireError`. Nothing is ever unpickled.
"""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Callable

import safetensors.torch
import torch

from .bounds import Bounds
from .values import DTYPES, CannotCross, WireError, decode, encode

__all__ = ["Bounds", "CannotCross", "WireError", "parse", "receive", "send"]

MAGIC = b"CS2\x01"
PREFIX = struct.Struct(">4sIQ")  # magic, bytes of header, bytes of body
CHUNK = 1 << 20
Deadline = float | Callable[[], float] | None  # of time.monotonic, or what says how many seconds are left


def send(sock: socket.socket, nonce: str, value: object, bounds: Bounds, deadline: Deadline = None) -> None:
    """Send one frame. Raises CannotCross before a byte is sent, OSError or TimeoutError while sending."""
    tree, tensors = encode(value, bounds)
    header = json.dumps({"nonce": nonce, "value": tree}, allow_nan=False, separators=(",", ":")).encode()
    body = safetensors.torch.save({str(i): t for i, t in enumerate(tensors)}) if tensors else b""
    if len(header) > bounds.header_bytes or len(body) > bounds.body_bytes:
        raise CannotCross(f"a value of {max(len(header), len(body)):,} bytes, which is too large")
    for part in (PREFIX.pack(MAGIC, len(header), len(body)), header, body):
        _send_all(sock, part, deadline)


def receive(sock: socket.socket, bounds: Bounds, deadline: Deadline = None) -> tuple[str, object]:
    """Read one frame and return its nonce and value.

    Raises EOFError when the other end has closed between frames, TimeoutError at the deadline, and WireError
    for anything that is not a well-formed frame within the bounds.
    """
    magic, header_size, body_size = PREFIX.unpack(_read(sock, PREFIX.size, deadline, at_start=True))
    if magic != MAGIC or header_size > bounds.header_bytes or body_size > bounds.body_bytes:
        raise WireError("a frame does not begin as it should or is too large")
    header = _read(sock, header_size, deadline)
    return parse(header, _read(sock, body_size, deadline), bounds)


def parse(header: bytes | bytearray, body: bytes | bytearray, bounds: Bounds) -> tuple[str, object]:
    """The nonce and value of a frame's two parts; WireError for anything but a well-formed frame."""
    fields = _parse_header(header)
    if set(fields) != {"nonce", "value"} or type(fields["nonce"]) is not str or len(fields["nonce"]) > 64:
        raise WireError("a header must hold a nonce and a value")
    return fields["nonce"], decode(fields["value"], _parse_body(body, bounds), bounds)


def _parse_header(header: bytes | bytearray) -> dict:
    def unique(pairs: list[tuple[str, object]]) -> dict:
        fields = dict(pairs)
        if len(fields) != len(pairs):
            raise WireError("a header names a field twice")
        return fields

    def refuse(_: str) -> None:
        raise WireError("a header holds a bare number that is not whole")

    try:
        fields = json.loads(
            bytes(header), object_pairs_hook=unique, parse_constant=refuse, parse_float=refuse
        )
    except (ValueError, RecursionError, MemoryError):
        raise WireError("a header is not JSON") from None
    if type(fields) is not dict:
        raise WireError("a header must be an object")
    return fields


def _parse_body(body: bytes | bytearray, bounds: Bounds) -> list[torch.Tensor]:
    if not body:
        return []
    try:
        named = safetensors.torch.load(bytes(body))
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException:  # the parser's own panics do not derive from Exception
        raise WireError("a body is not safetensors") from None
    if len(named) > bounds.tensors or set(named) != {str(i) for i in range(len(named))}:
        raise WireError("a body must hold tensors numbered from 0")
    tensors = [named[str(i)] for i in range(len(named))]
    if any(t.dtype not in DTYPES or t.dim() > bounds.dimensions for t in tensors):
        raise WireError("a tensor of a type or dimension that the wire does not carry")
    if any(t.dtype is torch.bool and t.numel() and int(t.view(torch.uint8).max()) > 1 for t in tensors):
        raise WireError("a tensor of truth values holds something else")
    return tensors


def _send_all(sock: socket.socket, data: bytes, deadline: Deadline) -> None:
    view = memoryview(data)
    while view:
        view = view[_in_time(sock, deadline, sock.send, view[:CHUNK]) :]


def _read(sock: socket.socket, size: int, deadline: Deadline, at_start: bool = False) -> bytearray:
    """Exactly `size` bytes; memory grows with what has arrived, not with what was announced."""
    data = bytearray()
    while len(data) < size:
        chunk = _in_time(sock, deadline, sock.recv, min(CHUNK, size - len(data)))
        if not chunk:
            if at_start and not data:
                raise EOFError("the other end has closed the wire")
            raise WireError("a frame breaks off")
        data += chunk
    return data


def _in_time(sock: socket.socket, deadline: Deadline, step: Callable, argument: object) -> int | bytes:
    """What one step of sending or receiving gives; a wait that ends before the time is begun again."""
    while True:
        sock.settimeout(_remaining(deadline))
        try:
            return step(argument)
        except TimeoutError:
            continue


def _remaining(deadline: Deadline) -> float | None:
    if deadline is None:
        return None
    if (left := deadline() if callable(deadline) else deadline - time.monotonic()) <= 0:
        raise TimeoutError("the time for this frame is over")
    return left
