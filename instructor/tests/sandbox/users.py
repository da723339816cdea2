"""Running a part of the kit as another user of this machine, an ordinary one or root without its company."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from instructor.core.tasks import ROOT
from instructor.sandbox.interpreter import python_folders


def run_as(user: str, script: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run a script of Python as a user; its first argument is `folder`, which is its home as well.

    Where the way to the kit is closed to others, it is opened in a mount namespace of the script's own. Only
    root can do all that.
    """
    subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
    folder.chmod(0o1777)
    needed = [path for path in (*python_folders(), str(ROOT)) if _closed(path)]
    shell = (_open_way(folder / "keep", needed) + "\n" if needed else "") + 'exec "$@"'
    identity = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups"]
    command = [sys.executable, "-c", script, str(folder), *arguments]
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", shell, "sh", *identity, *command],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=ROOT,
        env={**os.environ, "HOME": str(folder), "TMPDIR": str(folder)},
        check=False,
    )


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that others may pass, for the while."""
    folder = Path(tempfile.mkdtemp(prefix="ordinary-", dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _open_way(keep: Path, needed: list[str]) -> str:
    """Shell lines that let others reach folders: the closed ones around them get empty ones on top."""
    kept = [(shlex.quote(path), shlex.quote(f"{keep}/{n}")) for n, path in enumerate(needed)]
    lines = ["set -e", *(f"mkdir -p {place} && mount --bind {path} {place}" for path, place in kept)]
    for closed in sorted({_closed(path) for path in needed}):
        lines.append(f"mount -t tmpfs -o mode=755 none {shlex.quote(closed)}")
    return "\n".join((*lines, *(f"mkdir -p {path} && mount --bind {place} {path}" for path, place in kept)))


def _closed(path: str) -> str:
    """The outermost folder on the way to `path` that other users cannot pass; "" when there is none."""
    for parent in [*reversed(Path(path).parents)]:
        if not parent.stat().st_mode & 0o001:
            return str(parent)
    return ""
