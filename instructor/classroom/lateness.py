"""Whether a student's work came late, by how much, and what it costs; and where that can't be told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from instructor.classroom.adjustments import Adjustment
from instructor.classroom.entries import Entry, Student
from instructor.core.term import Term, read_moment, shown

UNKNOWN = "unknown"  # in tables, where a deadline is set and nobody says when something was handed in
NAMED = 12  # submissions that a sentence names
MONTHS = {
    name: month
    for month, names in enumerate(
        ("jan", "feb", "mar mär", "apr", "may mai", "jun", "jul", "aug", "sep", "oct okt", "nov", "dec dez"),
        1,
    )
    for name in names.split()
}  # by the first three letters
WORDS = re.compile(r"(\d{1,2})\.? ([^\W\d]{3,})\.? (\d{4}),? (\d{1,2}):(\d\d)(?::\d\d)? ?([AP]M)?", re.I)
CHINESE = re.compile(r"(\d{4}) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?日.*?(\d{1,2}):(\d\d)")
DIGITS = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)? ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?")


@dataclass(frozen=True)
class Lateness:
    """How late a student's work is; `late` is None where that is not known, and `doubt` says why.

    `days` are those that are charged; `said` is the sentence on it for the student, empty for work in time.
    `is_asked` is False where there is no deadline to be late for.
    """

    late: bool | None = None
    days: int = 0
    said: str = ""
    doubt: str = ""
    when: datetime | None = None
    is_asked: bool = True

    @property
    def word(self) -> bool | str | None:
        """What a table says: true, false, unknown, or nothing where there is no deadline."""
        return UNKNOWN if self.late is None and self.is_asked else self.late


def lateness(student: Student, entry: Entry, term: Term, rows: Sequence[Adjustment] = ()) -> Lateness:
    """How late a student's submission is, by the term's deadline or their own extension among the `rows`."""
    until = next((row.until for row in rows if row.until), None)
    due = until or term.due
    try:
        when = _moment(student, entry, term.local)
    except ValueError as error:
        return Lateness(entry.late, doubt=str(error), is_asked=bool(due))
    if due is None:
        return Lateness(entry.late, when=when, is_asked=False)
    if when is None:
        return _without_time(entry, until)
    over = when.astimezone(UTC).replace(microsecond=0) - due.astimezone(UTC)
    if over <= timedelta():
        return Lateness(False, when=when)
    days = term.late.days(over)
    told = f"Handed in {shown(when.astimezone(due.tzinfo))}, {_long(over)} after the "
    told += f"{'extension until' if until else 'deadline,'} {shown(due)}"
    free = "" if days or not term.late.per_day else ", which is within the grace"
    return Lateness(True, days, f"{told}{free}.", when=when)


def read_stamp(text: str, zone: tzinfo | None) -> datetime | None:
    """A time as tables of learning platforms write it; None for none. `zone` is that of times without one.

    Raises ValueError with the end of a sentence for a text that is none, and where no zone is known.
    """
    text = " ".join(text.split())
    if text in ("", "-", "–"):
        return None
    if found := DIGITS.fullmatch(text):
        return read_moment(f"{found[1]}T{found[2]}{found[3] or ''}", zone)
    if found := CHINESE.search(text):
        year, month, day, hour, minute = map(int, found.groups())
    elif (found := WORDS.search(text)) and (month := MONTHS.get(found[2].lower()[:3])):
        day, year, hour, minute = (int(found[k]) for k in (1, 3, 4, 5))
        if half := (found[6] or "").upper():
            hour = hour % 12 + 12 * (half == "PM")
    else:
        return read_moment(text, zone)
    return read_moment(f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}", zone)


def without_times(late: Sequence[tuple[str, Lateness]]) -> list[str]:
    """Sentences on the submissions, each by its name, of which is not known how late they are."""
    unknown = [name for name, each in late if each.doubt]
    if not unknown:
        return []
    names = list(dict.fromkeys(unknown))
    told = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
    whys = dict.fromkeys(each.doubt for _, each in late if each.doubt)
    why = next(iter(whys)) if len(whys) == 1 else "There is no time of them that can be read."
    return [
        f"How late {len(names)} of {len({name for name, _ in late})} submissions came is not known, and "
        f"nothing was taken off for it: {told}. {why} A class list (--roster) may have a column 'handed in'."
    ]


def _moment(student: Student, entry: Entry, zone: tzinfo | None) -> datetime | None:
    """When a submission was handed in: as the export says, else as the class list does."""
    if entry.when is None:
        try:
            return read_stamp(student.handed_in, zone)
        except ValueError as error:
            raise ValueError(f"The time in the class list can't be read: {error}.") from None
    if entry.when.tzinfo is None and zone is None:
        return None
    return entry.when if entry.when.tzinfo else entry.when.replace(tzinfo=zone)


def _without_time(entry: Entry, until: datetime | None) -> Lateness:
    if entry.late is False:
        return Lateness(False)
    if entry.late is None:
        return Lateness(None, doubt="Nothing says when they were handed in.")
    if until:
        return Lateness(None, doubt="They are marked late, and nothing says whether within the extension.")
    doubt = "They are marked late, and nothing says by how much."
    return Lateness(True, 0, "Handed in late.", doubt)


def _long(over: timedelta) -> str:
    """A duration in its two largest units."""
    minutes = max(1, int(over.total_seconds()) // 60)
    parts = [(minutes // 1440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute")]
    told = [f"{count} {unit}{'s' if count > 1 else ''}" for count, unit in parts if count]
    return " ".join(told[:2])
