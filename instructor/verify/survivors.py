"""Mutants that are right answers after all, and why."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("equivalent.toml")


@cache
def equivalent(path: Path = FILE) -> dict[tuple[str, str], str]:
    """The reason for each (task, change) in the file. Raises ValueError when one has no reason."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", [])
    for entry in entries:
        if not entry.get("because", "").endswith("."):
            raise ValueError(f"{path.name}: say in a sentence why {entry['change']!r} is a right answer")
    return {(entry["task"], entry["change"]): entry["because"] for entry in entries}
