"""Files that are whole or absent: a run that is killed while it writes leaves the last whole one."""

import os
import pickle
from pathlib import Path

import torch


def save(state, file):
    """Write a dict of tensors and plain values, replacing the file in one step."""
    file = Path(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with open(unfinished, "wb") as out:
            torch.save(state, out)
            out.flush()
            os.fsync(out.fileno())
        os.replace(unfinished, file)
    finally:
        unfinished.unlink(missing_ok=True)


def load(file, device="cpu"):
    """Return what `save` wrote, or None when the file is not there.

    Raises ValueError when it is not such a file; nothing in it is executed.
    """
    try:
        return torch.load(file, map_location=device, weights_only=True)
    except FileNotFoundError:
        return None
    except (RuntimeError, EOFError, pickle.UnpicklingError, KeyError) as error:
        raise ValueError(
            f"{file} is not a checkpoint of this program ({type(error).__name__}). Delete it to start again."
        ) from error
