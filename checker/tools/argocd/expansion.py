"""`$NAME` and `${NAME}` in a text, by the rules of Go's os.Expand (https://pkg.go.dev/os#Expand), which are not a shell's."""

from __future__ import annotations

import re
from collections.abc import Mapping

_VARIABLE = re.compile(
    r"\$(?:\{(?P<special>[*#$@!?\-0-9])\}|\{(?P<braced>[^}]*)\}|(?P<broken>\{)|(?P<single>[*#$@!?\-0-9])|(?P<name>[A-Za-z0-9_]+))"
)


def expand(text: str, variables: Mapping[str, str]) -> str:
    """`$$` is `$`, an unknown variable is empty, a lone `$` stays; `$1x` is the variable `1` followed by `x`."""

    def value(found: re.Match[str]) -> str:
        name = found["special"] or found["braced"] or found["single"] or found["name"] or ""
        return "$" if name == "$" else variables.get(name, "")

    return _VARIABLE.sub(value, text)
