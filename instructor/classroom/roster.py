"""Whose a submission is, by a class list.

A submission is given to a row by what is sure, an id, a number, a login or an e-mail address, and by the name
only where nothing contradicts it and nobody else could be meant. A row is given away once.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from instructor.classroom.class_list import read_roster
from instructor.classroom.entries import Entry, Student
from instructor.classroom.lateness import NAMED
from instructor.classroom.uploads import shared_start

__all__ = ["NOT_LISTED", "match", "not_listed", "read_roster"]
NOT_LISTED = "not on the class list."
SURE = (("id", "ID"), ("number", "number"))  # fields whose contradiction outweighs that another one agrees
EVERY = (*SURE, ("login", "login"), ("email", "e-mail"))


def match(entries: Iterable[Entry], roster: list[Student]) -> tuple[list[Entry], list[Student]]:
    """The entries with what the roster knows of their students, and the rows that were given to nobody.

    Where it is unsure whose a submission is, the `note` of the student, and that of the row, says so; where
    it is of nobody on the list, the `notes` of the entry.
    """
    entries = list(entries)
    claims = _people(entries)
    rows = _Rows(roster)
    for claim in claims:
        claim.place = rows.sure(claim)
    rows.give(claims)
    for claim in claims:
        if claim.place is None and not claim.note:
            claim.place = rows.by_name(claim)
    rows.give(claims)
    whose = {id(person): claim for claim in claims for person in claim.same}
    matched = [rows.matched(entry, [whose[id(person)] for person in entry.students]) for entry in entries]
    absent = [
        replace(row, note=rows.notes.get(place, ""))
        for place, row in enumerate(roster)
        if place not in rows.given
    ]
    return matched, absent


def not_listed(entries: Iterable[Entry]) -> list[str]:
    """A sentence on the submissions that `match` found on no row of the list; none where all are."""
    every = list(entries)
    names = [entry.name for entry in every if any(note.endswith(NOT_LISTED) for note in entry.notes)]
    if not names:
        return []
    are = "is" if len(names) == 1 else "are"
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    asked = " Is it the list of this course?" if len(names) * 2 > len(every) else ""
    told = f"{len(names)} of {len(every)} submissions {are} of somebody who is {NOT_LISTED[:-1]}"
    return [f"{told}: {', '.join(names[:NAMED])}{more}.{asked}"]


@dataclass
class _Claim:
    """A person who handed in, all the same ones together, and the row that may be theirs."""

    person: Student
    same: list[Student]
    least: int = (
        0  # how long the login is at least that ends its name, as of GitHub Classroom; 0: there is none
    )
    place: int | None = None
    note: str = ""


def _people(entries: list[Entry]) -> list[_Claim]:
    """A claim for each person; two of one name are one person only if the platform's id says so."""
    found: dict[object, _Claim] = {}
    for entry in entries:
        for person in entry.students:
            key = (person.name, person.id) if person.id else id(person)
            found.setdefault(key, _Claim(person, [])).same.append(person)
    plain = [claim for claim in found.values() if claim.person == Student(name=claim.person.name)]
    shared = shared_start([claim.person.name for claim in plain], "-")
    for claim in plain:
        claim.least = len(claim.person.name) - shared if shared else 0
    return list(found.values())


