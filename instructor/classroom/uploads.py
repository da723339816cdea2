"""What a platform says in a file's name of the student who uploaded it, and which of several uploads counts.

The platforms name files and folders so:

- Canvas: `leeann_LATE_1001_5001_submission.zip`, or `anon_Zz9pQ_5001_…`; without a file
  `leeann_1001_text.html`
- Moodle: `Ann Lee_1234_assignsubmission_file_` as a folder, or with the file's own name behind it
- Blackboard: `Assignment 3_alee_attempt_2026-10-01-12-30-00_submission.zip`, and beside it a receipt, `….txt`
- D2L Brightspace: `39786-640693 - Ann Lee - Oct 10, 2026 1022 AM`, a folder, or ` - work.zip` behind it
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from instructor.core.text import sanitize
from instructor.grading.handed_in import promising, several

CANVAS = re.compile(r"^(?P<name>.+?)_(?P<late>LATE_)?(?P<id>\d+)_(?P<file>\d+)_(?P<own>.+)$", re.S)
CANVAS_TEXT = re.compile(r"^(?P<name>.+?)_(?P<late>LATE_)?(?P<id>\d+)_(?P<own>text|link)\.html$", re.S)
ANONYMOUS = re.compile(
    r"^(?P<late>LATE_)?(?P<name>anon_(?P<id>[0-9A-Za-z]+))_(?P<file>\d+)_(?P<own>.+)$", re.S
)
MOODLE = re.compile(r"^(?P<name>.+)_(?P<id>\d+)_assignsubmission_(?P<kind>file|onlinetext)", re.S)
BLACKBOARD = re.compile(r"^(?P<head>.+)_attempt_(?P<date>\d{4}(?:-\d\d){5})(?:_(?P<own>.+)|\.txt)?$", re.S)
D2L = re.compile(r"^(?P<id>\d+)-\d+ - (?P<name>.+?) ?- (?P<date>[^-]*\d{4}[^-]*?)(?: - (?P<own>.+))?$", re.S)
DATES = ("%Y-%m-%d-%H-%M-%S", "%b %d, %Y %I%M %p", "%b %d, %Y %I%M%p", "%d %b, %Y %H%M", "%d %B, %Y %H%M")
DOCUMENTS = (".pdf", ".txt", ".md", ".doc", ".docx", ".odt", ".rtf", ".html", ".htm")
DOCUMENTS += (".png", ".jpg", ".jpeg", ".gif", ".heic")


@dataclass(frozen=True)
class Upload:
    """A file or folder, and what its name tells; of two by one student that with the higher `when` is later.

    A `receipt` is what the platform writes beside a hand-in, or all there is where text was typed online.
    `late` is None where the name does not tell; nor does it tell a zone, where there is a `moment`.
    """

    path: Path
    platform: str
    name: str
    id: str = ""
    login: str = ""
    when: int = 0
    late: bool | None = None
    receipt: bool = False
    moment: datetime | None = None

    @property
    def shown(self) -> str:
        return sanitize(self.path.name, 120)


@dataclass
class HandIn:
    """Of one student's uploads the one that counts, why it may not, and what becomes of the others.

    `unreadable` are uploads and what is to be said of each; each becomes a row of its own.
    """

    counts: Upload
    problem: str = ""
    doubt: str = ""
    notes: list[str] = field(default_factory=list)
    older: list[str] = field(default_factory=list)
    unreadable: list[tuple[Upload, str]] = field(default_factory=list)


def read_names(paths: Iterable[Path]) -> list[Upload]:
    """The uploads among the paths, whatever their type."""
    found = [upload for upload in map(_told, paths) if upload]
    start = shared_start({upload.login for upload in found if upload.platform == "blackboard"}, "_")
    return [_with_login(upload, start) if upload.platform == "blackboard" else upload for upload in found]


def _with_login(upload: Upload, start: int) -> Upload:
    """An upload of Blackboard, whose names begin with that of the assignment, as all the others do."""
    login = upload.login[start:]
    return replace(upload, login=login, name=login)


def hand_in(uploads: list[Upload]) -> HandIn:
    """Which of one student's uploads counts: of those that hold the files, the last."""
    files = [upload for upload in uploads if not upload.receipt]
    if not files:
        told = f"{uploads[0].shown} is text that was typed or linked online; there is no zip."
        return HandIn(uploads[0], _unread(told))
    known = [(upload, _holds(upload, len(files))) for upload in files]
    holding = [upload for upload, holds in known if holds]
    best = max(holding or files, key=lambda upload: (_is_readable(upload), upload.when, _is_zip(upload)))
    found = HandIn(best)
    if not _is_readable(best):
        found.problem = _unread(
            f"{best.shown} is neither a zip nor a folder; hand in the zip that `make submit` packs."
        )
    tied = [upload for upload in holding if upload.when == best.when and not _is_twin(upload, best)]
    if len(tied) > 1:
        found.problem = several(best.name, len(tied))
    for upload, holds in known:
        if upload is best or upload in tied:
            continue
        if holds:
            found.older.append(upload.shown)
        elif holds is False and _is_readable(upload):
            found.notes.append(f"{upload.shown} holds none of the files, and was left alone.")
        else:
            kind = "can't be opened" if _is_readable(upload) else "is neither a zip nor a folder"
            found.unreadable.append((upload, _unread(f"{upload.shown} {kind}; {best.shown} was looked at.")))
            if upload.when >= best.when and not upload.path.name.lower().endswith(DOCUMENTS):
                found.doubt = (
                    f"{upload.shown} may be the newer work and can't be read: the points are of "
                    f"{best.shown}, and are not in the tables to import. Delete the one that does not count."
                )
    return found


