"""What of this machine a jail of either kind holds: folders, Python, a GPU's driver, an environment."""

from __future__ import annotations

import glob
import importlib.util
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from instructor.core.tasks import ROOT

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store")
CONFIGURATION = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives")
LIBRARIES = ("torch", "torchvision", "timm", "numpy", "scipy", "PIL", "safetensors", "ipykernel")
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


@cache
def python_folders() -> tuple[str, ...]:
    """The folders of this interpreter and its libraries, outermost only, wherever they are."""
    found = {sys.prefix, sys.base_prefix, os.path.realpath(sys.base_prefix)}
    link = sys.executable
    while os.path.islink(link):
        link = os.path.join(os.path.dirname(link), os.readlink(link))
        found.add(os.path.dirname(os.path.dirname(os.path.normpath(link))))
    for name in LIBRARIES:
        spec = importlib.util.find_spec(name)
        if spec and spec.origin:
            found.add(str(Path(spec.origin).parents[1]))
    found -= {"/", str(ROOT)}
    return tuple(sorted(path for path in found if not is_within(path, found - {path})))


def is_within(path: str, folders: Iterable[str]) -> bool:
    """Whether a path is one of the folders or below it, as text."""
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


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
