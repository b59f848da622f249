"""The fast loader: ryaml where it provably reads what the exact loader reads, None everywhere else.

ryaml parses with a translation of the very libyaml that PyYAML carries (unsafe-libyaml 0.2, through serde_yaml 0.9), so
both accept the same grammar and differ only in what is made of the events. Those differences are few and named below:
what the text shows is looked for in the text before, what the values show in the values after. Whatever ryaml refuses
(duplicate keys, deep nesting, several documents, every error) is left to the exact loader and its messages.
"""

from __future__ import annotations

import codecs

from checker.model.cached import cache
from checker.model.patterns import pattern
from checker.tools.yaml.scalars import NUMERIC_STARTS, WORDS, Rules, plain
from checker.tools.yaml.split import ODD_LINE_ENDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MAX_FLOW = 2000
"""libyaml's time grows with the square of the depth of [] and {}, and ryaml reads all of a document before it looks at the depth."""

# An anchor, alias or tag stands at the start of a token, and what opens [] or {} as well.
_MARK = pattern(rb"[&*!](?<=[\s\[{,:].)")
_BEFORE_TOKENS = frozenset(b"\n\r:-?,[{")
_OPENER = pattern(rb"[\[{](?<=[\s\[{,:].)(?![\]}])")
_FOLDED = pattern(rb">[-+0-9]{0,2}[ \t\r]*(?:#[^\n]*)?\n")
_MODE = pattern(r"0[0-7]{1,5}")
_BOOLS_TO_BOTH = frozenset(("true", "True", "TRUE", "false", "False", "FALSE"))
_SUSPECT_STARTS = NUMERIC_STARTS | {word[:1] for word in WORDS[Rules.KUBERNETES]}
"""Text that starts otherwise is the same text to both, plain or quoted."""
_SURE_TYPES = frozenset((bool, int, type(None)))

_ALIKE: dict[Rules, set[str]] = {rules: set() for rules in Rules}
"""Short texts met before that both loaders read alike, as keys too."""


class Unsure:
    """What `load_fast` gives back when the exact loader has to read the document."""


UNSURE = Unsure()


def load_fast(data: bytes, rules: Rules, *, plain: bool = False) -> Any:
    """The value of a document of UTF-8 text, or UNSURE. `plain` says that `is_plain` is known to hold."""
    loads = _loader()
    if loads is None or not (plain or is_plain(data, rules)):
        return UNSURE
    try:
        value = loads(data.decode())
    except Exception:  # noqa: BLE001 - whatever is wrong, the exact loader says it
        return UNSURE
    if value is None or not _values_agree(value, rules, data):
        return UNSURE
    if rules is Rules.KUSTOMIZE and _holds_missing(value) and (b"{" in data or b"[" in data):
        return UNSURE  # a missing value inside [] or {} is '' to kustomize
    return value


@cache
def _loader() -> Callable[[str], Any] | None:
    """None where there is no wheel for this platform: the exact loader then reads everything."""
    module = _compiled()
    if module is None:
        try:
            import ryaml as module
        except ImportError:
            return None
    load: Callable[[str], Any] = vars(module)["loads"]
    return load


def _compiled() -> Any:
    """The compiled half of the package alone, None where it is not found by itself: the other half loads more than a lint does."""
    import sys
    from importlib.machinery import PathFinder

    package, name = PathFinder.find_spec("ryaml"), "ryaml._ryaml"
    found = package and PathFinder.find_spec(name, package.submodule_search_locations)
    if not found or found.loader is None:
        return None
    module = found.loader.create_module(found)
    if module is not None:
        sys.modules[name] = module
        found.loader.exec_module(module)
    return module


def is_plain(data: bytes, rules: Rules) -> bool:
    """Whether nothing in the text leads the loaders apart; of a file, it is true of every document in it."""
    if b"{" in data or b"[" in data:
        if len(data) > MAX_FLOW and data.count(b"{") + data.count(b"[") > MAX_FLOW:
            return False
        if b"?" in data and (data[:1] in b"[{" or _OPENER.search(data)):
            return False  # go-yaml ends a plain scalar at ? inside [] and {}
    if data[:1] in b"&*!%" or (b"%" in data and b"\n%" in data) or (b"\\" in data and b"\\/" in data):
        return False  # one byte is looked for ten times as fast as two
    if not data.isascii() and (ODD_LINE_ENDS.search(data) or codecs.BOM_UTF8 in data):
        return False  # they move the line that the document is reported to start at
    if (b"&" in data or b"*" in data or b"!" in data) and _has_mark(data):
        return False
    return rules is Rules.KUBERNETES or b">" not in data or not _FOLDED.search(data)