def _told(path: Path) -> Upload | None:
    """What the name says; None for a name of no platform."""
    name, is_folder = path.name, path.is_dir()
    if match := MOODLE.match(name):
        receipt = match["kind"] == "onlinetext"
        return Upload(path, "moodle", sanitize(match["name"], 120), match["id"], receipt=receipt)
    if match := BLACKBOARD.match(name):
        receipt = not is_folder and match["own"] is None
        login, moment = sanitize(match["head"], 200), _date(match["date"])
        when = int(match["date"].replace("-", ""))
        return Upload(path, "blackboard", "", login=login, when=when, receipt=receipt, moment=moment)
    if match := D2L.match(name):
        moment = _date(match["date"])
        when = int(f"{moment:%Y%m%d%H%M}") if moment else 0
        return Upload(path, "d2l", sanitize(match["name"], 120), match["id"], when=when, moment=moment)
    if not is_folder and (match := CANVAS_TEXT.match(name)):
        person = sanitize(match["name"], 120)
        return Upload(path, "canvas", person, match["id"], late=bool(match["late"]), receipt=True)
    if match := ANONYMOUS.match(name) or CANVAS.match(name):
        number = "" if match.re is ANONYMOUS else match["id"]
        person, late = sanitize(match["name"], 120), bool(match["late"])
        return Upload(path, "canvas", person, number, when=int(match["file"][:18]), late=late)
    return None


def shared_start(names: Collection[str], separator: str) -> int:
    """How long the beginning is that all names share, in whole parts, the last part of each aside."""
    length = 0
    for parts in zip(*(name.split(separator)[:-1] for name in names), strict=False):
        if len(set(parts)) > 1:
            break
        length += len(parts[0] + separator)
    return length


def _date(text: str) -> datetime | None:
    """A time in a name, in the platform's own zone; None where it is written in a way that is not known."""
    for form in DATES:
        with suppress(ValueError):
            return datetime.strptime(text.strip(), form)
    return None


def _holds(upload: Upload, count: int) -> bool | None:
    """Whether there is code in an upload; it is not looked into where there is only this one."""
    if not _is_readable(upload) or upload.path.is_symlink():
        return None
    return True if count == 1 else promising(upload.path)


def _is_zip(upload: Upload) -> bool:
    return upload.path.name.lower().endswith(".zip")


def _is_readable(upload: Upload) -> bool:
    return _is_zip(upload) or upload.path.is_dir()


def _is_twin(upload: Upload, best: Upload) -> bool:
    """Whether a folder is what a zip beside it was unpacked to."""
    return upload is not best and upload.path.stem == best.path.stem and _is_zip(best)


def _unread(told: str) -> str:
    return f"It could not be read: {told}"
