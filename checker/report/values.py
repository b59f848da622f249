"""One JSON value, or one field before and after -> a few words on one line."""

from __future__ import annotations

import json

from checker.model.patterns import pattern
from checker.report.clean import shorten, visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checker.model.diff import FieldChange
    from checker.model.objects import JSONValue

_PLAIN = pattern(r"[A-Za-z0-9_./$^()<~+…-][^\\]*")
_NOT_TEXT = pattern(r"(?i)[-+]?(\d[\d_]*\.?\d*|\.\d+)(e[-+]?\d+)?|0[xo][\da-f]+|true|false|yes|no|on|off|null|~")
_POD = "spec.template.spec."
_LINES = 400
"""Texts longer than this are compared by size alone."""


def inline(value: JSONValue, limit: int = 60) -> str:
    """A value on one line. Text that YAML would read as something else is quoted; so `"80"` and `80` can be told apart."""
    match value:
        case str():
            return visible(shorten(quoted(shorten(value, limit * 4)), limit))
        case None | bool():
            return json.dumps(value)
        case int() | float():
            return shorten(str(value), limit)
        case _:
            return visible(shorten(_flow(value, limit), limit))


def transition(change: FieldChange, limit: int = 60) -> str:
    """`2 -> 3`, `added: x`, `removed: x`; a changed text of several lines as its size."""
    before, after = change.before, change.after
    if not change.before_present:
        return f"added: {inline(after, limit)}"
    if not change.after_present:
        return f"removed: {inline(before, limit)}"
    if isinstance(before, str) and isinstance(after, str):
        if "\n" in before or "\n" in after:
            return _text_change(before, after)
        images = image_change(change)
        if images is not None:
            return " -> ".join(visible(shorten(part, limit)) for part in images)
        before, after = _window(before, after, limit)
    left, right = inline(before, limit), inline(after, limit)
    return f"{left} -> {right}" if left != right else f"{left} -> the same so far, and different further on"


def field_path(path: str, limit: int = 60) -> str:
    """The path as people say it: what lies in a pod template is told from there."""
    return visible(shorten(path.removeprefix(_POD) or path, limit))


def is_image(change: FieldChange) -> bool:
    return change.pointer.endswith("/image") and isinstance(change.after if change.after_present else change.before, str)


def split_image(reference: str) -> tuple[str, str]:
    """The repository, and what says which build of it: tag, digest or both."""
    name, at, digest = reference.partition("@")
    head, slash, last = name.rpartition("/")
    repository, colon, tag = last.partition(":")
    version = f"{tag if colon else ''}{at}{digest}"
    return f"{head}{slash}{repository}", version


def image_change(change: FieldChange) -> tuple[str, str] | None:
    """Before and after of an image reference: the second without the repository where that stays."""
    if not is_image(change) or not isinstance(change.before, str) or not isinstance(change.after, str):
        return None
    old, old_version = split_image(change.before)
    new, new_version = split_image(change.after)
    if old != new or not old_version or not new_version:
        return change.before, change.after
    last = old.rpartition("/")[2]
    separator = "" if old_version.startswith("@") else ":"
    return f"{last}{separator}{old_version}", new_version


def quoted(text: str) -> str:
    """Text as YAML would have it: as it is where that cannot be taken for anything else, in quotes where it can."""
    plain = _PLAIN.fullmatch(text) and text.isprintable() and text == text.strip() and not text.endswith(":")
    if plain and not _NOT_TEXT.fullmatch(text[:40]) and ": " not in text and " #" not in text and not text.startswith("- "):
        return text
    return json.dumps(text, ensure_ascii=False)


def _flow(value: JSONValue, limit: int) -> str:
    """As much of a mapping or list as the limit can hold, and no more work than that."""
    parts: list[str] = []
    room = limit
    if isinstance(value, list):
        for item in value:
            parts.append(_flow(item, room) if isinstance(item, list | dict) else inline(item, max(8, room)))
            room -= len(parts[-1]) + 2
            if room <= 0:
                break
        return f"[{', '.join(parts)}{', …' if len(parts) < len(value) else ''}]"
    assert isinstance(value, dict)
    for key, item in value.items():
        shown = _flow(item, max(8, room)) if isinstance(item, list | dict) else inline(item, max(8, room))
        parts.append(f"{shorten(str(key), 60)}: {shown}")
        room -= len(parts[-1]) + 2
        if room <= 0:
            break
    return f"{{{', '.join(parts)}{', …' if len(parts) < len(value) else ''}}}"


def _text_change(before: str, after: str) -> str:
    old, new = before.splitlines(), after.splitlines()
    sizes = f"text of {len(old)} -> {len(new)} lines"
    if max(len(old), len(new)) > _LINES:
        return sizes
    added = removed = 0
    from difflib import SequenceMatcher

    for tag, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            removed += last - first
            added += end - start
    return f"{sizes} (+{added} -{removed})"


def _window(before: str, after: str, limit: int) -> tuple[str, str]:
    """Of two long texts the part that differs, with a little of what is around it."""
    if max(len(before), len(after)) <= limit:
        return before, after
    common = 0
    for left, right in zip(before, after, strict=False):
        if left != right:
            break
        common += 1
    start = max(0, common - limit // 3)
    if start == 0:
        return before, after
    return f"…{before[start:]}", f"…{after[start:]}"
