"""`python -m inside FD LIMITS`: the worker. FD is the socket to the trusted side, LIMITS a JSON object."""

import json
import os
import socket
import sys


def main() -> None:
    """Take on the limits and serve."""
    from .zygote import die_with_parent, limit, run

    settings = json.loads(sys.argv[2])
    if settings["alone"]:  # without namespaces
        die_with_parent()
    limit(settings["limits"])
    control = socket.socket(fileno=int(sys.argv[1]))
    os.set_inheritable(control.fileno(), False)
    run(control)


if __name__ == "__main__":
    main()
