"""The two hidden lines at the top of a Markdown report: how its comment is found again, and what a machine needs to know of it.

Written by the `markdown` format and read by `gitops-check comment`, so that whoever holds the token needs nothing but the file.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote

from checker.model.findings import UsageError
from checker.model.posting import Posting
from checker.model.report import Report
from checker.report.clean import shown
from checker.report.options import FormatOptions
from checker.report.verdict import headline

_LINES = re.compile(r"(?P<marker><!-- gitops-check(?::[A-Za-z0-9._/-]+)? -->)\n<!-- gitops-check-result (?P<result>[\x21-\x7e]+) -->\n")
_STALE = "> [!NOTE]\n> This is about an earlier commit: the check of a later one did not finish.\n\n"


def marker(instance: str) -> str:
    """How the next run finds the comment again."""
    name = re.sub(r"[^A-Za-z0-9._/]+", "-", instance).strip("-")[:80]
    return f"<!-- gitops-check{f':{name}' if name else ''} -->"


def hidden_lines(report: Report, options: FormatOptions) -> str:
    worst = report.worst()
    failed = options.fail_on is not None and worst is not None and worst >= options.fail_on
    facts = {
        "verdict": "failed" if failed else "passed",
        "says": "nothing" if _is_empty(report) else "something",
        "summary": shown(headline(report), 300),
    }
    result = "&".join(f"{name}={quote(value, safe='')}" for name, value in facts.items())
    # two hyphens would end an HTML comment early
    return f"{marker(options.instance)}\n<!-- gitops-check-result {result.replace('-', '%2D')} -->"


def _is_empty(report: Report) -> bool:
    moves = any(diff.moves for diff in report.environments or ())
    unknown = any(item.affected for item in report.not_rendered)
    return not moves and not unknown and report.worst() is None


def read_posting(text: str, name: str) -> Posting:
    """A Markdown report as `check --output markdown` wrote it. Raises UsageError for anything else."""
    found = _LINES.match(text)
    facts = {key: values[0] for key, values in parse_qs(found["result"]).items()} if found is not None else {}
    if found is None or facts.get("verdict") not in ("passed", "failed"):
        raise UsageError(f"{name} is not a Markdown report of gitops-check", "make one: gitops-check check --output markdown=FILE")
    return Posting(
        marker=found["marker"],
        body=text,
        passed=facts["verdict"] == "passed",
        empty=facts.get("says") == "nothing",
        summary=shown(facts.get("summary", ""), 300),
    )


def stale(body: str) -> str:
    """The comment with a line on top that says it is about an earlier commit; the same where it says so already."""
    found = _LINES.match(body)
    at = found.end() if found is not None else 0
    return body if body.startswith(_STALE, at) else f"{body[:at]}{_STALE}{body[at:]}"
