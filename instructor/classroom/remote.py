"""What a worker of a cluster runs. It travels there whole: a scheduler needs no kit, a worker finds its own.

Nothing but Python's library is imported here. Dask's scheduler reads each task that it passes on; a task that
names a module of the kit would need the kit there, too.
"""

import os
import subprocess
import sys
from pathlib import Path

MAIN = Path("instructor", "classroom", "grader_process.py")  # by which a folder is known for the kit
PLACE = "CS231N_KIT"  # in a worker's environment: the folder of the kit there


def grade_remotely(packed: bytes, seconds: float, sent_from: str = "") -> tuple[str, bytes]:
    """On a worker: grade in a process of its own; what the kit is there, and the result.

    `sent_from` is the kit's folder where the run was started, for file systems that are shared. Raises
    RuntimeError with a sentence when there is no kit, or no result.
    """
    kit = find_kit(sent_from)
    command = [sys.executable, "-m", ".".join(MAIN.with_suffix("").parts)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=kit, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        try:
            answer, said = process.communicate(packed, timeout=seconds)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"grading took longer than {seconds:.0f} s") from None
        finally:
            process.kill()
    version, _, graded = answer.partition(b"\n")
    if process.returncode or not graded:
        lines = said.decode("utf-8", "replace").strip().splitlines()
        raise RuntimeError(lines[-1][:300] if lines else f"its grader ended with status {process.returncode}")
    return version.decode(), graded


def find_kit(sent_from: str = "") -> Path:
    """The kit's folder on this machine.

    The first that holds it: the one that CS231N_KIT names, the worker's working folder, the one in which the
    worker's environment lies, those from which Python imports, and `sent_from`. Raises RuntimeError.
    """
    named = os.environ.get(PLACE)
    places = [named] if named else [os.getcwd(), Path(sys.prefix).parent, *sys.path, sent_from]
    for place in places:
        if place and (Path(place) / MAIN).is_file():
            return Path(place)
    where = f"{PLACE} names {named}, which is none" if named else f"set {PLACE} to its folder"
    host = os.uname().nodename
    raise RuntimeError(f"the worker on {host} finds no kit: start it in the kit's folder, or {where}")
