"""Text from the repository -> Markdown that shows it and does nothing else: no markup, mention, issue reference, link or command.

Names go into code spans, where forges process nothing; sentences are escaped. Inside raw HTML (`<summary>`) Markdown does not hold, so
there `code_html` and `text_html` are the ones to use.
"""

from __future__ import annotations

import re
from html import escape

from checker.report.clean import sentence, shown

_ACTIVE = re.compile(r"[\\`*_{}\[\]|~$^]|[&<>]|[@#!%](?=\w)|:(?=//)|\bwww(?=\.)|\bGH(?=-\d)")
_RUN = re.compile("`+")
# Forges make links of what the Markdown renders to, so that a backslash does not help; a zero-width space after the sign does
_BREAK = "&#8203;"


def text(value: str) -> str:
    """A sentence of others."""
    return _ACTIVE.sub(_harmless, sentence(value))


def _harmless(match: re.Match[str]) -> str:
    found = match[0]
    if found in "&<>":
        return escape(found)
    if found in "@%:" or found.isalpha():
        return f"{found}{_BREAK}"
    return f"\\{found}{_BREAK}" if found in "#!" else f"\\{found}"


def code(value: str, *, table: bool = False) -> str:
    """A name, as code. A fence longer than any run of backticks inside keeps it closed."""
    clean = shown(value) or " "
    fence = "`" * (longest_run(clean) + 1)
    padded = f" {clean} " if clean[0] == "`" or clean[-1] == "`" else clean
    span = f"{fence}{padded}{fence}"
    return span.replace("|", "\\|") if table else span


def code_html(value: str) -> str:
    return f"<code>{escape(shown(value))}</code>"


def text_html(value: str) -> str:
    return escape(sentence(value))


def longest_run(value: str) -> int:
    return max((len(run) for run in _RUN.findall(value)), default=0)


def fenced(lines: list[str], language: str) -> str:
    """A code block that nothing inside can close."""
    fence = "`" * max(3, max((longest_run(line) for line in lines), default=0) + 1)
    return "\n".join([f"{fence}{language}", *lines, fence])
