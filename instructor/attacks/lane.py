"""`python -m instructor.attacks.lane FOLDER SANDBOX`: one grader of the experiment, in a copy of the kit.

It grades one submission after another, as long as jobs come on its standard input, a line of JSON each, and
answers each with a line: what was graded, which canaries the student's side could write anywhere, and what
was left over. Its workers are forked from one fork server, as those of a class are. It is the trusted side as
it is, with its ears open: every byte from a worker is searched, and so is every private folder before it is
emptied.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import os
import sys
import time
from collections.abc import Collection
from pathlib import Path

import psutil

from instructor.attacks.canaries import found_in_bytes, found_in_tree
from instructor.sandbox.inside.process import PR_SET_CHILD_SUBREAPER, prctl
from instructor.sandbox.process_tree import private_folders, tree

SETTLE = 2.0  # seconds in which what is ending may end


def main(folder: Path, sandbox: str) -> None:
    """Serve jobs until the standard input ends."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)  # what outlives its parent becomes a child of this process
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(log, stream)
    canaries = json.loads((folder / "canaries.json").read_text(encoding="utf-8"))
    ears = Ears(canaries)
    with contextlib.ExitStack() as stack:
        fork_server = _fork_server(stack, sandbox)
        own = frozenset(child.pid for child in psutil.Process().children(recursive=True))
        for line in sys.stdin:
            answer = grade_one(json.loads(line), folder, sandbox, ears, fork_server)
            print(json.dumps(answer | {"left": left_over(own)}), file=answers)


def _fork_server(stack: contextlib.ExitStack, sandbox: str) -> Path | None:
    """The address of a fork server, as a class has one, where it works."""
    from instructor.sandbox.bubblewrap import SandboxUnavailable
    from instructor.sandbox.jail import choose
    from instructor.sandbox.warm import warm

    try:
        if choose(sandbox) != "bwrap":
            return None
    except SandboxUnavailable:
        return None
    server = stack.enter_context(warm(None, functools.partial(print, file=sys.stderr)))
    return server.address if server else None


def grade_one(job: dict, folder: Path, sandbox: str, ears: Ears, fork_server: Path | None = None) -> dict:
    """Grade the tasks of a job, and say what came of it."""
    from instructor.core.result import Result
    from instructor.grading.intake import IntakeError, submission_name
    from instructor.grading.one_submission import grade
    from instructor.grading.report import write_reports
    from instructor.sandbox.jail import JailBroken
    from instructor.sandbox.limits import Limits

    began, path, results = time.monotonic(), Path(job["path"]), folder / "results" / str(job["number"])
    limits = dataclasses.replace(Limits.load(), **job["limits"])
    ears.forget()
    crashed = ""
    try:
        result = grade(
            path,
            seed=job["seed"],
            sandbox=sandbox,
            notebooks=job["notebooks"],
            limits=limits,
            tasks=job["tasks"],
            fork_server=fork_server,
        )
    except (IntakeError, JailBroken) as error:
        result = Result(submission_name(path), job["seed"], "", problem=str(error))
    except Exception as error:  # a grader that a submission can break is what is looked for
        crashed = f"{type(error).__name__}: {error}"
        result = Result(submission_name(path), job["seed"], "", problem=crashed)
    reports = write_reports(result, results)
    ears.search_folder(results)
    ears.search_folder(Path(os.environ["TMPDIR"]))
    return {
        "reports": str(reports),
        "tasks": {task.id: [task.earned, task.points, task.status] for task in result.tasks},
        "messages": [check.message for task in result.tasks for check in task.checks if check.message],
        "remarks": result.remarks,
        "problem": result.problem,
        "internal": [*result.internal, *([crashed] if crashed else [])],
        "leaks": sorted(ears.heard),
        "seconds": time.monotonic() - began,
    }


def left_over(own: Collection[int]) -> list[str]:
    """Processes below this one but its `own`, and temporary files, once all had time to end."""
    deadline = time.monotonic() + SETTLE
    while (left := _processes(own) + _files()) and time.monotonic() < deadline:
        time.sleep(0.05)
    for process in psutil.Process().children(recursive=True):  # it would be blamed on the next one
        if process.pid not in own:
            process.kill()
    return left


class Ears:
    """What the student's side has written, searched for canaries; `heard` holds those that were found."""

    def __init__(self, canaries: list[str]) -> None:
        from instructor.sandbox.inside import wire
        from instructor.sandbox.jail import Jail

        self.heard: set[str] = set()
        self._canaries, self._frame = canaries, bytearray()
        read, end = wire._read, Jail.end_session

        @functools.wraps(read)
        def heard_read(*args, **kwargs):
            data = read(*args, **kwargs)
            self._listen(data)
            return data

        @functools.wraps(end)
        def searched_end(jail, *args, **kwargs):
            self._search_jail(jail)
            return end(jail, *args, **kwargs)

        wire._read, Jail.end_session = heard_read, searched_end

    def forget(self) -> None:
        self.heard, self._frame = set(), bytearray()

    def search_folder(self, folder: Path) -> None:
        self.heard |= found_in_tree(folder, self._canaries)

    def _listen(self, data: bytes) -> None:
        self._frame = self._frame[-1024:] + data  # a word may begin in one part and end in the next
        self.heard |= found_in_bytes(bytes(self._frame), self._canaries)

    def _search_jail(self, jail) -> None:
        """Look into the folders that a session may write to, through the processes of the jail."""
        if jail.worker.is_running:
            for pid in tree(jail.worker.pid)[1:2]:
                for folder in private_folders(pid):
                    self.search_folder(folder)


def _processes(own: Collection[int]) -> list[str]:
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if process.pid in own:
                continue
            if process.status() == psutil.STATUS_ZOMBIE:
                os.waitpid(process.pid, os.WNOHANG)  # a jail's own, for which it did not wait
            else:
                found.append(f"process {' '.join(process.cmdline())[:100] or process.name()}")
        except (psutil.Error, ChildProcessError):
            continue
    return found


def _files() -> list[str]:
    names = [entry.name for entry in os.scandir(os.environ["TMPDIR"])]
    return [f"file {name}" for name in names if not name.startswith("torchinductor_")]  # torch's own


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
