"""`python -m inside SETTINGS …`: the worker, or with a connection file the kernel of a notebook.

SETTINGS is a JSON object: `limits` to take on, `alone` where no namespace ends this process with its parent,
and `scratch`, the folders that are emptied after each session.
"""

from __future__ import annotations

import json
import os
import socket
import sys

from .process import be_first_to_go, die_with_parent, limit
from .seccomp import deny


def main(settings: str, mode: str, argument: str) -> None:
    """Take on the limits and serve: `worker` on an inherited socket, `kernel` as a connection file says."""
    values = json.loads(settings)
    if values["alone"]:
        die_with_parent()
    else:
        deny()
    limit(values["limits"])
    be_first_to_go()
    if mode == "kernel":
        _be_kernel(argument)
    else:
        _be_worker(int(argument), values["scratch"])


def _be_worker(descriptor: int, scratch: list[str]) -> None:
    from .zygote import run

    os.set_inheritable(descriptor, False)
    run(socket.socket(fileno=descriptor), scratch)


def _be_kernel(connection_file: str) -> None:
    from ipykernel.kernelapp import launch_new_instance

    sys.argv[1:] = []
    launch_new_instance(argv=["-f", connection_file])


if __name__ == "__main__":
    main(*sys.argv[1:])
