"""Every limit on a student's code, in one place."""

from __future__ import annotations

from dataclasses import dataclass, field

from instructor.sandbox.inside.bounds import Bounds

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one call, one session and one submission may use. Times are in seconds, sizes in bytes.

    A session is the process that serves one hidden check; a submission is all of its checks and notebooks.
    Memory and processes are counted over the whole process tree from outside, because a limit on address
    space fails with a CUDA build of torch, which reserves far more than it uses.
    """

    call_seconds: float = 30.0
    submission_seconds: float = 1_200.0
    start_seconds: float = 120.0
    session_cpu_seconds: int = 300
    memory: int = 4_096 * MIB
    processes: int = 64
    open_files: int = 512
    disk: int = 256 * MIB
    files: int = 20_000
    shared_memory: int = 256 * MIB
    notebook_seconds: float = 600.0
    cell_seconds: float = 240.0
    output: int = 16 * MIB
    wire: Bounds = field(default_factory=Bounds)
