"""What of this machine a jail of either kind holds: folders, Python, a GPU's driver, an environment."""

from __future__ import annotations

import glob
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from instructor.core.tasks import ROOT
from instructor.sandbox.interpreter import is_within, python_folders, python_links

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store")
CONFIGURATION = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives")
PRIVATE = ("/tmp", "/dev/shm")  # which each jail has for itself
OWN = ("/submission", "/kit", "/data", "/proc", "/dev")  # what a jail has at these paths is the kit's
INSIDE = Path(__file__).resolve().parent / "inside"


@dataclass(frozen=True)
class Mounts:
    """The caller's folders inside a jail: destination → source. Writable ones are shared with the caller."""

    read_only: Mapping[str, Path] = field(default_factory=dict)
    writable: Mapping[str, Path] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: str = "/tmp"


def environment(extra: Mapping[str, str], with_gpu: bool = False) -> dict[str, str]:
    """The whole environment of a student's process: nothing is taken over from the caller's."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    threads |= {
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_MMAP_THRESHOLD_": str(1 << 20),
    }  # what is freed is given back
    threads |= {"MALLOC_TRIM_THRESHOLD_": str(1 << 20)}
    quiet = {
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONSAFEPATH": "1",
        "PYTHONHASHSEED": "0",
    }
    home = {
        "HOME": "/tmp",
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "TERM": "dumb",
    }
    caches = {"MPLBACKEND": "Agg", "MPLCONFIGDIR": "/tmp", "HF_HUB_OFFLINE": "1", **gpu_variables(with_gpu)}
    return {"PATH": "/usr/bin:/bin", **threads, **quiet, **home, **caches, **extra}


def layout() -> dict[str, str]:
    """What a jail shows at which path, from the outermost in; "" for a folder that it covers by an empty one.

    Covered are the kit and the temporary files of graders, where a folder that is shown holds them, and the
    folders between a private one and Python, which a student may not change.
    """
    wanted = {path: path for path in SYSTEM if os.path.exists(path) and not os.path.islink(path)}
    wanted |= {path: path for path in python_folders()} | _copies()
    ways = ways_through_private()
    for path in {*ways, *_hidden()}:
        wanted.setdefault(path, "")
    found: dict[str, str] = {}
    for path in sorted(wanted, key=lambda path: Path(path).parts):
        around = next((found[str(parent)] for parent in Path(path).parents if str(parent) in found), "")
        if path in ways or bool(wanted[path]) != bool(around):
            found[path] = wanted[path]
    return found


def links() -> dict[str, str]:
    """The links by which Python is found, where a jail can have them as they are."""
    return {link: says for link, says in python_links().items() if not _is_taken(link) and link not in SYSTEM}


def ways_through_private() -> list[str]:
    """Where the way to Python leads through a jail's private folders: their own entries on it."""
    ways = set()
    for folder in PRIVATE:
        depth = len(Path(folder).parts) + 1
        inside = [path for path in (*python_folders(), *_copies(), *links()) if path.startswith(folder + "/")]
        ways |= {os.path.join(*Path(path).parts[:depth]) for path in inside}
    return sorted(ways)


def without_hidden(path: str) -> list[str]:
    """A path, or where it holds something hidden, what else is in it: for Landlock, which can only allow."""
    if path in _hidden():
        return []
    if not any(is_within(each, [path]) for each in _hidden()):
        return [path]
    entries = sorted(entry.path for entry in os.scandir(path) if not entry.is_symlink())
    return [each for entry in entries for each in without_hidden(entry)]


def _copies() -> dict[str, str]:
    """Where Python's folders are shown once more, because a link that leads to them cannot be there."""
    found = {}
    for link in filter(_is_taken, python_links()):
        real = os.path.realpath(link)
        for folder in python_folders():
            if is_within(folder, [real]):
                found[link + folder[len(real) :]] = folder
            elif is_within(real, [folder]):
                found[link] = real
    return found


def _is_taken(link: str) -> bool:
    """Whether there is something else at a path in a jail, or a student could put something else there."""
    return link in OWN or link in PRIVATE or os.path.dirname(link) in PRIVATE


def _hidden() -> set[str]:
    temporary = {os.environ.get("TMPDIR") or "/tmp", tempfile.gettempdir()}
    return {str(ROOT), *(os.path.realpath(path) for path in temporary if os.path.isdir(path))}


# ---- NVIDIA's driver, which a jail holds when limits.toml says `gpu = true` -----------------------------


def gpu_devices() -> list[str]:
    """The device files of the driver; none where there is no GPU."""
    return sorted(path for path in glob.glob("/dev/nvidia*") if not os.path.isdir(path))


def gpu_folders() -> list[str]:
    """What else the driver's libraries read."""
    return [path for path in ("/proc/driver/nvidia", "/sys/bus/pci/devices") if os.path.exists(path)]


def gpu_variables(allowed: bool) -> dict[str, str]:
    """The environment that shows the caller's GPUs, or hides them all."""
    if not allowed:
        return {"CUDA_VISIBLE_DEVICES": ""}
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    return {} if chosen is None else {"CUDA_VISIBLE_DEVICES": chosen}