class _Rows:
    """The rows of a class list, and which of them are given away."""

    def __init__(self, roster: list[Student]) -> None:
        self.roster = roster
        self.given: set[int] = set()
        self.notes: dict[int, str] = {}
        self._sure: dict[str, list[int]] = defaultdict(list)
        self._names: dict[str, list[int]] = defaultdict(list)
        for place, row in enumerate(roster):
            for key in _sure_keys(row):
                self._sure[key].append(place)
            for key in _name_keys(row.name):
                self._names[key].append(place)

    def sure(self, claim: _Claim) -> int | None:
        """The row of the same id, number, login or address."""
        for key in _sure_keys(claim.person):
            places = self._sure.get(key, [])
            if len(places) > 1:
                claim.note = f"{len(places)} rows of the class list hold {key.partition(' ')[2]}."
                return None
            if places:
                return self._unless_contradicted(claim, places[0])
        if len(_words(claim.person.name)) == 1:  # a file's name may be a login or a number
            places = self._sure.get(f"any {claim.person.name.strip().casefold()}", [])
            if len(places) == 1:
                return self._unless_contradicted(claim, places[0])
        return self._by_repository(claim)

    def by_name(self, claim: _Claim) -> int | None:
        """The row of the same name, if there is one alone that says nothing else."""
        same = sorted({place for key in _name_keys(claim.person.name) for place in self._names.get(key, ())})
        fitting = [place for place in same if not _contradiction(claim.person, self.roster[place])]
        free = [place for place in fitting if place not in self.given]
        if len(free) == 1 and len(fitting) == 1:
            return free[0]
        if len(fitting) > 1:
            claim.note = (
                f"Ambiguous: the class list holds {len(fitting)} students of the name {claim.person.name}."
            )
        elif fitting:
            claim.note = (
                f"Ambiguous: the row {self.roster[fitting[0]].name} of the class list went to another "
                "submission, whose ids are those of the row."
            )
        elif same:
            self._unless_contradicted(claim, same[0], EVERY)
        for place in free:
            self.notes[place] = f"Ambiguous: a submission of {claim.person.name} may be theirs."
        return None

    def give(self, claims: list[_Claim]) -> None:
        """Give each row to the one who claims it; where there are several, to nobody."""
        claimed: dict[int, list[_Claim]] = defaultdict(list)
        for claim in claims:
            if claim.place is not None:
                claimed[claim.place].append(claim)
        for place, each in claimed.items():
            if len(each) == 1:
                self.given.add(place)
                continue
            who = self.roster[place].name
            told = ", ".join(claim.person.name for claim in each)
            self.notes[place] = f"Ambiguous: {len(each)} submissions may be theirs ({told})."
            for claim in each:
                claim.place = None
                claim.note = f"Ambiguous: {len(each)} submissions may be of {who}, and none was chosen."

    def matched(self, entry: Entry, claims: list[_Claim]) -> Entry:
        """An entry with what the rows know of its students, and a note on those whom none knows."""
        strangers = [each.person.name or "?" for each in claims if each.place is None and not each.note]
        are = "is" if len(strangers) == 1 else "are"
        notes = (f"{', '.join(strangers)} {are} {NOT_LISTED}",) if strangers else ()
        return replace(entry, students=tuple(map(self.known, claims)), notes=(*entry.notes, *notes))

    def known(self, claim: _Claim) -> Student:
        """A person with what the row knows; what the platform knows fills what the row leaves empty."""
        if claim.place is None:
            return replace(claim.person, note=claim.note)
        row, own = self.roster[claim.place], claim.person
        kept = {field.name: getattr(own, field.name) for field in fields(row) if not getattr(row, field.name)}
        return replace(row, **kept)

    def _unless_contradicted(self, claim: _Claim, place: int, which=SURE) -> int | None:
        told = _contradiction(claim.person, self.roster[place], which)
        if not told:
            return place
        claim.note = f"Ambiguous: not taken for {self.roster[place].name} of the class list, whose {told}."
        if place not in self.given:
            self.notes[place] = (
                f"Ambiguous: a submission of {claim.person.name} was not taken for theirs: their {told}."
            )
        return None

    def _by_repository(self, claim: _Claim) -> int | None:
        """The row whose login ends the name of a repository, as in `assignment-login`."""
        name = claim.person.name.casefold()
        ending = [
            place
            for place, row in enumerate(self.roster)
            if claim.least and len(row.login) >= claim.least and name.endswith(f"-{row.login.casefold()}")
        ]
        if len(ending) > 1:
            told = ", ".join(self.roster[place].login for place in ending)
            claim.note = f"Ambiguous: it ends in the logins {told}."
            for place in ending:
                self.notes[place] = f"Ambiguous: {claim.person.name} may be theirs."
        return ending[0] if len(ending) == 1 else None


def _contradiction(person: Student, row: Student, which=EVERY) -> str:
    """What a row says otherwise of a person, as the end of a sentence; "" where nothing does."""
    for field, word in which:
        ours, theirs = getattr(person, field), getattr(row, field)
        if ours and theirs and _plain(ours) != _plain(theirs):
            return f"{word} is {theirs}, not {ours}"
    return ""


def _plain(value: str) -> str:
    """An id as it may be compared: a spreadsheet drops the zeros in front of a number."""
    value = value.strip().casefold()
    return value.lstrip("0") or "0" if value.isdigit() else value


def _sure_keys(student: Student) -> list[str]:
    """What a student is surely known by, the surest first."""
    keys = [f"id {_plain(student.id)}"] if student.id else []
    keys += [f"any {_plain(value)}" for value in (student.number, student.login, student.email) if value]
    return list(dict.fromkeys(keys))


def _name_keys(name: str) -> list[str]:
    """The orders in which a name may be written: Canvas writes leeann for Lee, Ann."""
    words = _words(name)
    orders = (words, words[1:] + words[:1], words[-1:] + words[:-1])
    return list(dict.fromkeys("".join(order) for order in orders if order))


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return re.findall(r"[^\W_]+", "".join(c for c in plain if not unicodedata.combining(c)))
