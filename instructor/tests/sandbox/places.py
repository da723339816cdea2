"""Kits laid out wherever people put them, each with a Python of its own, and nothing large copied."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from instructor.core.tasks import ROOT

PACKAGES = sysconfig.get_path("purelib")
ORIGIN = b"$ORIGIN/../lib"


@dataclass
class Place:
    """Where everything lies: `python` is run in `folder`, which is the kit or a link to it."""

    folder: Path
    python: Path
    temporary: Path
    environment: dict[str, str] = field(default_factory=dict)
    user: int | None = None  # as whom, where it is not the caller

    def run(self, program: str, *arguments: str, seconds: float = 300.0) -> subprocess.CompletedProcess:
        variables = {**os.environ, "TMPDIR": str(self.temporary), **self.environment}
        variables.pop("PYTHONPATH", None)
        command = [str(self.python), "-c", program, *arguments]
        if self.user is not None:
            identity = ["--reuid", str(self.user), "--regid", str(self.user), "--clear-groups"]
            command = ["setpriv", *identity, *command]
        return subprocess.run(
            command,
            cwd=self.folder,
            env=variables,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )


def below_tmp(new: Callable[[str], Path]) -> Place:
    """As `git clone` and `make` in /tmp: the environment is in the kit, temporary files beside it."""
    top = new("/tmp")
    kit = copy_of_the_kit(top / "kit")
    return Place(kit, environment_with_packages(kit / ".venv"), made(top / "t"))


def with_spaces_and_other_scripts(new: Callable[[str], Path]) -> Place:
    """The kit in /var/tmp, and an environment elsewhere, whose path in /tmp has spaces, too."""
    kit = copy_of_the_kit(new("/var/tmp") / "my kit – 作业")
    return Place(kit, environment_with_packages(new("/tmp") / "my env – окружение"), made(kit.parent / "t t"))


def within_condas_folder(new: Callable[[str], Path]) -> Place:
    """A Python that is all in one folder, as conda's, which holds the kit and the temporary files as well."""
    conda = new("/opt") / "conda"
    python = python_of_its_own(conda)
    return Place(copy_of_the_kit(conda / "courses" / "kit"), python, made(conda / "t"))


def by_links(new: Callable[[str], Path]) -> Place:
    """A checkout and an environment that are links to where they really are."""
    kit, top = copy_of_the_kit(new("/home") / "kit"), new("/tmp")
    environment_with_packages(new("/var/tmp") / "env").parent.parent.rename(top / "env")
    (kit / ".venv").symlink_to(top / "env")
    (top / "kit").symlink_to(kit)
    return Place(top / "kit", top / "kit" / ".venv" / "bin" / "python", made(kit.parent / "t"))


def all_in_a_home(new: Callable[[str], Path]) -> Place:
    """Kit, environment and temporary files in a home folder; its Python is known by a link in ~/bin."""
    home = new(str(Path.home()))
    made(home / "bin")
    (home / "bin" / "python3").symlink_to(os.path.realpath(sys.executable))
    (home / "other submissions").mkdir()
    python = environment_with_packages(home / "env", home / "bin" / "python3")
    return Place(copy_of_the_kit(home / "kit"), python, made(home / "t"), {"HOME": str(home)})


def in_shared_memory(new: Callable[[str], Path]) -> Place:
    """An environment in /dev/shm, found by a link that lies in /tmp itself and is named in a .pth file."""
    shared, link = new("/dev/shm"), new("/tmp")
    link.rmdir()
    link.symlink_to(PACKAGES)
    python = environment_with_packages(shared / "env", packages=str(link))
    return Place(copy_of_the_kit(new("/opt") / "kit"), python, made(shared / "t"))


def below_tmp_of_an_ordinary_user(new: Callable[[str], Path]) -> Place:
    """All of it below /tmp, and a grader who is not root, where root can become somebody else."""
    top = new("/tmp")
    python, kit, home = python_of_its_own(top / "python"), copy_of_the_kit(top / "kit"), made(top / "home")
    subprocess.run(["chmod", "-R", "a+rX", str(top)], check=True)
    home.chmod(0o1777)
    closed = [str(path) for path in Path(PACKAGES).parents if not path.stat().st_mode & 0o001]
    if os.geteuid() == 0 and closed:
        raise PermissionError(13, "closed to other users", closed[0])
    return Place(kit, python, home, {"HOME": str(home)}, 61_000 if os.geteuid() == 0 else None)


PLACES = {
    each.__name__: each
    for each in (
        below_tmp,
        with_spaces_and_other_scripts,
        within_condas_folder,
        by_links,
        all_in_a_home,
        in_shared_memory,
        below_tmp_of_an_ordinary_user,
    )
}


@contextlib.contextmanager
def laid_out(name: str) -> Iterator[Place]:
    """One of PLACES, removed afterwards. Raises PermissionError where this user may not write there."""
    made_folders: list[Path] = []

    def new(parent: str) -> Path:
        made_folders.append(Path(tempfile.mkdtemp(prefix="cs231n-place-", dir=parent)))
        return made_folders[-1]

    try:
        yield PLACES[name](new)
    finally:
        for folder in made_folders:
            if folder.is_symlink():
                folder.unlink()
            else:
                shutil.rmtree(folder)


def copy_of_the_kit(folder: Path) -> Path:
    """What the sandbox needs of the kit."""
    ignored = shutil.ignore_patterns("__pycache__", "tests", "frozen", "collection")
    for name in ("cs231n", "instructor"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    return folder


def environment_with_packages(folder: Path, base: Path | None = None, packages: str = PACKAGES) -> Path:
    """The Python of a new environment that finds this one's packages by a .pth file."""
    venv.create(folder, symlinks=True)
    if base:
        (folder / "bin" / "python3").unlink(missing_ok=True)
        for name in ("python", "python3"):
            (folder / "bin" / name).unlink(missing_ok=True)
        (folder / "bin" / "python").symlink_to(base)
        (folder / "pyvenv.cfg").write_text(f"home = {base.parent}\n", encoding="utf-8")
    (site_packages_of(folder) / "packages.pth").write_text(packages + "\n", encoding="utf-8")
    return folder / "bin" / "python"


def python_of_its_own(prefix: Path) -> Path:
    """An interpreter with its library in one folder, without this one's packages but for a .pth file."""
    base, version = Path(sys.base_prefix), f"python{sys.version_info[0]}.{sys.version_info[1]}"
    large = ("site-packages", "test", "idlelib", "tkinter", "ensurepip", "lib2to3", "turtledemo", "*.a")
    shutil.copytree(
        Path(os.__file__).parent,
        prefix / "lib" / version,
        ignore=shutil.ignore_patterns(*large),
        symlinks=True,
    )
    for library in (base / "lib").glob("libpython*.so*"):
        shutil.copy(library, prefix / "lib" / library.name, follow_symlinks=True)
    program = Path(os.path.realpath(sys.executable)).read_bytes()
    found = (sysconfig.get_config_var("LIBDIR") or "").encode()
    if len(found) >= len(ORIGIN):  # its own library, and not the one that it was copied from
        program = program.replace(found + b"\0", ORIGIN.ljust(len(found) + 1, b"\0"))
    python = made(prefix / "bin") / version
    python.write_bytes(program)
    python.chmod(0o755)
    made(site_packages_of(prefix))
    (site_packages_of(prefix) / "packages.pth").write_text(PACKAGES + "\n", encoding="utf-8")
    return python


def site_packages_of(prefix: Path) -> Path:
    return prefix / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"


def made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
