"""One submission as bytes in, one result as bytes out: in a local process as on a cluster's worker."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import importlib
import json
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from instructor.core.result import Result, from_plain, to_plain
from instructor.grading.intake import Submission
from instructor.sandbox.inside.folders import joined, parted
from instructor.sandbox.limits import Limits

WARM = ("instructor.grading.one_submission", "instructor.diagnosis.diagnose", "scipy.ndimage")
WARM += ("PIL.JpegImagePlugin",)
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Options:
    """How every submission of a run is graded; part of the key of its result."""

    seed: int
    sandbox: str = "auto"
    notebooks: str = "quick"
    tasks: tuple[str, ...] | None = None
    limits: Limits = dataclasses.field(default_factory=Limits.load)


def pack(submission: Submission, options: Options) -> bytes:
    """Everything that grading needs: a line of JSON, then the bytes of the student's modules as they are.

    The student's notebooks, which are only read, stay behind.
    """
    table, modules = joined(submission.modules)
    header = {"name": submission.name, "table": table, "options": to_plain(options)}
    header |= {"remarks": submission.remarks, "ignored": submission.ignored, "started": submission.started}
    return json.dumps(header).encode() + b"\n" + modules


def grade_packed(
    packed: bytes,
    progress: Progress = lambda what, done, total: None,
    fork_server: Path | None = None,
) -> bytes:
    """Grade what `pack` made. Whatever goes wrong is the result's `problem`; nothing is raised.

    `progress` and `fork_server` are as for `grade_submission`.
    """
    from instructor.grading.one_submission import grade_submission
    from instructor.sandbox.bubblewrap import SandboxUnavailable
    from instructor.sandbox.jail import JailBroken

    line, _, modules = packed.partition(b"\n")
    header = json.loads(line)
    options = from_plain(Options, header.pop("options"))
    submission = Submission(modules=parted(header.pop("table"), modules), **header)
    chosen = {field.name: getattr(options, field.name) for field in dataclasses.fields(options)}
    try:
        result = grade_submission(submission, progress=progress, fork_server=fork_server, **chosen)
    except (SandboxUnavailable, JailBroken) as error:
        result = failed(submission.name, options.seed, str(error))
    except Exception as error:
        said = f"The grader itself stumbled ({type(error).__name__}): this is not the student's fault."
        result = failed(submission.name, options.seed, said, traceback.format_exc(limit=-8))
    return json.dumps(to_plain(result), allow_nan=False).encode()


def unpack(graded: bytes) -> Result:
    """The result that `grade_packed` gave. Raises ValueError or TypeError for anything else."""
    return from_plain(Result, json.loads(graded))


def failed(name: str, seed: int, problem: str, internal: str = "") -> Result:
    """The result of a submission that was not graded."""
    return Result(name, seed, "", problem=problem, internal=[internal] if internal else [])


def is_final(result: Result) -> bool:
    """Whether grading again would say the same: everything ran, and nothing of the grader's broke."""
    unsure = any(check.outcome == "not run" for task in result.tasks for check in task.checks)
    return not (result.problem or result.internal or unsure)


def warm_up() -> None:
    """Import and make what every submission needs, in one thread, so that a fork has it at once."""
    import torch
    from tqdm import tqdm

    torch.set_num_threads(1)
    for name in WARM:
        importlib.import_module(name)
    tqdm.set_lock(threading.RLock())  # its own one would be shared between processes, and left behind
    from instructor.checks.marking import all_checks
    from instructor.checks.reference import reference
    from instructor.grading import pictures
    from instructor.sandbox.jail import choose

    all_checks()
    reference()
    with contextlib.suppress(Exception):  # each submission says so itself
        choose("auto")
    pictures.warm_up()
    gc.collect()
    gc.freeze()  # each fork would look through all of it, and so copy it
