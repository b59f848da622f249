"""Documents by kustomize's rules with their scalars as they were written: what few results depend on.

Bytes and two makers in, documents out. `quoted` makes what stands for text in quotes or blocks, `literal` for scalars
that are no text (and dates). Keys and plain text stay plain str.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yaml import ScalarEvent

from checker.tools.yaml.build import NO_KEY, Builder, build_documents
from checker.tools.yaml.events import BrokenDocumentError, Parser
from checker.tools.yaml.load import chunks_of
from checker.tools.yaml.scalars import Rules, narrowed


def load_styled(data: bytes, *, quoted: Callable[[str], Any], literal: Callable[[str, Any], Any]) -> tuple[tuple[int, Any], ...]:
    """(document index, value) of a file that `load_documents` reads without an error by kustomize's rules."""
    values: list[Any] = []
    for chunk in chunks_of(data):
        values.extend(built.value for built in build_documents(chunk.data, lambda parser: _StyledBuilder(parser, quoted, literal)))
    return tuple(enumerate(values))


class _StyledBuilder(Builder):
    def __init__(self, parser: Parser, quoted: Callable[[str], Any], literal: Callable[[str, Any], Any]) -> None:
        super().__init__(parser, Rules.KUSTOMIZE)
        self._quoted = quoted
        self._literal = literal

    def _put(self, value: Any, event: Any) -> None:
        if type(event) is ScalarEvent and not (type(self._top) is dict and self._key is NO_KEY):
            value = self._styled(value, event)
            if event.anchor is not None:
                self._anchors[event.anchor].value = value
        super()._put(value, event)

    def _styled(self, value: Any, event: Any) -> Any:
        if type(value) is not str:
            return self._literal(event.value, narrowed(value) if type(value) is float else value)
        if event.style:
            return self._quoted(value)
        # Nothing inside [] or {} is null to kustomize, and printed by it as an empty text.
        return value if value and value == event.value else self._literal(event.value, value)


__all__ = ["BrokenDocumentError", "load_styled"]
