"""Trials of a sandbox with the kit's own code: what a process in it reaches, and what stops it."""

from __future__ import annotations

import ctypes
import dataclasses
import json
import os
import secrets
import socket
import struct
import subprocess
from pathlib import Path

from instructor.core.tasks import ROOT
from instructor.sandbox.interpreter import is_within, python_folders, python_links
from instructor.sandbox.launch import launch_command, make_readable, new_group
from instructor.sandbox.limits import MIB, Limits
from instructor.sandbox.mounts import OWN, PRIVATE, SYSTEM, Mounts
from instructor.sandbox.process_tree import kill_tree
from instructor.sandbox.watch import Watch

LIBC = ctypes.CDLL(None)
EXCEEDED = {  # what is used up: the field of Limits, its limit here, and where
    "memory": ("memory", 256 * MIB, "{home}"),
    "processes": ("processes", 12, "{home}"),
    "open files": ("open_files", 64, "{home}"),
    "files": ("files", 300, "{home}"),
    "disk": ("disk", 32 * MIB, "{home}"),
    "/dev/shm": ("shared_memory", 32 * MIB, "/dev/shm"),
    "processor time": ("submission_cpu_seconds", 2, "{home}"),
}


def what_is_reached(kind: str, folder: Path) -> dict[str, bool]:
    """What the probe reached of things that are there to be found."""
    secret, variable = folder / "neighbour", "CS231N_DOCTOR_" + secrets.token_hex(4).upper()
    secret.write_text(secrets.token_hex(), encoding="utf-8")
    secret.chmod(0o644)
    package, outside = folder / "submission", folder / "elsewhere"
    package.mkdir()
    outside.mkdir()
    packets = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    queue = _queue_with_a_message()
    with socket.create_server(("127.0.0.1", 0)) as server, packets, secret.open() as inherited:
        packets.bind(server.getsockname())
        packets.setblocking(False)
        os.set_inheritable(inherited.fileno(), True)
        os.environ[variable] = "seen"
        questions = {
            "port": server.getsockname()[1],
            "home": _in_home(),
            "kit": str(ROOT / "instructor" / "tasks.toml"),
            "neighbour": str(secret),
            "pid": os.getpid(),
            "variable": variable,
            "queue": queue,
            "inode": os.fstat(inherited.fileno()).st_ino,
            "package": "/submission" if kind == "bwrap" else str(package),
            "outside": str(outside) if kind == "none" else "/usr/local",
        }
        try:
            reached = _run(kind, folder / "reach", questions, package)[0]
            return {**reached, "datagrams": _has_arrived(packets)} if reached else {}
        finally:
            del os.environ[variable]
            LIBC.msgctl(queue, 0, None)  # IPC_RMID


def _queue_with_a_message() -> int:
    """A queue of System V that is open to everybody; it stays until it is removed."""
    queue = LIBC.msgget(0, 0o1666)
    LIBC.msgsnd(queue, struct.pack("l8s", 1, b"message"), 8, 0)
    return queue


def _in_home() -> str:
    """Something in the home folder that is no part of the system or Python, and not on the way to them.

    "" where there is nothing else in it, as in that of a service, which may be / itself.
    """
    shown = [*SYSTEM, *python_folders()]
    ways = [*shown, *PRIVATE, *OWN, *python_links()]
    try:
        for path in sorted(map(str, Path.home().resolve().iterdir())):
            if not is_within(path, shown) and not any(is_within(way, [path]) for way in ways):
                return path
    except OSError:
        pass
    return ""


def _has_arrived(packets: socket.socket) -> bool:
    try:
        return bool(packets.recv(1))
    except BlockingIOError:
        return False


def is_stopped(kind: str, folder: Path, what: str) -> bool:
    """Whether a process that uses twice as much as it may was stopped, by the system or by the watch."""
    if kind == "none" and what == "/dev/shm":
        return False  # it is the machine's own, and is left alone
    _, limit, where = EXCEEDED[what]
    said, reason = _run(kind, folder, {"exceed": what, "limit": limit, "folder": where})
    return bool(reason or said.get("said"))


def _run(kind: str, folder: Path, questions: dict, package: Path | None = None) -> tuple[dict, str]:
    """What a probe answers, and why the watch ended it, if it did."""
    folder.mkdir(exist_ok=True)
    make_readable(kind, folder, writable=True)
    if package:
        make_readable(kind, package)
    home = "/tmp" if kind == "bwrap" else str(folder)
    place = questions.get("folder", "{home}").format(home=home)
    mounts = Mounts(read_only={"/submission": package} if package else {}, folder=home)
    limits = dataclasses.replace(Limits.load(), **{field: limit for field, limit, _ in EXCEEDED.values()})
    group = new_group(kind, limits)
    command, where = launch_command(
        ["probe", json.dumps({**questions, "folder": place})],
        kind,
        mounts,
        limits,
        "" if kind == "bwrap" else str(folder),
        group,
    )
    reasons: list[str] = []
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **where
    )

    def exceeded(reason: str) -> None:
        reasons.append(reason)
        kill_tree(process.pid)

    watch = Watch(process.pid, limits, exceeded, None if kind == "bwrap" else folder, group=group)
    try:
        said = process.communicate(timeout=60)[0]
    except subprocess.TimeoutExpired:
        said = b""
    finally:
        watch.stop()
        kill_tree(process.pid)
        process.wait()
        if group:
            group.close()
    lines = said.decode("utf-8", "replace").splitlines()
    return (json.loads(lines[0]) if lines else {}), "".join(reasons)
