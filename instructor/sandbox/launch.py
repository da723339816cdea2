"""Starting the kit's `inside` program, in a jail or, where that was asked for, without one."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from pathlib import Path

from instructor.core.tasks import ROOT
from instructor.sandbox.bubblewrap import INSIDE, View, environment, wrap
from instructor.sandbox.landlock import as_whom, process_limit, rules
from instructor.sandbox.limits import Limits


def launch_command(
    arguments: list[str],
    kind: str,
    view: View,
    limits: Limits,
    scratch: str = "",
) -> tuple[list[str], dict]:
    """The command that runs `python -m inside SETTINGS *arguments`, and further arguments for Popen.

    In a jail of bubblewrap the kit's part is at /kit and the public data at /data. For "sandlock" and "none"
    nothing is moved: `view` names the folder to start in by its destination, and the caller uses real paths;
    `scratch` is then the private folder that the worker empties after each session.
    """
    settings = {"limits": resources(limits), "rules": None, "parent": 0, "scratch": ["/tmp", "/dev/shm"]}
    data = _data()
    if kind == "bwrap":
        settings["limits"] = resources(limits, limits.processes)
        return wrap(_command(settings, arguments), _with_kit(view, data), limits), {}
    settings |= {"parent": os.getpid(), "scratch": [scratch] if scratch else []}
    extra = {"PYTHONPATH": str(INSIDE.parent), "CS231N_DATA": str(data), **view.environment}
    where = {"cwd": _real(view), "start_new_session": True}
    if kind == "none":
        return _command(settings, arguments), {**where, "env": environment(extra, limits.gpu)}
    settings["limits"] = resources(limits, process_limit(limits))
    settings["rules"] = rules(view, [data, *_data_sets(data).values()], scratch, limits)
    extra |= dict.fromkeys(("HOME", "TMPDIR", "MPLCONFIGDIR"), scratch or str(*view.writable.values()))
    return [*as_whom(), *_command(settings, arguments)], {**where, "env": environment(extra, limits.gpu)}


def nursery_command(descriptor: int, limits: Limits) -> list[str]:
    """The command that runs a nursery in a jail of bubblewrap; it keeps what it needs to make others."""
    command = _command({}, ["nursery", str(descriptor)])
    return wrap(command, _with_kit(View(), _data()), limits, makes_jails=True)


def resources(limits: Limits, processes: int | None = None) -> dict[str, int]:
    """What a worker takes on itself; without a sandbox, the system's count of processes is left alone."""
    own = {"RLIMIT_CORE": 0, "RLIMIT_NOFILE": limits.open_files, "RLIMIT_FSIZE": limits.disk}
    return own if processes is None else own | {"RLIMIT_NPROC": processes}


def _with_kit(view: View, data: Path) -> View:
    """A view that also holds the kit's part and the public data."""
    shown = {f"/data/{name}": place for name, place in _data_sets(data).items()}
    folders = {"/kit/inside": INSIDE, **shown, **view.read_only}
    extra = {"PYTHONPATH": "/kit", "CS231N_DATA": "/data", **view.environment}
    return dataclasses.replace(view, read_only=folders, environment=extra)


def _data_sets(data: Path) -> dict[str, Path]:
    """The real place of each data set: one of them may be a link to another disk."""
    return {each.name: each.resolve() for each in data.glob("*") if each.exists()}


def _data() -> Path:
    return Path(os.environ.get("CS231N_DATA") or ROOT / "datasets").resolve()


def _command(settings: dict, arguments: list[str]) -> list[str]:
    return [sys.executable, "-m", "inside", json.dumps(settings), *arguments]


def _real(view: View) -> str:
    """Where the folder to start in is outside a jail."""
    for destination, source in {**view.read_only, **view.writable}.items():
        if view.folder == destination or view.folder.startswith(destination + "/"):
            return str(source) + view.folder[len(destination) :]
    return view.folder
