"""A notebook's kernel, forked from the warm process like a session.

It answers on sockets at which the trusted side has begun to listen, in a folder that the jail does not hold:
so it needs neither a network nor a folder in common with anybody.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib
import matplotlib.pyplot
import matplotlib_inline.backend_inline  # noqa: F401 - warm, as is pyplot
import zmq
from ipykernel.kernelapp import IPKernelApp

from .session import Unfinished


class Kernel(IPKernelApp):
    """An IPython kernel on sockets that were passed to it: `listening` holds them by their ports."""

    listening: Mapping[int, int]

    def _try_bind_socket(self, s: zmq.Socket, port: int) -> int:
        s.setsockopt(zmq.USE_FD, self.listening[port])
        return super()._try_bind_socket(s, port)

    def init_control(self, context: zmq.Context) -> None:
        super().init_control(context)
        # The debugger's way to the shell would look for its socket's file again and again.
        self.debug_shell_socket.disconnect(self.shell_socket.getsockopt(zmq.LAST_ENDPOINT))

    def init_heartbeat(self) -> None:
        """Whether the process lives is seen from outside."""


def serve(
    connection: dict,
    descriptors: Sequence[int],
    folder: str,
    environment: dict[str, str],
    unfinished: list[str],
) -> None:
    """Be the kernel of a notebook in `folder` until this process is ended.

    `connection` is as in Jupyter's files; its ports are 1, 2, … in the order of `descriptors`. `unfinished`
    names modules whose import does not end.
    """
    sys.meta_path.insert(0, Unfinished(unfinished))
    os.environ.update(environment)
    os.chdir(folder)
    matplotlib.rcParams["backend"] = os.environ["MPLBACKEND"]  # it was read when matplotlib was imported
    Kernel.listening = dict(enumerate(descriptors, 1))
    file = Path.home() / "kernel.json"
    file.write_text(json.dumps({**connection, "ip": str(file.with_suffix(""))}), encoding="utf-8")
    sys.argv[1:] = []
    Kernel.launch_instance(argv=["-f", str(file)])
