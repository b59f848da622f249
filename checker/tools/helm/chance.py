"""Charts that draw random values or look at the clock: which of their templates may come to it, and how to render those again.

The clock is not waited for but moved: each `now` of the templates is another one, more than a year later, so that a date of any
precision differs. Only where values bring such a template along (`tpl`) is time let pass, since a value may as well be text
for another program. Comments, texts and fields are no functions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from checker.model.objects import JSONValue
from checker.model.paths import RepoPath, basename
from checker.model.records import dataclass, replace
from checker.tools.helm.archive import contents, is_subchart, opened
from checker.tools.helm.files import ChartFiles
from checker.tools.helm.template_text import ACTION, ANY, TOKEN, pieces, tail

PAUSE = 1.01
"""Seconds: times are mostly printed in whole ones."""
_KEYS = frozenset({b"genCA", b"genSelfSignedCert", b"genSignedCert"})
_CLOCK = frozenset({b"now", b"ago"})
_CHANCE = _KEYS | _CLOCK | frozenset(
    {
        *(b"randAlpha", b"randNumeric", b"randAscii", b"randAlphaNum", b"randBytes", b"randInt", b"uuidv4", b"shuffle"),
        *(b"genCAWithKey", b"genPrivateKey", b"genSelfSignedCertWithKey", b"genSignedCertWithKey"),
        *(b"htpasswd", b"bcrypt", b"encryptAES"),
    }
)  # fmt: skip
_CHANGING = frozenset({b"set", b"unset", b"merge", b"mustMerge", b"mergeOverwrite", b"mustMergeOverwrite"})
_PARTS = tuple(sorted({name[:6] for name in _CHANCE}))
_CRD = re.compile(r"(?:charts/[^/]+/)*crds/")
_BROUGHT = b"what tpl renders"
_CHEAP_KEY = b'(genPrivateKey "ecdsa")'


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A chart some of whose templates may come to the clock or to chance: `names` are theirs, as `tail` has them."""

    names: frozenset[bytes]
    pause: float
    """Seconds to let pass before another render."""
    is_shared: bool
    """Whether what is drawn may come to any template, since one that draws changes values, which all share."""
    _chart: ChartFiles
    _calls: Mapping[bytes, frozenset[bytes]]

    def whole(self) -> ChartFiles:
        """The chart at another time. Values are known to fit by then: no schema is read again."""
        return _at_another_time(self._chart, 1, is_cheap=False)

    def alone(self, names: Iterable[bytes], turn: int) -> ChartFiles:
        """Those templates with all that they call, at a time of its own for each turn, and with keys that are quickly made."""
        needed = _closure(names, self._calls)
        files = {path: data for path, data in self._chart.files.items() if _is_needed(path, data, needed)}
        return _at_another_time(replace(self._chart, files=files), turn, is_cheap=True)


def drawing(chart: ChartFiles, values: Mapping[str, JSONValue]) -> Drawing | None:
    """None for a chart whose render is the same every time."""
    brought = [_unescaped(text) for text in (*_others(chart), json.dumps(dict(values)).encode()) if b"{{" in text]
    if not any(_words(text) & _CHANCE for text in (*brought, *_templates(chart))):
        return None
    whole = opened(chart).without_schemas()
    words, calls = _graph(whole, brought)
    callers: dict[bytes, set[bytes]] = {}
    for caller, called in calls.items():
        for name in called:
            callers.setdefault(name, set()).add(caller)
    reaching = _closure((name for name, found in words.items() if found & _CHANCE), callers)
    names = reaching & {tail(path.encode()) for path, data in whole.files.items() if _is_rendered(path)}
    if not names:
        return None
    late = _BROUGHT in reaching and words[_BROUGHT] & _CLOCK
    libraries = {tail(path.encode()) for path in whole.files if basename(path).startswith("_")}
    is_shared = any(words.get(name, frozenset()) & _CHANGING for name in reaching - libraries)
    return Drawing(names=names, pause=PAUSE if late else 0.0, is_shared=is_shared, _chart=whole, _calls=calls)


def _graph(chart: ChartFiles, brought: Iterable[bytes]) -> tuple[dict[bytes, frozenset[bytes]], dict[bytes, frozenset[bytes]]]:
    """The words of every named template and file of templates, and what they call; files of one tail are taken for one."""
    words: dict[bytes, frozenset[bytes]] = {}
    calls: dict[bytes, frozenset[bytes]] = {}
    texts = [(tail(path.encode()), data) for path, data in chart.files.items() if "templates/" in path]
    for file, text in (*texts, *((_BROUGHT, text) for text in brought)):
        for piece in pieces(text):
            name = piece.name or file
            words[name] = words.get(name, frozenset()) | piece.words
            called = {tail(call) if b"templates/" in call else call for call in piece.calls}
            calls[name] = calls.get(name, frozenset()) | called | ({_BROUGHT} if b"tpl" in piece.words else set())
            calls[file] = calls.get(file, frozenset()) | {name}
    return words, {**calls, ANY: frozenset(words)}


