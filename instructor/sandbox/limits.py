"""Every limit on a student's code, as limits.toml sets it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from instructor.sandbox.inside.bounds import Bounds

FILE = Path(__file__).parents[1] / "limits.toml"
MIB = 1 << 20
IN_MIB = ("memory", "disk", "shared_memory", "output", "judging_memory")  # in the file, that is
SAID = {  # what the system says when a limit is reached, and that limit
    "Too many open files": "{0.open_files:,} open files",
    "No space left on device": "{1:,} MiB of disk and {2:,} MiB of /dev/shm",
    "Disk quota exceeded": "{1:,} MiB of disk",
    "File too large": "{1:,} MiB for a file",
    "Resource temporarily unavailable": "{0.processes:,} processes",
    "can't start new thread": "{0.processes:,} processes, threads counted too",
}


class LimitsError(ValueError):
    """limits.toml does not say what it should; the message is a sentence."""


@dataclass(frozen=True)
class Limits:
    """What one call, one check and one submission may use. Times are in seconds, sizes in bytes.

    A check is the process that serves one hidden check; a submission is all of its checks and notebooks.
    Memory and processes are counted over the whole process tree from outside, because a limit on address
    space fails with a CUDA build of torch, which reserves far more than it uses.
    """

    call_seconds: float
    check_cpu_seconds: int
    submission_seconds: float
    submission_cpu_seconds: int
    notebook_seconds: float
    cell_seconds: float
    memory: int
    processes: int
    open_files: int
    disk: int
    files: int
    shared_memory: int
    output: int
    start_seconds: float
    patience: float
    judging_cpu_seconds: int
    judging_in_all_cpu_seconds: int
    judging_memory: int
    diagnosis_cpu_seconds: float
    gpu: bool
    wire: Bounds

    @classmethod
    def load(cls, path: Path = FILE) -> Limits:
        """The limits that a file sets. Raises LimitsError when it is not as it should be."""
        try:
            given = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise LimitsError(f"{path.name} can't be read: {error}.") from None
        wire = given.pop("wire", {})
        _require(wire, {each.name: each.type for each in fields(Bounds)}, f"{path.name}, [wire]")
        kinds = {each.name: each.type for each in fields(cls) if each.name != "wire"}
        _require(given, {f"{n}_mib" if n in IN_MIB else n: kind for n, kind in kinds.items()}, path.name)
        sizes = {name: given.pop(f"{name}_mib") * MIB for name in IN_MIB}
        return cls(**given, **sizes, wire=Bounds(**wire))

    def named_in(self, message: str) -> str:
        """The limit that an error's text speaks of, to be put behind it; "" for any other text."""
        for words, limit in SAID.items():
            if words in message:
                return f" (the limit is {limit.format(self, self.disk // MIB, self.shared_memory // MIB)})"
        return ""


def _require(table: dict, kinds: dict[str, str], place: str) -> None:
    if wrong := sorted(set(table) ^ set(kinds)):
        raise LimitsError(f"{place}: {', '.join(wrong)} is missing or is no limit.")
    for name, value in table.items():
        if kinds[name] == "bool":
            if type(value) is not bool:
                raise LimitsError(f"{place}: {name} must be true or false, not {value!r}.")
        elif type(value) not in (int, {"float": float}.get(kinds[name])) or not value > 0:
            raise LimitsError(f"{place}: {name} must be a number above 0, not {value!r}.")
