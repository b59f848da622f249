"""An object before and after -> the lines of a diff as people read manifests.

Mappings are printed in one order whatever the file had, and list items that carry a name are lined up by it, so that only what the
comparison found shows. Noise that was folded is not shown as a change. Every line is already safe to print and of bounded length.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from checker.model.diff import Change, FieldChange, ObjectDiff
from checker.model.objects import JSONValue
from checker.model.records import dataclass
from checker.report.clean import shorten, visible
from checker.report.values import inline, quoted

_FIRST: Mapping[str, int] = {"apiVersion": 0, "kind": 1, "metadata": 2, "name": 3, "namespace": 4, "key": 5}
_WIDTH = 300
_LINES = 3000
"""Longer differing parts are told as a list of fields: a line diff of them costs more than it says."""
_CONTEXT = 3
_DEEP = 60


@dataclass(frozen=True, slots=True)
class Line:
    """`mark` is `+`, `-`, a space, or `@` for the place where a hunk lies."""

    mark: str
    text: str

    def __str__(self) -> str:
        return f"@@ {self.text} @@" if self.mark == "@" else f"{self.mark}{self.text}"


def diff_lines(diff: ObjectDiff, *, noise: bool = False) -> list[Line]:
    """What to show for an object: all of a new or a gone one, hunks with context of a changed one.

    Nothing of one that is left running: no line of it changes.
    """
    if diff.change is Change.ORPHANED:
        return []
    if diff.before is None and diff.after is None:
        return field_lines(diff.fields)
    if diff.before is None or diff.after is None:
        mark, body = ("-", diff.before) if diff.after is None else ("+", diff.after)
        return [Line(mark, text) for text, _ in _manifest(body)]
    before = _aligned(diff.before, diff.after, "", {change.pointer for change in diff.fields})
    if diff.folded and not noise:
        before = _without(before, diff.folded)
    lines = _hunks(_manifest(before), _manifest(diff.after))
    return lines if lines else field_lines(diff.fields)


def field_lines(changes: Iterable[FieldChange]) -> list[Line]:
    """Fields one by one, where whole bodies are not at hand or too long to compare."""
    lines = []
    for change in changes:
        path = visible(shorten(change.path, 200))
        if change.before_present:
            lines.append(Line("-", f"{path}: {inline(change.before, _WIDTH)}"))
        if change.after_present:
            lines.append(Line("+", f"{path}: {inline(change.after, _WIDTH)}"))
    return lines


def _hunks(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> list[Line]:
    left, right = [text for text, _ in old], [text for text, _ in new]
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    end = 0
    while end < min(len(left), len(right)) - start and left[-1 - end] == right[-1 - end]:
        end += 1
    if max(len(left), len(right)) - start - end > _LINES:
        return []
    keep = max(0, start - _CONTEXT), max(0, end - _CONTEXT)
    matcher = SequenceMatcher(None, left[keep[0] : len(left) - keep[1]], right[keep[0] : len(right) - keep[1]], autojunk=len(left) > 500)
    lines: list[Line] = []
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        lines.append(Line("@", _where(group, old[keep[0] :], new[keep[0] :])))
        for tag, first, last, begin, stop in group:
            if tag == "equal":
                lines += [Line(" ", text) for text in left[first + keep[0] : last + keep[0]]]
            else:
                lines += [Line("-", text) for text in left[first + keep[0] : last + keep[0]]]
                lines += [Line("+", text) for text in right[begin + keep[0] : stop + keep[0]]]
    return lines


def _where(group: Sequence[tuple[str, int, int, int, int]], old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> str:
    """What the first changed line of a hunk is in."""
    _, first, last, begin, _ = next(step for step in group if step[0] != "equal")
    return (old[first] if last > first else new[begin])[1] or "the object"


def _manifest(value: JSONValue) -> list[tuple[str, str]]:
    """Lines of YAML, each with the path of what it is in. Different values never give the same lines."""
    out: list[tuple[str, str]] = []
    _write(out, value, "", "", 0)
    return out


def _write(out: list[tuple[str, str]], value: JSONValue, indent: str, path: str, depth: int) -> None:
    if depth > _DEEP:
        out.append((f"{indent}{_cut(json.dumps(value))}", path))
    elif isinstance(value, dict) and value:
        for key in sorted(value, key=lambda key: (_FIRST.get(key, 9), key)):
            name = _text(key)
            _entry(out, f"{indent}{name}:", value[key], f"{indent}  ", path, f"{path}.{name}" if path else name, depth)
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            label = item.get("name") if isinstance(item, dict) else None
            inner = f"{path}[{_text(label) if isinstance(label, str) else number}]"
            if isinstance(item, dict | list) and item:
                first = len(out)
                _write(out, item, f"{indent}  ", inner, depth + 1)
                out[first] = (f"{indent}- {out[first][0][len(indent) + 2 :]}", path)
            else:
                _entry(out, f"{indent}-", item, f"{indent}  ", path, inner, depth)
    else:
        out.append((f"{indent}{_scalar(value)}", path))


def _entry(out: list[tuple[str, str]], start: str, value: JSONValue, indent: str, path: str, inner: str, depth: int) -> None:
    if isinstance(value, dict | list) and value:
        out.append((start, path))
        # a list lies as deep as its key, as kubectl prints it
        _write(out, value, indent if isinstance(value, dict) else indent[:-2], inner, depth + 1)
    elif isinstance(value, str) and "\n" in value:
        out.append((f"{start} |{'' if value.endswith(chr(10)) else '-'}", path))
        # what is escaped must not look like what somebody wrote with a backslash
        lines = (line if line.isprintable() else line.replace("\\", "\\\\") for line in value.removesuffix("\n").split("\n"))
        out.extend((f"{indent}{_cut(line)}", inner) for line in lines)
    else:
        out.append((f"{start} {_scalar(value)}", path))


def _scalar(value: JSONValue) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict | list):
        return "{}" if isinstance(value, dict) else "[]"
    return _cut(json.dumps(value))


def _text(value: str) -> str:
    return _short_text(value) if len(value) <= _WIDTH else _cut(quoted(value))


@lru_cache(maxsize=10_000)
def _short_text(value: str) -> str:
    """The same few keys and values make up most lines of most manifests."""
    return _cut(quoted(value))


def _cut(text: str) -> str:
    """Safe to print, and of bounded length; a digest keeps apart what differs in the part that is cut out."""
    if len(text) <= _WIDTH:
        return visible(text)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{visible(shorten(text, _WIDTH))} ({len(text):,} characters, digest {digest})"


def _aligned(before: JSONValue, after: JSONValue, pointer: str, changed: set[str]) -> JSONValue:
    """`before` with named list items in the order of `after`, but for a list whose order the comparison reports."""
    if isinstance(before, dict) and isinstance(after, dict):
        return {
            key: _aligned(value, after[key], f"{pointer}/{_step(key)}", changed) if key in after else value for key, value in before.items()
        }
    if not (isinstance(before, list) and isinstance(after, list)) or pointer in changed:
        return before
    old, new = _by_name(before), _by_name(after)
    if old is None or new is None:
        return before
    order = {name: number for number, name in enumerate(new)}
    names = sorted(old, key=lambda name: order.get(name, len(order)))
    return [_aligned(old[name], new[name], f"{pointer}/{order[name]}", changed) if name in new else old[name] for name in names]


def _by_name(items: Sequence[JSONValue]) -> dict[str, JSONValue] | None:
    named: dict[str, JSONValue] = {}
    for item in items:
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(name, str) or name in named:
            return None
        named[name] = item
    return named


def _without(before: JSONValue, folded: Iterable[FieldChange]) -> JSONValue:
    """`before` as if the folded changes had been there already; one whose place is not found as expected stays visible."""
    result = copy.deepcopy(before)
    for change in folded:
        *steps, last = [step.replace("~1", "/").replace("~0", "~") for step in change.pointer.split("/")[1:]] or [""]
        holder: JSONValue = result
        for step in steps:
            holder = _child(holder, step)
        if not isinstance(holder, dict) or (change.before_present and holder.get(last) != change.before):
            continue
        if change.after_present:
            holder[last] = change.after
        else:
            holder.pop(last, None)
    return result


def _child(holder: JSONValue, step: str) -> JSONValue:
    if isinstance(holder, dict):
        return holder.get(step)
    if isinstance(holder, list) and step.isdecimal() and int(step) < len(holder):
        return holder[int(step)]
    return None


def _step(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