def _closure(names: Iterable[bytes], steps: Mapping[bytes, Iterable[bytes]]) -> frozenset[bytes]:
    reached = set(names)
    waiting = [*reached]
    while waiting:
        found = {name for name in steps.get(waiting.pop(), ()) if name not in reached}
        reached |= found
        waiting += found
    return frozenset(reached)


def _is_rendered(path: RepoPath) -> bool:
    return "templates/" in path and not basename(path).startswith("_") and not path.endswith("NOTES.txt")


def _is_needed(path: RepoPath, data: bytes, names: frozenset[bytes]) -> bool:
    """Documentation and CRDs hardly ever are: where a template reads one, it is not what it is in the whole chart."""
    if "templates/" in path:
        return tail(path.encode()) in names or any(piece.name in names for piece in pieces(data))
    return not path.endswith(".md") and _CRD.match(path) is None


def _unescaped(values: bytes) -> bytes:
    """Templates in quoted texts of YAML or JSON, near enough to find words in them."""
    return values.replace(b'\\"', b'"').replace(b"\\n", b" ")


def _templates(chart: ChartFiles) -> Iterator[bytes]:
    """And all that is in an archive."""
    for path, data in chart.files.items():
        if chart.is_archive or is_subchart(path):
            yield contents(data)
        elif "templates/" in path:
            yield data


def _others(chart: ChartFiles) -> Iterator[bytes]:
    """What a template may take the text of another from."""
    for path, data in chart.files.items():
        if not (chart.is_archive or is_subchart(path) or "templates/" in path or path.endswith(".md")):
            yield data


def _words(text: bytes) -> frozenset[bytes]:
    """Most files have not even a part of a name that is looked for, and are not searched for the whole."""
    if b"{{" not in text or not any(part in text for part in _PARTS):
        return frozenset()
    return frozenset().union(*(piece.words for piece in pieces(text)))


def _at_another_time(chart: ChartFiles, turn: int, *, is_cheap: bool) -> ChartFiles:
    moved = {
        path: _moved(data, turn, is_cheap=is_cheap) for path, data in chart.files.items() if "templates/" in path and _words(data) & _CHANCE
    }
    return replace(chart, files={**chart.files, **moved})


def _moved(template: bytes, turn: int, *, is_cheap: bool) -> bytes:
    others = {b"now": b"(now | dateModify `%dh1m1s`)" % (9661 * turn), b"ago": b"printf `ago %d %%v`" % turn}
    if is_cheap:
        others |= dict.fromkeys((b"bcrypt", b"htpasswd"), b"printf `%d %%v%%v`" % turn)
    return ACTION.sub(lambda action: _other_words(action[0], others, is_cheap=is_cheap) if action[1] else action[0], template)


def _other_words(action: bytes, others: Mapping[bytes, bytes], *, is_cheap: bool) -> bytes:
    """The action with other functions for those named; cheap: with keys of elliptic curves where those of RSA are made."""
    parts: list[bytes] = []
    ends: list[bytes] = [b""]
    """For each open parenthesis, what has to be added to the command in it."""
    done = 0
    previous = b""
    for token in TOKEN.finditer(action):
        word = token[0]
        if word in (b")", b"|"):
            parts += (action[done : token.start()].rstrip(), ends[-1], b" ")
            done = token.start()
            ends[-1] = b""
            if word == b")" and len(ends) > 1:
                ends.pop()
        elif word == b"(":
            ends.append(b"")
        elif word in others:
            parts += (action[done : token.start()], others[word])
            done = token.end()
        elif is_cheap and word in _KEYS:
            parts += (action[done : token.end()], b"WithKey")
            done = token.end()
            ends[-1] = b" " + _CHEAP_KEY
        elif is_cheap and previous == b"genPrivateKey" and word in (b'"rsa"', b'"dsa"'):
            parts += (action[done : token.start()], b'"ecdsa"')
            done = token.end()
        previous = word
    rest = re.fullmatch(rb"(.*?)(\s*-?\}\}|)", action[done:], re.DOTALL)
    return b"".join((*parts, rest[1], ends[0], rest[2])) if rest else action
