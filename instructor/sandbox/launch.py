"""The kinds of sandbox, which one to take, and starting the kit's `inside` program in it."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
from pathlib import Path

from instructor.core.tasks import ROOT
from instructor.sandbox import bubblewrap, landlock
from instructor.sandbox.bubblewrap import SandboxUnavailable, wrap
from instructor.sandbox.cgroup import Group, entered, made
from instructor.sandbox.inside.folders import empty
from instructor.sandbox.interpreter import is_within, python_command
from instructor.sandbox.landlock import as_whom, process_limit, rules
from instructor.sandbox.limits import Limits
from instructor.sandbox.mounts import INSIDE, Mounts, environment, ways_through_private
from instructor.sandbox.watch import OWN, THREADS

KINDS = ("auto", "bwrap", "sandlock", "none")
UNPROTECTED = """
Only if you trust every line of the submission:
  --sandbox none runs it unprotected, and every result says so."""


def choose(sandbox: str) -> str:
    """The sandbox that "auto" stands for, after a trial; raises SandboxUnavailable rather than go without."""
    if sandbox not in KINDS:
        raise ValueError(f"there is no sandbox {sandbox!r}; choose one of {', '.join(KINDS)}")
    trials = {"bwrap": bubblewrap.working_way, "sandlock": landlock.working_way}
    said = []
    for kind in trials if sandbox == "auto" else [sandbox]:
        try:
            trials.get(kind, str)()
            return kind
        except SandboxUnavailable as error:
            said.append(str(error))
    raise SandboxUnavailable("\n\n".join(said) + UNPROTECTED)


def make_readable(kind: str, folder: Path, writable: bool = False) -> None:
    """Let the user that a student's code runs as in this kind of sandbox read a folder, or own it."""
    if kind == "sandlock":
        landlock.open_way(folder, writable)
    elif kind == "bwrap":
        bubblewrap.make_readable(folder, writable)


def new_group(kind: str, limits: Limits) -> Group | None:
    """A control group for a jail, where one can be had; in one of "bwrap" threads count as processes."""
    return made(limits, (limits.processes if kind == "bwrap" else THREADS * limits.processes) + OWN)


def launch_worker(
    wire: int,
    kind: str,
    package: Path,
    limits: Limits,
    home: Path | None = None,
    group: Group | None = None,
) -> subprocess.Popen:
    """Start a worker that imports everything itself and serves the descriptor `wire`.

    `package` is the folder that it sees; `home`, for all kinds but "bwrap", one of its own, where it makes
    the private folder of each session anew; `group` is one for it to be in.
    """
    mounts, scratch = Mounts(read_only={"/submission": package}), ""
    if home is not None:
        empty(str(home))  # of what an earlier worker was killed over
        (private := home / "own").mkdir(mode=0o700)
        make_readable(kind, private, writable=True)
        scratch = str(private)
        mounts = dataclasses.replace(mounts, environment={"HOME": scratch}, folder=scratch)
    command, where = launch_command(["worker", str(wire)], kind, mounts, limits, scratch, group)
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=(wire,),
        **where,
    )


def launch_command(
    arguments: list[str],
    kind: str,
    mounts: Mounts,
    limits: Limits,
    scratch: str = "",
    group: Group | None = None,
) -> tuple[list[str], dict]:
    """The command that runs `python -m inside SETTINGS *arguments`, and further arguments for Popen.

    In a jail of bubblewrap the kit's part is at /kit and the public data at /data. For "sandlock" and "none"
    nothing is moved: `mounts` names the folder to start in by its destination, and the caller uses real
    paths; `scratch` is then the private folder that the worker makes anew after each session.
    """
    command, where = _in_sandbox(arguments, kind, mounts, limits, scratch)
    return entered(command, group), where


def _in_sandbox(
    arguments: list[str], kind: str, mounts: Mounts, limits: Limits, scratch: str
) -> tuple[list[str], dict]:
    settings = {"limits": resources(limits), "rules": None, "parent": 0, "scratch": ["/tmp", "/dev/shm"]}
    settings["gpu"] = limits.gpu
    data = _data()
    if kind == "bwrap":
        settings["limits"] = resources(limits, limits.processes)
        return wrap(_command(settings, arguments), _with_kit(mounts, data), limits), {}
    settings |= {"parent": os.getpid(), "scratch": [scratch] if scratch else []}
    extra = {"PYTHONPATH": str(INSIDE.parent), "CS231N_DATA": str(data), **mounts.environment}
    where = {"cwd": _real(mounts), "start_new_session": True}
    if kind == "none":
        return _command(settings, arguments), {**where, "env": environment(extra, limits.gpu)}
    settings["limits"] = resources(limits, process_limit(limits))
    settings["rules"] = rules(mounts, [data, *_data_sets(data).values()], scratch, limits)
    extra |= dict.fromkeys(("HOME", "TMPDIR", "MPLCONFIGDIR"), scratch or str(*mounts.writable.values()))
    return [*as_whom(), *_command(settings, arguments)], {**where, "env": environment(extra, limits.gpu)}


def fork_server_command(descriptor: int, limits: Limits) -> list[str]:
    """The command that runs a fork server in a jail of bubblewrap; it keeps what it needs to make others."""
    command = _command({"kept": ways_through_private()}, ["fork-server", str(descriptor)])
    return wrap(command, _with_kit(Mounts(), _data()), limits, makes_jails=True)


def resources(limits: Limits, processes: int | None = None) -> dict[str, int]:
    """What a worker takes on itself; without a sandbox, the system's count of processes is left alone."""
    own = {"RLIMIT_CORE": 0, "RLIMIT_NOFILE": limits.open_files, "RLIMIT_FSIZE": limits.disk}
    return own if processes is None else own | {"RLIMIT_NPROC": processes}


def _with_kit(mounts: Mounts, data: Path) -> Mounts:
    """Mounts that hold also the kit's part and the public data."""
    shown = {f"/data/{name}": place for name, place in _data_sets(data).items()}
    folders = {"/kit/inside": INSIDE, **shown, **mounts.read_only}
    extra = {"PYTHONPATH": "/kit", "CS231N_DATA": "/data", **mounts.environment}
    return dataclasses.replace(mounts, read_only=folders, environment=extra)


def _data_sets(data: Path) -> dict[str, Path]:
    """The real place of each data set, which may be on another disk; what holds the kit is none."""
    places = {each.name: each.resolve() for each in data.glob("*") if each.exists()}
    return {name: place for name, place in places.items() if not is_within(str(ROOT), [str(place)])}


def _data() -> Path:
    return Path(os.environ.get("CS231N_DATA") or ROOT / "datasets").resolve()


def _command(settings: dict, arguments: list[str]) -> list[str]:
    return [python_command(), "-m", "inside", json.dumps(settings), *arguments]


def _real(mounts: Mounts) -> str:
    """Where the folder to start in is outside a jail."""
    for destination, source in {**mounts.read_only, **mounts.writable}.items():
        if mounts.folder == destination or mounts.folder.startswith(destination + "/"):
            return str(source) + mounts.folder[len(destination) :]
    return mounts.folder
