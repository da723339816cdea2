"""The largest value, and the largest frame, that either end of the wire accepts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bounds:
    """Sizes in bytes, the rest as counts; `text` is in characters."""

    header_bytes: int = 1 << 20
    body_bytes: int = 256 << 20
    depth: int = 16
    nodes: int = 50_000
    tensors: int = 4_096
    dimensions: int = 8
    text: int = 20_000
