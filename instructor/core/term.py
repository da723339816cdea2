"""The running term as `[term]` of tasks.toml states it: its dates, its seed, and what being late costs."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from math import ceil, inf
from pathlib import Path
from zoneinfo import ZoneInfo

from instructor.core.tasks import TASKS_FILE, SettingsError

KEYS = ("name", "opens", "due", "seed", "zone", "late_per_day", "late_grace", "late_cap")
LATE = ("late_per_day", "late_grace", "late_cap")
END_OF_DAY = time(23, 59, 59)
OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
DAY = r"(?P<year>\d{4})([-/])(?P<month>\d\d?)\2(?P<day>\d\d?)"
MOMENT = re.compile(rf"{DAY}(?:[T ](?P<time>\d\d?:\d\d(?::\d\d)?)(?:\.\d+)? ?(?P<zone>\S+)?)?")
DOTTED = re.compile(r"(\d\d?)\.(\d\d?)\.(\d{4})")  # what a spreadsheet makes of a date in parts of Europe
SLASHED = re.compile(r"(\d\d?)/(\d\d?)/\d{4}")  # and in America, or in Britain
COST = re.compile(r"(\d+(?:[.,]\d+)?) ?(%?)")
DURATION = re.compile(r"(\d+) ?(min|minutes?|h|hours?|d|days?)")
MINUTES = {"m": 1, "h": 60, "d": 24 * 60}


@dataclass(frozen=True)
class LatePolicy:
    """What is taken off for lateness: so much for each day begun, after a grace, up to a cap.

    `per_day` and `cap` are points, or with `percent` a share of what was earned, in percent. Within `grace`
    nothing is taken off; after it, days count from the deadline.
    """

    per_day: float = 0.0
    percent: bool = False
    grace: timedelta = timedelta()
    cap: float = inf

    def days(self, late: timedelta) -> int:
        """The days to be charged for a hand-in so long after the deadline: each one that was begun."""
        return 0 if late <= max(self.grace, timedelta()) else ceil(late / timedelta(days=1))

    def deduction(self, days: int, earned: float) -> float:
        """The points that so many days cost whoever has earned so many; never more than all of them."""
        cost = min(self.per_day * days, self.cap)
        return round(min(earned * cost / 100 if self.percent else cost, max(earned, 0.0)), 2)

    def said(self, days: int) -> str:
        """What so many days cost, in words."""
        unit = " %" if self.percent else " points"
        told = f"{self.per_day:g}{unit} a day"
        return f"{told}, {self.cap:g}{unit} at most" if self.per_day * days > self.cap else told


@dataclass(frozen=True)
class Term:
    """A term; what is not set is None. Dates have a time zone; `zone` is that of times without one."""

    name: str | None = None
    opens: datetime | None = None
    due: datetime | None = None
    seed: int | None = None
    zone: tzinfo | None = None
    late: LatePolicy = LatePolicy()

    @property
    def local(self) -> tzinfo | None:
        """The zone of times that name none: the term's, else that of its deadline."""
        return self.zone or (self.due and self.due.tzinfo)


def load_term(path: Path = TASKS_FILE) -> Term:
    """Read the term.

    Raises SettingsError, a ValueError, for a date or a zone that is none, a date without a zone, dates out of
    order, and for a cost of lateness that can't be read or has no deadline.
    """
    table = tomllib.loads(path.read_text(encoding="utf-8")).get("term", {})
    if unknown := set(table) - set(KEYS):
        raise SettingsError(f"{path.name}: [term] knows {', '.join(KEYS)}, not {', '.join(sorted(unknown))}")
    try:
        zone = read_zone(table["zone"]) if "zone" in table else None
        late = _policy(table)
    except ValueError as error:
        raise SettingsError(f"{path.name}: {error}") from None
    dates = {key: _dated(path, key, table[key], zone) for key in ("opens", "due") if key in table}
    term = Term(name=table.get("name"), seed=table.get("seed"), zone=zone, late=late, **dates)
    if term.opens and term.due and term.opens >= term.due:
        raise SettingsError(
            f"{path.name}: the term opens {term.opens} and is due {term.due}, which is not later"
        )
    if term.seed is not None and (not isinstance(term.seed, int) or term.seed < 0):
        raise SettingsError(f"{path.name}: seed is a whole number, 0 or more")
    if late.per_day and not term.due:
        raise SettingsError(f"{path.name}: late_per_day needs a deadline, `due`")
    return term


