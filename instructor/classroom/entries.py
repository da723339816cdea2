"""What a class folder holds: its submissions and whose they are, in an export of a platform, too.

Every zip and every folder in a class folder is one submission. Names of files and folders are a stranger's
text: they are matched, cleaned and shown, and never lead anywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from instructor.classroom.exports import (
    METADATA,
    children,
    inside,
    plain_name,
    short_hash,
    submitters,
    unwrapped,
)
from instructor.classroom.refusals import refusal
from instructor.classroom.uploads import Upload, hand_in, read_names
from instructor.core.text import did_you_mean, sanitize
from instructor.grading.handed_in import is_flat
from instructor.grading.intake import ARCHIVES

PLATFORMS = {"gradescope": "Gradescope", "moodle": "Moodle", "canvas": "Canvas", "blackboard": "Blackboard"}
PLATFORMS |= {"d2l": "D2L Brightspace"}  # and "plain", which is none


@dataclass(frozen=True)
class Student:
    """A person, as far as an export or a roster knows one; `id` is the learning platform's own number.

    `note` says where it is unsure who this is, or which submission is theirs.
    """

    name: str = ""
    id: str = ""
    number: str = ""  # the school's number of the student
    login: str = ""
    email: str = ""
    section: str = ""
    note: str = field(default="", compare=False)
    handed_in: str = field(default="", compare=False)  # when, as a class list says it

    def called(self) -> set[str]:
        """All that they may be called, in small letters: a name in both orders, with its comma or without."""
        names = {self.name, self.id, self.number, self.login, self.email}
        last, comma, first = self.name.partition(",")
        names |= {f"{first} {last}"} if comma else set()
        words = self.name.split()
        names |= {f"{words[-1]}, {' '.join(words[:-1])}"} if not comma and len(words) > 1 else set()
        return {in_small_letters(name) for name in names if name}


@dataclass(frozen=True)
class Entry:
    """One submission: a name for its results, unique in the class, where it is, and whose it is.

    `late` is what the platform says of it, None where it says nothing; `when` is when it was handed in, where
    that is known, without a zone where none is. `problem` is a sentence where there is nothing to read,
    `doubt` one why the points may not be those of the last work; `notes` say what else there was.
    `upload` is what the `platform` called the file or folder.
    """

    name: str
    path: Path
    students: tuple[Student, ...]
    late: bool | None = None
    problem: str = ""
    doubt: str = ""
    notes: tuple[str, ...] = ()
    when: datetime | None = None
    upload: str = ""
    platform: str = ""

    def called(self) -> set[str]:
        """All that a submission may be called: by its own name, its students' and their section's."""
        own = {self.name, self.path.name, *(student.section for student in self.students)}
        names = set().union(*(student.called() for student in self.students))
        return names | {in_small_letters(name) for name in own if name}


@dataclass
class ClassFolder:
    """The submissions of a class in the order of their names, the files that are none, and older uploads.

    `notes` are sentences on the whole of it.
    """

    path: Path
    kind: str
    entries: list[Entry] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    older: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def left_out(self) -> list[str]:
        """A sentence on each kind of thing that is no row of the gradebook."""
        told = list(self.notes)
        if self.others:
            told.append(f"Neither zips nor folders, and left alone: {', '.join(self.others)}.")
        if self.older:
            told.append(
                f"Of several uploads by one student the last counts; left alone: {', '.join(self.older)}."
            )
        return told


def in_small_letters(name: str) -> str:
    """A name as it is compared: capitals and spaces aside, also those around a comma."""
    return ",".join(" ".join(part.split()) for part in name.casefold().split(","))


def near_names(text: str, entries: Sequence[Entry], absent: Iterable[Student] = ()) -> str:
    """The end of a message on a name that nobody bears, with the names near it as they are written."""
    written: dict[str, str] = {}
    for student in (*(each for entry in entries for each in entry.students), *absent):
        written |= dict.fromkeys(student.called(), student.name)
        written |= {in_small_letters(student.section): student.section} if student.section else {}
    for entry in entries:
        shown = entry.students[0].name if len(entry.students) == 1 else entry.name
        written = dict.fromkeys(entry.called(), shown) | written
    named = {key: each for key, each in written.items() if each}
    return did_you_mean(in_small_letters(text), named, named)


class ClassError(Exception):
    """A folder that is no class; the message is a sentence."""


def is_class(path: Path) -> bool:
    """A folder is a class unless it holds `cs231n/`, or its files without it, as a submission does."""
    if not path.is_dir():
        return False
    try:
        found = list(path.iterdir())
    except OSError:
        return True  # read_class says why
    if any(child.name.lower() == "cs231n" for child in found):
        return False
    return not (any(child.suffix.lower() == ".py" for child in found) and is_flat(path))


def read_class(path: Path) -> ClassFolder:
    """Find the submissions in a class folder. Raises ClassError when there is none."""
    try:
        path = unwrapped(path)
        there = children(path)
    except OSError as error:
        raise ClassError(f"{path.name} can't be read ({error.strerror or error}).") from None
    owners, times = _gradescope(path)
    uploads = [upload for upload in read_names(there) if upload.path.name not in owners]
    known = {upload.path for upload in uploads}
    plain = [child for child in there if child.name not in owners and child not in known]
    plain, others = [child for child in plain if _is_plain(child)], [c for c in plain if not _is_plain(c)]
    found = [_owned(child, owners[child.name], times) for child in there if child.name in owners]
    found += [_plain(child) for child in plain]
    folder = ClassFolder(path, _kind(uploads, owners))
    for each in _by_student(uploads):
        found += _uploaded(each, folder)
    if not found:
        raise ClassError(
            f"{path.name} is no submission, because it holds no cs231n/, and no class, because there is "
            "neither a zip nor a folder in it. Give the folder that holds cs231n/, or the one that "
            "holds all submissions."
        )
    if plain and not uploads and not owners and (told := refusal(path, plain)):
        raise ClassError(told)
    folder.others = [sanitize(child.name, 120) for child in others if child.name != METADATA]
    if missing := sorted(sanitize(name, 80) for name in owners if not (path / name).exists()):
        folder.notes.append(f"{METADATA} names {len(missing)} that are not here: {', '.join(missing)}.")
    folder.entries = _unique(_with_namesakes(found), path)
    return folder


def _gradescope(path: Path) -> tuple[dict[str, tuple[Student, ...]], dict[str, datetime]]:
    """Whose each folder is, and when it was handed in."""
    try:
        people, times = submitters(path)
    except ValueError as error:
        raise ClassError(str(error)) from None
    return {
        folder: tuple(
            Student(name=person["name"], number=person["sid"], email=person["email"]) for person in each
        )
        for folder, each in people.items()
    }, times


def _is_plain(child: Path) -> bool:
    """Whether a name of no platform is a submission's; an archive of another kind can't be read."""
    return child.is_dir() or (child.is_file() and child.name.lower().endswith(ARCHIVES))


def _owned(child: Path, people: tuple[Student, ...], times: dict[str, datetime]) -> Entry:
    """A submission of Gradescope's, of one student or a group."""
    path, problem, notes = inside(child)
    own = people[0].number or people[0].email or child.name
    name = plain_name(" ".join(person.name for person in people), own)
    return Entry(name, path, people, problem=problem, notes=notes, when=times.get(child.name))


