"""Report -> one page that needs nothing else: template, style and script beside this module, the report as JSON inside.

The script builds everything with text nodes, and the page's own policy allows that one script and no request at all, so that a name in a
repository has no way to act. Without a script the verdict and the counts still stand.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from html import escape
from pathlib import Path

from checker.model.report import Report
from checker.report.options import FormatOptions
from checker.report.page_data import page_data

_FOLDER = Path(__file__).parent / "page"


def html(report: Report, options: FormatOptions) -> str:
    data = page_data(report, options)
    style, script, page = (_read(name) for name in ("page.css", "page.js", "page.html"))
    allowed = f"img-src data:; style-src '{_digest(style)}'; script-src '{_digest(script)}'"
    policy = f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    # "<" would let text end the script element; the rest of the escapes keep the page plain ASCII
    embedded = (
        json.dumps(data, separators=(",", ":"))
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("##", "#\\u0023")
    )
    verdict = str(data["verdict"])
    parts = {
        "policy": escape(policy),
        "title": escape(f"gitops-check: {verdict}"),
        "verdict": escape(verdict[:1].upper() + verdict[1:]),
        "tone": str(data["tone"]),
        "counts": escape(str(data["counts"])),
        "style": style,
        "data": embedded,
        "script": script,
    }
    head, *rest = page.split("{{")
    return head + "".join(parts[name] + text for name, _, text in (piece.partition("}}") for piece in rest))


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
