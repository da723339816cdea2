"""Where the Python of this process lies: real folders, and the links by which it finds them.

A jail shows the folders at their real paths and the links as they are, so that nothing depends on the way by
which a checkout, an environment or an interpreter was reached.
"""

from __future__ import annotations

import importlib.util
import os
import site
import sys
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from instructor.core.tasks import ROOT

LIBRARIES = ("torch", "torchvision", "timm", "numpy", "scipy", "PIL", "safetensors", "ipykernel")
PARTS = ("bin", "lib", "lib64", "pyvenv.cfg")  # of a prefix that has more in it than Python
SHARED = ("/tmp", "/var/tmp", "/dev/shm")  # what programs of all kinds leave their files in


def python_command() -> str:
    """The path of the interpreter in a jail; the environment that it belongs to is found beside it."""
    return os.path.join(os.path.realpath(os.path.dirname(sys.executable)), os.path.basename(sys.executable))


@cache
def python_folders() -> tuple[str, ...]:
    """The real folders of this interpreter and its libraries, outermost only.

    Of a prefix that holds also a home folder, temporary files or the kit, only Python's own parts.
    """
    found: set[str] = set()
    for prefix in {os.path.realpath(path) for path in _prefixes()}:
        is_wide = any(is_within(path, [prefix]) for path in _of_others())
        parts = [os.path.join(prefix, name) for name in PARTS] if is_wide else [prefix]
        found |= {os.path.realpath(path) for path in parts if os.path.exists(path)}
    for origin in _origins():
        found |= {os.path.realpath(Path(origin).parents[1]), str(Path(os.path.realpath(origin)).parents[1])}
    found |= {os.path.realpath(path) for path in _site_folders()}
    return tuple(sorted(path for path in found if not is_within(path, found - {path})))


@cache
def python_links() -> dict[str, str]:
    """The links on the ways to Python, by their paths below real folders, and what they say."""
    base = getattr(sys, "_base_executable", "") or sys.executable
    links: dict[str, str] = {}
    for path in (python_command(), base, *_prefixes(), *_origins(), *_site_folders()):
        links |= _links_on_the_way(path)
    return links


def is_within(path: str, folders: Iterable[str]) -> bool:
    """Whether a path is one of the folders or below it, as text."""
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


def _prefixes() -> set[str]:
    return {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}


@cache
def _origins() -> tuple[str, ...]:
    specs = [importlib.util.find_spec(name) for name in LIBRARIES]
    return tuple(spec.origin for spec in specs if spec and spec.origin)


def _site_folders() -> list[str]:
    """Where else packages are, which a .pth file of the environment may name; not the caller's own."""
    own = os.path.realpath(site.getusersitepackages())
    named = [path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")]
    return [path for path in named if os.path.isdir(path) and os.path.realpath(path) != own]


def _of_others() -> list[str]:
    home = os.path.realpath(os.path.expanduser("~"))
    places = [*SHARED, os.path.realpath(tempfile.gettempdir()), str(ROOT)]
    return [*places, home] if home != "/" else places


def _links_on_the_way(path: str) -> dict[str, str]:
    found: dict[str, str] = {}
    done, rest = "/", os.path.abspath(path).split("/")[::-1]
    while rest:
        part = rest.pop()
        here = os.path.normpath(os.path.join(done, part))
        if not os.path.islink(here):
            done = here
        elif here not in found:
            found[here] = os.readlink(here)
            done = "/" if found[here].startswith("/") else done
            rest += found[here].split("/")[::-1]
        else:
            done = os.path.realpath(here)
    return found