def _plain(child: Path) -> Entry:
    """A submission that is known by the name of its zip or folder."""
    path, problem, notes = inside(child)
    ending = next((ending for ending in ARCHIVES if child.name.lower().endswith(ending)), "")
    if child.is_file() and ending != ".zip":
        told = f"{sanitize(child.name, 120)} is no zip; hand in the zip that `make submit` packs."
        problem = f"It could not be read: {told}"
    stem = child.name[: -len(ending)] if ending and child.is_file() else child.name
    person = Student(name=sanitize(stem, 120))
    return Entry(plain_name(stem), path, (person,), problem=problem, notes=notes)


def _by_student(uploads: Iterable[Upload]) -> list[list[Upload]]:
    found: dict[tuple[str, ...], list[Upload]] = {}
    for each in uploads:
        found.setdefault((each.platform, each.name, each.id, each.login), []).append(each)
    return list(found.values())


def _uploaded(uploads: list[Upload], folder: ClassFolder) -> list[Entry]:
    """What one student uploaded to a platform: what counts, and a row for each that can't be read."""
    chosen = hand_in(uploads)
    best = chosen.counts
    person = Student(name=best.name, id=best.id, login=best.login)
    name = plain_name(person.name, person.id)
    path, problem, notes = inside(best.path) if not chosen.problem else (best.path, chosen.problem, ())
    folder.older += chosen.older
    unread = [
        Entry(plain_name(upload.path.name), upload.path, (person,), upload.late, told, when=upload.moment)
        for upload, told in chosen.unreadable
    ]
    notes = (*notes, *chosen.notes, *(f"{name} is older, and was left alone." for name in chosen.older))
    told = {"when": best.moment, "upload": best.path.name, "platform": best.platform}
    return [Entry(name, path, (person,), best.late, problem, chosen.doubt, notes, **told), *unread]


def _with_namesakes(found: list[Entry]) -> list[Entry]:
    """The entries with a note where several bear one name and nothing else tells them apart."""
    nameless = [entry.students[0] for entry in found]
    counts = Counter(who.name.casefold() for who in nameless if not (who.id or who.number or who.email))
    return [
        replace(entry, notes=(*entry.notes, f"{counts[key]} submissions bear the name {who.name}."))
        if counts[key := (who := entry.students[0]).name.casefold()] > 1
        and not (who.id or who.number or who.email)
        else entry
        for entry in found
    ]


def _unique(found: list[Entry], folder: Path) -> list[Entry]:
    """Give submissions of the same name, capitals aside, a hash of what is in the class folder behind it."""
    counts = Counter(entry.name.lower() for entry in found)
    taken, unique = set(), []
    for entry in found:
        name, own = entry.name, short_hash(str(entry.path.relative_to(folder)))
        if counts[name.lower()] > 1 and name != entry.path.stem:
            name = f"{name}-{own}"
        while name.lower() in taken:
            name = f"{name}-{own}"
        taken.add(name.lower())
        unique.append(replace(entry, name=name))
    return sorted(unique, key=lambda each: each.name)


def _kind(uploads: list[Upload], owners: dict) -> str:
    if owners:
        return "gradescope"
    return Counter(upload.platform for upload in uploads).most_common(1)[0][0] if uploads else "plain"
