"""Environments -> the table of image changes, one row an image, one column an environment that moves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from checker.model.diff import EnvironmentDiff, FieldChange
from checker.report import markup
from checker.report.clean import shorten
from checker.report.values import is_image, split_image

_DIGEST = re.compile(r"(@sha256:[0-9a-f]{12})[0-9a-f]{52}")
_COLUMNS = 8
_CELL = 3


def image_changes(environments: Sequence[EnvironmentDiff]) -> dict[str, dict[str, list[str]]]:
    """Image -> environment -> `before -> after`, each once."""
    table: dict[str, dict[str, list[str]]] = {}
    for environment in environments:
        for unit in environment.units:
            for item in unit.objects:
                for change in item.fields:
                    if is_image(change):
                        name, words = _words(change)
                        cell = table.setdefault(name, {}).setdefault(environment.environment, [])
                        if words not in cell:
                            cell.append(words)
    return table


def image_table(environments: Sequence[EnvironmentDiff], *, rows: int, chars: int) -> Iterator[str]:
    """The table in Markdown, nothing where no image changes."""
    table = image_changes(environments)
    if not table:
        return
    names = [diff.environment for diff in environments if any(diff.environment in row for row in table.values())]
    shown = names[:_COLUMNS]
    lines = [["image", *(markup.code(name or "no environment", table=True) for name in shown)], ["---"] * (len(shown) + 1)]
    for image, row in list(table.items())[:rows]:
        lines.append([markup.code(shorten(image, chars), table=True), *(_cell(row.get(name, []), chars) for name in shown)])
    more = [
        f"{len(table) - rows:,} more images" if len(table) > rows else "",
        f"{len(names) - _COLUMNS:,} more environments" if len(names) > _COLUMNS else "",
    ]
    rest = f"\n\nand {' in '.join(part for part in more if part)}." if any(more) else ""
    yield "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + rest


def _cell(changes: Sequence[str], chars: int) -> str:
    more = f" and {len(changes) - _CELL:,} more" if len(changes) > _CELL else ""
    return ", ".join(markup.code(shorten(words, chars), table=True) for words in changes[:_CELL]) + more


def _words(change: FieldChange) -> tuple[str, str]:
    before = change.before if isinstance(change.before, str) else ""
    after = change.after if isinstance(change.after, str) else ""
    old, old_version = split_image(before)
    new, new_version = split_image(after)
    if not before or not after:
        return (new or old), f"added: {_short(new_version)}" if after else f"removed: {_short(old_version)}"
    if old == new:
        return new, f"{_short(old_version)} -> {_short(new_version)}"
    return new, f"{_short(before)} -> {_short(new_version)}"


def _short(version: str) -> str:
    """A digest by its first characters, as Git shows a commit: what follows tells nobody anything."""
    return _DIGEST.sub(r"\1…", version) or "no tag"
