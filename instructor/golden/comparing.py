"""Golden outputs as files below a folder, one file each: read, compared whole, written."""

from __future__ import annotations

import difflib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

FROZEN = Path(__file__).parent / "frozen"


def read(folder: Path) -> dict[str, str]:
    """The texts below a folder by their names; none when there is no such folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _text(path.read_bytes()) for path in paths}


def differences(frozen: Mapping[str, str], fresh: Mapping[str, str]) -> Iterator[str]:
    """A unified diff for each text that is not the same on both sides, or is on one side only."""
    for name in sorted({*frozen, *fresh}):
        old, new = frozen.get(name), fresh.get(name)
        if old == new:
            continue
        sides = [f"{side}/{name}" for side in ("frozen", "fresh")]
        before, after = (_lines(text) for text in (old, new))
        heads = ["/dev/null" if text is None else side for side, text in zip(sides, (old, new), strict=True)]
        said = list(difflib.unified_diff(before, after, *heads))
        yield "".join(said) if said else f"--- {heads[0]}\n+++ {heads[1]}\n"  # an empty file has no lines


def write(folder: Path, fresh: Mapping[str, str]) -> None:
    """Make the folder hold these texts and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in fresh.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))


def _text(data: bytes) -> str:
    return data.decode("utf-8")  # line ends as they are


def _lines(text: str | None) -> list[str]:
    """The lines of a text; one without an end gets the remark that diff makes of it."""
    lines = (text or "").splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n\\ No newline at end of file\n"
    return lines
