"""What of NVIDIA's driver a jail holds when limits.toml says `gpu = true`."""

from __future__ import annotations

import glob
import os


def devices() -> list[str]:
    """The device files of the driver; none where there is no GPU."""
    return sorted(path for path in glob.glob("/dev/nvidia*") if not os.path.isdir(path))


def folders() -> list[str]:
    """What else the driver's libraries read."""
    return [path for path in ("/proc/driver/nvidia", "/sys/bus/pci/devices") if os.path.exists(path)]


def variables(allowed: bool) -> dict[str, str]:
    """The environment that shows the caller's GPUs, or hides them all."""
    if not allowed:
        return {"CUDA_VISIBLE_DEVICES": ""}
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    return {} if chosen is None else {"CUDA_VISIBLE_DEVICES": chosen}
