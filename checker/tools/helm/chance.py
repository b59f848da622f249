"""Charts that draw random values or look at the clock: told by their templates, and rendered a second time.

For the second render the clock is not waited for but moved: each `now` of the templates is another one, more than a year
later, so that a date of any precision differs. Only where values bring such a template along (`tpl`) is time let pass, since
a value may as well be text for another program. Comments, texts and fields are no functions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from checker.model.objects import JSONValue
from checker.model.paths import RepoPath
from checker.model.records import dataclass, replace
from checker.tools.helm.archive import contents, is_subchart, opened
from checker.tools.helm.files import ChartFiles

PAUSE = 1.01
"""Seconds: times are mostly printed in whole ones."""
_RANDOM = frozenset(
    {
        *(b"randAlpha", b"randNumeric", b"randAscii", b"randAlphaNum", b"randBytes", b"randInt", b"uuidv4", b"shuffle"),
        *(b"genCA", b"genCAWithKey", b"genPrivateKey", b"genSelfSignedCert", b"genSelfSignedCertWithKey"),
        *(b"genSignedCert", b"genSignedCertWithKey", b"htpasswd", b"bcrypt", b"encryptAES"),
    }
)
_CLOCK = {b"now": b"(now | dateModify `9661h1m1s`)", b"ago": b"printf `ago %v`"}
# No \b at their beginning: the expression would not be searched for by its first letters, and be five times slower.
_CHANCE = re.compile(b"(?:" + b"|".join(sorted((*_RANDOM, *_CLOCK), reverse=True)) + rb")(?!\w)")
_PARTS = tuple(sorted({name[:6] for name in _RANDOM} | _CLOCK.keys()))
_TPL = re.compile(rb"tpl(?!\w)")
# Every text is closed by the end of the file at the latest, so that no file is read twice.
_TOKEN = re.compile(
    rb'"(?:[^"\\]++|\\.)*+(?:"|\Z|\\\Z)' rb"|`[^`]*+(?:`|\Z)" rb"|'(?:[^'\\]++|\\.)*+(?:'|\Z|\\\Z)" rb"|\}\}|[.$]?[A-Za-z_]\w*+", re.DOTALL
)
_COMMENT = re.compile(rb"-?\s*/\*")


@dataclass(frozen=True, slots=True)
class Again:
    """What to render a second time, after `pause` seconds."""

    chart: ChartFiles
    pause: float


def second_render(chart: ChartFiles, values: Mapping[str, JSONValue]) -> Again | None:
    """None for a chart whose render is the same every time. Values are known to fit by then: no schema is read again."""
    templates = [data for path, data in _texts(chart) if path is None or "templates/" in path]
    found = _functions_of(templates)
    brought: frozenset[bytes] = frozenset()
    if any(b"tpl" in _functions(data, _TPL) for data in templates):
        files = [data for path, data in _texts(chart) if path is not None and "templates/" not in path and not path.endswith(".md")]
        brought = _functions_of(map(_unescaped, (*files, json.dumps(dict(values)).encode())))
    if not (found | brought) & (_RANDOM | _CLOCK.keys()):
        return None
    pause = PAUSE if brought & _CLOCK.keys() else 0.0
    return Again(_at_another_time(chart) if found & _CLOCK.keys() else chart.without_schemas(), pause)


def _unescaped(values: bytes) -> bytes:
    """Templates in quoted texts of YAML or JSON, near enough to find words in them."""
    return values.replace(b'\\"', b'"').replace(b"\\n", b" ")


def _texts(chart: ChartFiles) -> Iterator[tuple[RepoPath | None, bytes]]:
    """None for the path of a whole archive: all that is in it."""
    for path, data in chart.files.items():
        if chart.is_archive or is_subchart(path):
            yield None, contents(data)
        else:
            yield path, data


def _at_another_time(chart: ChartFiles) -> ChartFiles:
    plain = opened(chart).without_schemas()
    moved = {path: _moved(data) for path, data in plain.files.items() if "templates/" in path and any(word in data for word in _CLOCK)}
    return replace(plain, files={**plain.files, **moved})


def _moved(template: bytes) -> bytes:
    parts: list[bytes] = []
    done = 0
    start = template.find(b"{{")
    while start >= 0:
        words, end = _action(template, start)
        for at, word in words:
            if word in _CLOCK:
                parts += (template[done:at], _CLOCK[word])
                done = at + len(word)
        start = template.find(b"{{", end)
    return b"".join((*parts, template[done:]))


def _functions_of(texts: Iterable[bytes]) -> frozenset[bytes]:
    """Most files have not even a part of a name that is looked for, and are not searched for the whole."""
    return frozenset(word for text in texts if any(part in text for part in _PARTS) for word in _functions(text, _CHANCE))


@lru_cache(maxsize=1024)  # releases share charts, and charts share libraries of templates
def _functions(template: bytes, names: re.Pattern[bytes]) -> frozenset[bytes]:
    """The words of the actions that one of the names stands in, in a text of the action or outside."""
    found: set[bytes] = set()
    done = 0
    for name in names.finditer(template):
        if name.start() >= done:
            start = template.rfind(b"{{", done, name.start())
            words, end = _action(template, start) if start >= 0 else ([], name.start())
            found.update(word for _, word in words)
            done = max(end, name.start())
    return frozenset(found)


def _action(template: bytes, start: int) -> tuple[list[tuple[int, bytes]], int]:
    """The bare words of the action that starts there, with their places, and where it ends: functions and keywords, not fields,
    variables, texts or comments."""
    comment = _COMMENT.match(template, start + 2)
    if comment is not None:
        end = template.find(b"*/", comment.end())
        return [], end if end >= 0 else len(template)
    words: list[tuple[int, bytes]] = []
    for token in _TOKEN.finditer(template, start + 2):
        word = token.group()
        if word == b"}}":
            return words, token.end()
        if word[:1].isalpha():
            words.append((token.start(), word))
    return words, len(template)
