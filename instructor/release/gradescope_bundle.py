"""The autograder for Gradescope: what is in its zip, and what it does there with a submission."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from instructor.core.files import write_atomically
from instructor.core.tasks import ROOT
from instructor.grading.report.for_gradescope import Settings, gradescope_results, spent

SCRIPTS = ("setup.sh", "run_autograder", "Dockerfile")  # stand at the top of the bundle
SETTINGS = "gradescope.json"  # there, too
TOP = ("README.md", "Makefile", "pyproject.toml", "requirements.txt", "setup_environment.sh")
TOP += ("collect_submission.sh",)
FOLDERS = ("cs231n", "notebooks", "tests", "instructor")
DATASETS = (".md", ".py", ".sh", ".txt")  # of datasets/, which also holds what was downloaded
LEFT_OUT = {"__pycache__", ".ipynb_checkpoints"}
WHEN = (2026, 1, 1, 0, 0, 0)  # of every member, so that the same kit gives the same bundle


def bundle(settings: Settings) -> bytes:
    """The bytes of the zip, whose grader has these settings; the same kit always gives the same."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, source in sorted(members()):
            _add(archive, name, source.read_bytes(), executable=bool(source.stat().st_mode & 0o100))
        _add(archive, SETTINGS, settings.to_json().encode())
    return packed.getvalue()


def members() -> Iterator[tuple[str, Path]]:
    """Every file of the bundle: its name there, and where it is."""
    here = ROOT / "instructor" / "gradescope"
    for name in SCRIPTS:
        yield name, here / name
    for name in TOP:
        yield name, ROOT / name
    for folder in (*FOLDERS, "datasets"):
        for path in (ROOT / folder).rglob("*"):
            inside = path.relative_to(ROOT)
            if not path.is_file() or path.is_symlink() or set(inside.parts) & LEFT_OUT:
                continue
            if folder == "datasets" and (path.suffix not in DATASETS or len(inside.parts) > 2):
                continue
            if inside.parts[:2] not in (("instructor", "tests"), ("instructor", "golden")):
                yield inside.as_posix(), path


def _add(archive: zipfile.ZipFile, name: str, data: bytes, executable: bool = False) -> None:
    member = zipfile.ZipInfo(name, WHEN)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = (0o100755 if executable else 0o100644) << 16
    archive.writestr(member, data)


def grade_here(autograder: Path) -> int:
    """Grade `submission/` in Gradescope's folder and write `results/results.json`; 0 when there is one."""
    from instructor.core.seeds import run_seed
    from instructor.grading.one_submission import result_of

    settings = Settings.from_json((ROOT / SETTINGS).read_text(encoding="utf-8"))
    content = spent(settings, _metadata(autograder / "submission_metadata.json"))
    if content is None:
        result = result_of(
            autograder / "submission",
            seed=run_seed(None),
            sandbox=settings.sandbox,
            notebooks=settings.notebooks,
            tasks=settings.tasks or None,
        )
        content = gradescope_results(result, settings)
    (autograder / "results").mkdir(exist_ok=True)
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    write_atomically(autograder / "results" / "results.json", text + "\n")
    return 0


def _metadata(path: Path) -> dict:
    """What Gradescope says of this submission and those before it; {} where it says nothing."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
