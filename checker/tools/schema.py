"""JSON Schema: a document in, a `Schema` out that accepts values or says everything that is wrong with one.

The only door to jsonschema-rs; its types stay behind it. Patterns run on an engine with linear time and references are
never fetched, so a schema from a pull request can neither hang the run nor reach the network.
"""

from __future__ import annotations

from checker.model.cached import cached_property
from checker.model.objects import mapping
from checker.model.records import dataclass
from checker.tools.schema_accept import NOTHING, acceptor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from checker.model.objects import JSONValue
    from checker.tools.schema_accept import Accepts, Asked

_DRAFT_4 = "http://json-schema.org/draft-04/schema"
MOST_PROBLEMS = 200
"""Of one value: past it nobody reads on, and a hostile document could make millions."""


class SchemaError(ValueError):
    """The schema itself is broken, or needs something outside itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaProblem:
    """One keyword that a value does not meet.

    `path` leads to the value, `node` is the schema that holds the keyword, `names` are the properties an
    `additionalProperties` or `required` problem is about, `branches` the problems of each alternative of `anyOf` and
    `oneOf` (empty when several alternatives hold at once).
    """

    keyword: str
    path: tuple[str | int, ...]
    value: JSONValue
    node: Mapping[str, Any]
    names: tuple[str, ...] = ()
    branches: tuple[tuple[SchemaProblem, ...], ...] = ()
    message: str = ""


class Schema:
    """A schema, made and compiled for the engine at the first value that the short answer leaves open: most never need it.

    `short` makes a short answer that needs no document; without it one is made of the document.
    """

    def __init__(self, document: dict[str, Any] | Callable[[], dict[str, Any]], short: Callable[[Asked], Accepts] | None = None) -> None:
        self._source = document
        self._short = short or self._short_of_document
        self._sure: dict[int, Accepts] = {}

    @cached_property
    def document(self) -> dict[str, Any]:
        return self._source() if callable(self._source) else self._source

    def surely_accepts(self, asked: Asked = NOTHING) -> Accepts:
        """A function of a value: True is certain, also of all that is asked beside; False is no answer."""
        made = self._sure.get(id(asked))
        if made is None:
            made = self._sure[id(asked)] = self._short(asked)
        return made

    def accepts(self, value: JSONValue) -> bool:
        return self.surely_accepts()(value) or bool(self._compiled.is_valid(value))

    def _short_of_document(self, asked: Asked) -> Accepts:
        return acceptor(self.document, mapping(self.document.get("definitions")), asked=asked)

    def problems(self, value: JSONValue) -> tuple[SchemaProblem, ...]:
        """Everything wrong with the value, in the order of the schema; `MOST_PROBLEMS` at the most."""
        found: list[SchemaProblem] = []
        for error in self._compiled.iter_errors(value):
            found.append(self._problem(error))
            if len(found) == MOST_PROBLEMS:
                break
        return tuple(found)

    def check(self) -> None:
        """Raises SchemaError for a schema that cannot be used."""
        _ = self._compiled

    @cached_property
    def _compiled(self) -> Any:
        import jsonschema_rs

        draft = str(self.document.get("$schema", "")).rstrip("#")
        # The published Kubernetes schemas name no draft and use the boolean exclusiveMinimum of draft 4.
        make = jsonschema_rs.Draft4Validator if draft in ("", _DRAFT_4) else jsonschema_rs.validator_cls_for(self.document)
        try:
            return make(self.document, validate_formats=True, pattern_options=jsonschema_rs.RegexOptions(), offline=True)
        except jsonschema_rs.ValidationError as error:
            raise SchemaError(_fault(error)) from None
        except (jsonschema_rs.ReferencingError, ValueError, RecursionError) as error:
            raise SchemaError(str(error).split("\n", 1)[0][:300]) from None

    def _problem(self, error: Any) -> SchemaProblem:
        details = error.kind.as_dict()
        names = details.get("unexpected") or ([details["property"]] if "property" in details else [])
        context = details.get("context", []) if error.kind.name in ("anyOf", "oneOf") else []
        branches = tuple(tuple(self._problem(inner) for inner in branch) for branch in context)
        return SchemaProblem(
            keyword=error.kind.name,
            path=tuple(error.instance_path),
            value=error.instance,
            node=self._node(error.schema_path),
            names=tuple(str(name) for name in names),
            branches=branches if all(branches) else (),
            message=error.message.split("\n", 1)[0][:300],
        )

    def _node(self, path: list[str | int]) -> Mapping[str, Any]:
        """The schema object that holds the failing keyword: the path without its last step."""
        node: Any = self.document
        for step in path[:-1]:
            try:
                node = node[step]
            except (KeyError, IndexError, TypeError):
                return {}
        return node if isinstance(node, dict) else {}


def _fault(error: Any) -> str:
    """What is wrong with a schema, from inside the alternatives that schemas of schemas are made of."""
    while error.kind.name in ("anyOf", "oneOf"):
        inner = [found for branch in error.kind.as_dict()["context"] for found in branch]
        if not inner:
            break
        error = max(inner, key=lambda found: len(found.instance_path))
    return f"{'.'.join(map(str, error.instance_path))}: {error.message[:200]}".lstrip(": ")


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaFault:
    """A problem in words. `pointer` leads to the value, or to the key that should not be there."""

    message: str
    pointer: str


def schema_errors(document: JSONValue, value: JSONValue) -> Iterator[SchemaFault]:
    """What is wrong with the value, one sentence each: for settings and other files whose schema is our own."""
    from checker.tools.schema_words import sentences

    if not isinstance(document, dict):
        raise SchemaError("a schema is a mapping")
    schema = Schema(document)
    if acceptor(document, mapping(document.get("definitions")), patterns=True)(value):
        return
    for problem in schema.problems(value):
        for sentence in sentences(problem):
            yield SchemaFault(message=sentence.message, pointer=sentence.pointer)
