"""What CI says, value by value: text that a stranger may have typed in, a name, a number, a commit or nothing out.

Each is checked for type, length and control characters; one that fails is unknown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_MAX_TEXT = 1024
_MAX_LABELS = 500
_MAX_EVENT_BYTES = 30 * 1024 * 1024  # GitHub caps webhook payloads at 25 MB
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

Environment = Mapping[str, str]


def repository_name(url: str | None) -> str | None:
    """`owner/name` of the address of a clone: https, git and ssh in both ways of writing it."""
    found = re.fullmatch(r"(?:[a-z+]+://(?:[^@/]+@)?[^/]+/|(?:[^@/]+@)?[^:/]+:)(.+?)(?:\.git)?/?", url or "")
    return clean(found[1]) if found else None


def event_of(environ: Environment) -> dict[str, Any]:
    """GitHub's event payload, empty where there is none that can be read."""
    path = environ.get("GITHUB_EVENT_PATH")
    if not path:
        return {}
    try:
        with Path(path).open("rb") as file:
            data = file.read(_MAX_EVENT_BYTES + 1)
        event = json.loads(data) if len(data) <= _MAX_EVENT_BYTES else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}


def submapping(holder: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = holder.get(key)
    return value if isinstance(value, dict) else {}


def github_labels(value: object) -> tuple[str, ...]:
    return labels([label.get("name") for label in value if isinstance(label, dict)]) if isinstance(value, list) else ()


def labels(values: list[Any]) -> tuple[str, ...]:
    names = (clean(value.strip()) for value in values[:_MAX_LABELS] if isinstance(value, str))
    return tuple(sorted({name for name in names if name}))


def clean(value: object) -> str | None:
    """The value if it may be a name: text of one line and bounded length."""
    return value if isinstance(value, str) and 0 < len(value) <= _MAX_TEXT and value.isprintable() else None


def branch_text(value: object) -> str | None:
    text = clean(value)
    return clean(text.removeprefix("refs/heads/")) if text else None


def commit_text(value: object) -> str | None:
    return value if isinstance(value, str) and _COMMIT.fullmatch(value) and value.strip("0") else None


def request_number(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 19:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**18 else None


def truth(value: str | None) -> bool | None:
    return {"true": True, "false": False}.get((value or "").lower())
