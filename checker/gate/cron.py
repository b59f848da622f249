"""Five-field cron schedules and Go durations: whether a window that starts by a schedule is open at a time.

A day matches when both of its fields do, or either where both are restricted, as cron and Argo CD have it.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

from checker.model.records import dataclass

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: tuple[tuple[int, int, tuple[str, ...]], ...] = ((0, 59, ()), (0, 23, ()), (1, 31, ()), (1, 12, _MONTHS), (0, 7, _DAYS))
_SHORT = {"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0", "@daily": "0 0 * * *"}
_SHORT |= {"@midnight": "0 0 * * *", "@hourly": "0 * * * *"}
_DURATION = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)(ms|[hmsdw])")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
MAX_DURATION = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Schedule:
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either: bool
    """Whether a day of the month or of the week is enough."""

    def covers(self, day: datetime) -> bool:
        weekday = day.isoweekday() % 7
        in_month, in_week = day.day in self.days, weekday in self.weekdays
        return day.month in self.months and (in_month or in_week if self.either else in_month and in_week)


def parse_schedule(written: str) -> Schedule | None:
    """None for what is no schedule."""
    fields = _SHORT.get(written.strip().lower(), written).split()
    if len(fields) != 5:
        return None
    sets = [_numbers(field, *bounds) for field, bounds in zip(fields, _FIELDS, strict=True)]
    if any(found is None for found in sets):
        return None
    minutes, hours, days, months, weekdays = (found or frozenset() for found in sets)
    either = not fields[2].startswith(("*", "?")) and not fields[4].startswith(("*", "?"))
    return Schedule(minutes, hours, days, months, frozenset(day % 7 for day in weekdays), either)


def _numbers(field: str, low: int, high: int, names: tuple[str, ...]) -> frozenset[int] | None:
    found: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        if slash and not (step.isdecimal() and int(step) > 0):
            return None
        if span in ("*", "?"):
            first, last = low, high
        else:
            start, dash, end = span.partition("-")
            one, two = _number(start, low, names), _number(end, low, names) if dash else None
            if one is None or (dash and two is None):
                return None
            first, last = one, two if two is not None else (high if slash else one)
        if not low <= first <= last <= high:
            return None
        found.update(range(first, last + 1, int(step) if slash else 1))
    return frozenset(found)


def _number(word: str, low: int, names: tuple[str, ...]) -> int | None:
    if word.isdecimal() and len(word) <= 2:
        return int(word)
    return names.index(word.lower()) + low if word.lower() in names else None


def parse_duration(written: str) -> timedelta | None:
    """As Go writes it (`1h30m`), days and weeks too; None for nonsense, for nothing and for more than a year."""
    parts = _DURATION.findall(written)
    if not parts or "".join(number + unit for number, unit in parts) != written:
        return None
    length = timedelta(seconds=sum(float(number) * _SECONDS[unit] for number, unit in parts))
    return length if timedelta() < length <= MAX_DURATION else None


def open_until(schedule: Schedule, length: timedelta, now: datetime, zone: tzinfo) -> datetime | None:
    """When the window that is open now closes, None where none is."""
    local = now.astimezone(zone)
    for days in range(length.days + 2):
        day = (local - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
        if not schedule.covers(day):
            continue
        for hour in sorted(schedule.hours, reverse=True):
            for minute in sorted(schedule.minutes, reverse=True):
                start = day.replace(hour=hour, minute=minute)
                # Both sides in UTC: arithmetic within one zone would ignore a change of the clock.
                end = start.astimezone(now.tzinfo) + length
                if start <= local and now < end:
                    return end
    return None
