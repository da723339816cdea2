"""`python -m instructor doctor`: which sandboxes work here, and what each keeps from a student's code."""

from __future__ import annotations

import argparse
import dataclasses
import tempfile
from pathlib import Path

WORKS, NOTHING_WORKS = 0, 1
KINDS = ("bwrap", "sandlock", "none")
PROMISES = {  # what is tried, and what it shows
    "network": "no network, not even to this machine",
    "datagrams": "no packets to the network",
    "sockets": "no sockets but Unix streams",
    "messages": "no messages of other processes",
    "watching": "no watching of folders",
    "score": "first to go when memory runs out",
    "home": "no home folder",
    "kit": "no answers: nothing of instructor/",
    "neighbour": "no other submissions",
    "sight": "no sight of other processes",
    "signal": "no signals to other processes",
    "variable": "no environment of the caller's",
    "descriptor": "no open files of the caller's",
    "package": "no writing into the package",
    "outside": "no writing elsewhere",
}


def add(commands) -> None:
    """Add the command to the parser of all commands."""
    command = commands.add_parser(
        "doctor",
        help="try which sandboxes work here, and what each keeps",
        description="Start each sandbox and try to get out of it. Exit status 0: one of them keeps all it "
        "should; 1: none does, or the one that would be used lets something through.",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Try every sandbox and print what it keeps; 0 when one keeps everything, 1 when `auto` would refuse."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from instructor.sandbox.bubblewrap import SandboxUnavailable
    from instructor.sandbox.jail import choose
    from instructor.sandbox.promises import EXCEEDED

    console = Console()
    findings = {kind: examine(kind) for kind in KINDS}
    table = Table(title="What a student's code is held to, as tried just now", title_justify="left")
    table.add_column("")
    for kind, found in findings.items():
        table.add_column(kind, style="" if found.works else "dim")
    for name, promise in PROMISES.items():
        table.add_row(promise, *(found.word(name) for found in findings.values()))
    for name in EXCEEDED:
        table.add_row(f"a limit on {name}", *(found.word(name) for found in findings.values()))
    console.print(table)
    for kind, found in findings.items():
        console.print(Text(f"{kind}: {found.summary}"), soft_wrap=True)
    if findings["bwrap"].works:
        console.print(Text(_about_the_fork_server()), soft_wrap=True)
    console.print(Text(_about_limits()), soft_wrap=True)
    console.print(Text(_about_gpus()), soft_wrap=True)
    try:
        chosen = choose("auto")
    except SandboxUnavailable as error:
        console.print(Text(f"--sandbox auto refuses to grade.\n\n{error}"), soft_wrap=True)
        return NOTHING_WORKS
    broken = findings[chosen].broken
    console.print(Text(f"--sandbox auto takes {chosen}."))
    if broken:
        console.print(Text(f"It does NOT keep what it should: {', '.join(broken)}. Do not grade here."))
    return NOTHING_WORKS if broken else WORKS


@dataclasses.dataclass(frozen=True)
class Finding:
    """What a sandbox turned out to keep, in `kept` by the name of the trial; empty where it can't be used."""

    summary: str
    kept: dict[str, bool] = dataclasses.field(default_factory=dict)

    @property
    def works(self) -> bool:
        return bool(self.kept)

    @property
    def broken(self) -> list[str]:
        return [name for name, kept in self.kept.items() if not kept]

    def word(self, name: str) -> str:
        return {True: "yes", False: "NO", None: "-"}[self.kept.get(name)]


def examine(kind: str) -> Finding:
    """Start processes in a sandbox and see what they reach and how far they get."""
    from instructor.sandbox.bubblewrap import SandboxUnavailable
    from instructor.sandbox.jail import choose
    from instructor.sandbox.promises import EXCEEDED, is_stopped, what_is_reached

    try:
        choose(kind)
    except SandboxUnavailable as error:
        return Finding("not here. " + str(error).splitlines()[1].strip())
    with tempfile.TemporaryDirectory(prefix="cs231n-doctor-") as folder:
        reached = what_is_reached(kind, Path(folder))
        if not reached:
            return Finding("starts, but a process in it gives no answer.", {"answer": False})
        kept = {name: not reached[name] for name in PROMISES} | {"private folder": reached["folder"]}
        for number, what in enumerate(EXCEEDED):
            kept[what] = is_stopped(kind, Path(folder, str(number)), what)
    return Finding(_describe(kind), kept)


def _describe(kind: str) -> str:
    from instructor.sandbox import bubblewrap, landlock

    if kind == "none":
        return "no protection; for code that you trust. Grading refuses it unless --sandbox none is given."
    ways = {
        "drop": "root gives up its identity inside",
        "user": "a user namespace",
        "root": "root gives up its capabilities; processes are limited by the watch alone, every 0.1 s",
        "own": "the caller's own account",
    }
    return f"works ({ways[(bubblewrap if kind == 'bwrap' else landlock).working_way()]})."


def _about_the_fork_server() -> str:
    from instructor.sandbox.fork_server import ForkServer, NoForkServer
    from instructor.sandbox.warm import WITHOUT, try_out

    with ForkServer() as server:
        try:
            try_out(server)
        except NoForkServer as error:
            return WITHOUT.format(error)
    return "The fork server works: the processes of a class are forked from one that has imported everything."


def _about_limits() -> str:
    """Who keeps the limits on memory, processes and processor time: the kernel, or the watch."""
    from instructor.sandbox import cgroup

    counted, own = "counted ten times a second by the watch", "the kernel's own limits, in a control group"
    to_have = f"To have the kernel's own limits, hand over a control group: {cgroup.TO_HAVE_ONE}"
    try:
        found = cgroup.home()
    except cgroup.NoGroups as error:
        return (
            f"Limits: memory, processes and processor time: {counted} (no control group: {error}). {to_have}"
        )
    if found.controllers == {*cgroup.WANTED}:
        return f"Limits: memory, processes and processor time: {own} of each jail (below {found.folder})."
    names = {"memory": "memory", "pids": "processes"}
    kept = [word for name, word in names.items() if name in found.controllers]
    left = [word for name, word in names.items() if name not in found.controllers]
    limited = f" {', '.join(kept)}: {own};" if kept else ""
    lacks = f"{found.folder} has no controller for that"
    time = "processor time: the kernel's own count"
    return f"Limits:{limited} {time}; {', '.join(left)}: {counted} ({lacks}). {to_have}"


def _about_gpus() -> str:
    from instructor.sandbox.limits import Limits
    from instructor.sandbox.mounts import gpu_devices

    count = len([path for path in gpu_devices() if path.removeprefix("/dev/nvidia").isdigit()])
    if not count:
        return "GPUs: none here; students' code runs on the CPU."
    allowed = "may be used by" if Limits.load().gpu else "are hidden from"
    return f"GPUs: {count}; they {allowed} students' code (`gpu` in instructor/limits.toml)."
