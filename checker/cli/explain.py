"""`gitops-check explain`: what a rule means, why it matters, how to fix it and how to lift it."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from itertools import groupby
from textwrap import fill, indent

from checker.cli.arguments import Arguments
from checker.model.findings import UsageError
from checker.pipeline.catalogue import catalogue
from checker.pipeline.explanations import Explanation

SUPPRESSING = """\
How to suppress
  # gitops-check: ignore[{id}] reason       on the line or the one above it
  suppress: [{{rule: {id}, reason: ...}}]     in .gitops-check.yaml"""
LIFTING = {
    "branch-to-environment rules": """\
How to set
  rules: {{{id}: off | warn | enforce}} in .gitops-check.yaml, for every guarded environment
  rules: {{{id}: {{production: {{mode: warn, ...}}}}}} for one

How to lift
  for good: `off` in the settings, `except` or `components` for single units, in a change of its own
  for one change: a label or commit trailer that the rule `bypass` of the settings names""",
    "effects": "How to read it\n  A prediction, which fails nothing by itself; the rule destructive-change judges the dangerous ones.",
}


def explain(arguments: Arguments) -> int:
    if arguments.rule == "settings":
        sys.stdout.write(_settings())
        return 0
    entries = {entry.id: entry for entry in catalogue()}
    if not arguments.rule:
        sys.stdout.write(_listed(list(entries.values())))
        return 0
    entry = entries.get(arguments.rule)
    if entry is None:
        close = get_close_matches(arguments.rule, entries, n=1)
        raise UsageError(
            f"there is no rule {arguments.rule!r}", f"did you mean {close[0]}?" if close else "`gitops-check explain` lists them all"
        )
    sys.stdout.write(_page(entry))
    return 0


def _listed(entries: list[Explanation]) -> str:
    width = max(len(entry.id) for entry in entries)
    blocks = []
    for area, group in groupby(sorted(entries, key=lambda entry: (entry.area, entry.id)), key=lambda entry: entry.area):
        lines = [f"  {entry.id.ljust(width)}  {entry.title}" for entry in group]
        blocks.append("\n".join([area, *lines]))
    return "\n\n".join(blocks) + "\n\n`gitops-check explain RULE` says why, and how to fix it; `explain settings` lists the settings.\n"


def _settings() -> str:
    from checker.settings import FILE_NAME
    from checker.settings.meaning import MEANING

    head = f"{FILE_NAME}, at the top of the repository. A change is judged by the file of its base."
    tail = "`gitops-check init` writes one; `gitops-check explain RULE` says what a rule takes."
    return "\n".join([head, "", *(_parameter(name, text) for name, text in MEANING.items()), "", tail]) + "\n"


def _page(entry: Explanation) -> str:
    parts = [
        f"{entry.id}: {entry.title}",
        *(_wrapped(title, text) for title, text in (("Why", entry.why), ("How to fix", entry.fix)) if text),
    ]
    bad, good = ("Bad", "Settings") if entry.takes else ("Bad", "Good")
    for title, example in ((bad, entry.bad), (good, entry.good)):
        if example:
            parts.append(f"{title}\n{indent(example.rstrip(), '    ')}")
    if entry.takes:
        parts.append("\n".join(["It takes", *(_parameter(name, text) for name, text in entry.takes)]))
    parts.append(_lifting(entry))
    if entry.links:
        parts.append("See\n" + "\n".join(f"  {link}" for link in entry.links))
    return "\n\n".join(parts) + "\n"


def _wrapped(title: str, text: str) -> str:
    return f"{title}\n{fill(' '.join(text.split()), 100, initial_indent='  ', subsequent_indent='  ')}"


def _parameter(name: str, text: str) -> str:
    return fill(f"{name}: {text}", 100, initial_indent="  ", subsequent_indent="      ")


def _lifting(entry: Explanation) -> str:
    return LIFTING.get(entry.area, SUPPRESSING).format(id=entry.id)