def _has_mark(data: bytes) -> bool:
    """Not in `a && b` or `19 * * *`: what goes before the blanks there starts no token."""
    for found in _MARK.finditer(data):
        at = found.start() - 1
        while at >= 0 and data[at] in b" \t":
            at -= 1
        if at < 0 or data[at] in _BEFORE_TOKENS:
            return True
    return False


def _values_agree(value: Any, rules: Rules, data: bytes) -> bool:
    """Whether nothing in a value that ryaml read may be something else to the exact loader, once file modes are numbers."""
    alike = _ALIKE[rules]
    if len(alike) > 50_000:
        alike.clear()
    stack: list[Any] = [[value]]
    with_modes: list[Any] = []
    while stack:
        node = items = stack.pop()
        if type(node) is dict:
            if not alike.issuperset(node) and not all(_key_agrees(key, rules, alike) for key in node if key not in alike):
                return False
            items = node.values()
        for item in items:
            kind = type(item)
            if kind is str:
                if item[:1] in _SUSPECT_STARTS and item not in alike and not _text_agrees(item, rules, alike):
                    if item is value or not _MODE.fullmatch(item):
                        return False
                    with_modes.append(node)
            elif kind is dict or kind is list:
                stack.append(item)
            elif kind not in _SURE_TYPES or (kind is int and item >= 1 << 63):
                return False
    return not with_modes or _modes_read(with_modes, rules, data)


def _modes_read(nodes: list[Any], rules: Rules, data: bytes) -> bool:
    """Whether octal numbers, as file modes are, are quoted nowhere: by quotes, by escapes, in a block. Then they are made numbers."""
    places = [
        (node, key, item)
        for node in nodes
        for key, item in (node.items() if type(node) is dict else enumerate(node))
        if type(item) is str and _MODE.fullmatch(item)
    ]
    lines = [line.lstrip() for line in data.splitlines()]
    for mode in {item.encode() for _, _, item in places}:
        if b"\\" in data or b"'" + mode in data or b'"' + mode in data or any(line.startswith(mode) for line in lines):
            return False
    for node, key, item in places:
        node[key] = plain(item, rules)
    return True


def _key_agrees(key: Any, rules: Rules, alike: set[str]) -> bool:
    if type(key) is not str or key == "<<" or (rules is Rules.KUSTOMIZE and key[:1] in NUMERIC_STARTS):
        return False
    return _text_agrees(key, rules, alike)


def _text_agrees(text: str, rules: Rules, alike: set[str]) -> bool:
    if text[:1] in NUMERIC_STARTS:
        if not _is_number_to_both(text) and plain(text, rules) != text:
            return False
        return rules is Rules.KUSTOMIZE or _known_alike(text, alike)  # there a key may not start so
    if text == "<<":
        return True
    word = WORDS[rules].get(text)
    if isinstance(word, bool) and text not in _BOOLS_TO_BOTH:
        return False  # yes, no, on, off, y, n: quoted or not?
    return _known_alike(text, alike)


def _is_number_to_both(text: str) -> bool:
    """ryaml takes these for numbers whenever they are not quoted, so that as text they were quoted."""
    whole, point, part = text.removeprefix("-").partition(".")
    digits = text.isascii() and whole.isdigit() and (part.isdigit() or not point)
    return digits and len(whole) <= 18 and len(part) <= 17 and (whole == "0" or whole[0] != "0")


def _known_alike(text: str, alike: set[str]) -> bool:
    if len(text) < 64:
        alike.add(text)
    return True


def _holds_missing(value: Any) -> bool:
    stack: list[Any] = [value]
    while stack:
        node = stack.pop()
        items = node.values() if type(node) is dict else node if type(node) is list else ()
        for item in items:
            if item is None:
                return True
            if type(item) is dict or type(item) is list:
                stack.append(item)
    return False
