"""`python -m inside SETTINGS worker|fork-server|probe …`: a worker, what forks workers, or a trial.

SETTINGS is a JSON object: `limits` to take on; `scratch`, the folders that are emptied after each session;
`parent`, the process to end with, where no namespace sees to that; `rules`, the files to be held to, where
nothing else hides the others; and `gpu`, whether it may use one. For a fork server it has only `kept`: what
of the jail's private folders is kept in those of its workers.
"""

from __future__ import annotations

import json
import os
import socket
import sys

from .process import confine, limit, stand_guard
from .seccomp import deny


def main(settings: str, mode: str, argument: str) -> None:
    """Take on the limits and serve: `worker` on an inherited socket, `probe` to answer questions.

    A `fork-server` leaves the limits to the workers that it forks.
    """
    values = json.loads(settings)
    if mode == "fork-server":
        from .forker import run

        os.set_inheritable(int(argument), False)
        run(socket.socket(fileno=int(argument)), values["kept"])
        return
    rules = values["rules"]
    is_held = bool(rules or not values["parent"])
    limit(values["limits"])
    if values["parent"]:
        stand_guard(values["parent"])
    if is_held:
        deny(values["gpu"])
    if mode == "worker":
        _be_worker(int(argument), values["scratch"], rules, is_held)
    else:
        if rules:
            confine(**rules)
        _be_probe(argument)


def _be_worker(descriptor: int, scratch: list[str], rules: dict | None, is_held: bool) -> None:
    from .zygote import run

    os.set_inheritable(descriptor, False)
    run(socket.socket(fileno=descriptor), scratch, rules, is_held)


def _be_probe(questions: str) -> None:
    from .probe import answer

    print(json.dumps(answer(json.loads(questions))), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
