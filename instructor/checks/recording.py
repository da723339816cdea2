"""What a hidden check asked a student's code, and what it was answered."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

from instructor.sandbox.student import StudentError

KEPT = 192 << 20  # bytes of answers that one recording keeps


@dataclass(frozen=True)
class Exchange:
    """A request of the check, and its answer or what the code did instead."""

    request: dict
    answer: dict | StudentError


@dataclass
class Recording:
    """The exchanges of one check's session, in order; `seed` is that of the session's random numbers."""

    seed: int
    exchanges: list[Exchange] = field(default_factory=list)
    _left: int = KEPT

    def note(self, request: dict, answer: dict | StudentError) -> None:
        """Keep an exchange, unless the answers have become too large to keep."""
        self._left -= _size(answer)
        if self._left >= 0:
            self.exchanges.append(Exchange(request, answer))


def _size(value: object) -> int:
    if isinstance(value, torch.Tensor):
        return value.numel() * value.element_size()
    if isinstance(value, dict):
        return sum(_size(part) for part in value.values())
    return sum(_size(part) for part in value) if isinstance(value, list | tuple) else 0
