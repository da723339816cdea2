"""A package whose functions run the code that a test sends them, to play any student."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path

from instructor.core.composition import PACKAGE

EXECUTES = """
def sim(code, *args):
    scope = {"args": args}
    exec(code, scope)
    return scope.get("result")
"""


def toy_package(folder: Path, **modules: str) -> Path:
    """The given package in `folder`, its contrastive_loss replaced by one whose `sim` runs code.

    `modules` gives other sources by the names of files in simclr, without the ending.
    """
    shutil.copytree(PACKAGE, folder / "cs231n", ignore=shutil.ignore_patterns("__pycache__"))
    for name, source in {"contrastive_loss": EXECUTES, **modules}.items():
        (folder / "cs231n" / "simclr" / f"{name}.py").write_text(textwrap.dedent(source), encoding="utf-8")
    return folder
