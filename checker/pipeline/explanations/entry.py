"""What is said of one rule, and how a table of rules is written down."""

from __future__ import annotations

from checker.model.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One rule for people. `bad` and `good` are examples in YAML, empty where none helps."""

    id: str
    area: str
    title: str
    why: str
    fix: str
    bad: str = ""
    good: str = ""
    links: tuple[str, ...] = ()
    takes: tuple[tuple[str, str], ...] = ()
    """Parameters in settings, each with what it is for."""


def explained(
    area: str, *rows: tuple[str, str, str, str] | tuple[str, str, str, str, str] | tuple[str, str, str, str, str, str, str]
) -> tuple[Explanation, ...]:
    """Rows of id, title, why, fix, and then optionally a link, a bad and a good example."""
    made = []
    for row in rows:
        link, bad, good = (*row[4:], "", "", "")[:3]
        made.append(
            Explanation(id=row[0], area=area, title=row[1], why=row[2], fix=row[3], links=(link,) if link else (), bad=bad, good=good)
        )
    return tuple(made)