def read_zone(text: str) -> tzinfo:
    """A zone by its name, `Europe/Berlin`, or its offset, `+01:00`. Raises ValueError for anything else."""
    if text in ("Z", "UTC", "GMT"):
        return timezone.utc  # noqa: UP017 - beside timezone(…), one word for both
    if (found := OFFSET.fullmatch(text)) and int(found[2]) < 24 and int(found[3]) < 60:
        offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(-offset if found[1] == "-" else offset)
    try:
        return ZoneInfo(text)
    except (OSError, ValueError, LookupError):
        raise ValueError(f"{text!r} is no time zone, such as Europe/Berlin or +01:00") from None


def read_moment(text: str, zone: tzinfo | None) -> datetime:
    """A date with a time, and its zone or else `zone`; a date alone means the end of that day.

    Raises ValueError, as the end of a sentence, for anything else, and where no zone is known.
    """
    found = MOMENT.fullmatch(DOTTED.sub(r"\3-\2-\1", text.strip(), count=1))
    if slashed := SLASHED.match(text.strip()):
        one, other = map(int, slashed.groups())
        told = "may be two days" if one != other and max(one, other) <= 12 else "is in no form that is read"
        how = "write it as 2027-02-01, in a spreadsheet into a cell that is text"
        raise ValueError(f"{text[:40]!r} {told}: {how}")
    try:
        if found is None:
            raise ValueError
        day = date(*(int(found[part]) for part in ("year", "month", "day")))
        clock = time(*map(int, found["time"].split(":"))) if found["time"] else END_OF_DAY
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no date such as 2027-02-01 or 2027-02-01T23:59+01:00") from None
    own = read_zone(found["zone"]) if found["zone"] else zone
    if own is None:
        raise ValueError(f"{text[:40]!r} has no zone: write 2027-02-01T23:59+01:00, or set zone in [term]")
    return datetime.combine(day, clock, own)


def read_cost(text: object, name: str) -> tuple[float, bool]:
    """Points, or a share in percent, and whether it is that. Raises ValueError naming the setting."""
    found = COST.fullmatch(f"{text}") if isinstance(text, int | float | str) else None
    if found is None or isinstance(text, bool):
        raise ValueError(f'{name} is a number of points such as 10, or a share such as "10 %", not {text!r}')
    return float(found[1].replace(",", ".")), bool(found[2])


def shown(moment: datetime) -> str:
    """A time with its zone, as people read it."""
    return f"{moment:%Y-%m-%d %H:%M} {moment:%Z}".strip()


def _dated(path: Path, key: str, value: object, zone: tzinfo | None) -> datetime:
    told = f"{path.name}: {key} is a date with a time and a zone: 2027-02-01T23:59:00+01:00"
    if not isinstance(value, date):
        raise SettingsError(told)
    if not isinstance(value, datetime):
        value = datetime.combine(value, END_OF_DAY if key == "due" else time())
    if value.tzinfo is None and zone is None:
        raise SettingsError(f"{told}; or set the zone")
    return value if value.tzinfo else value.replace(tzinfo=zone)


def _policy(table: dict) -> LatePolicy:
    if not any(key in table for key in LATE):
        return LatePolicy()
    per_day, percent = read_cost(table.get("late_per_day", 0), "late_per_day")
    cap = inf
    if "late_cap" in table:
        cap, as_share = read_cost(table["late_cap"], "late_cap")
        if as_share != percent:
            raise ValueError("late_per_day and late_cap are both points, or both a share")
    found = DURATION.fullmatch(str(table.get("late_grace", "0 min")))
    if found is None:
        raise ValueError(
            f'late_grace is a time such as "30 min", "2 h" or "1 day", not {table["late_grace"]!r}'
        )
    return LatePolicy(per_day, percent, timedelta(minutes=int(found[1]) * MINUTES[found[2][0]]), cap)
