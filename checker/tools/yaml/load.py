"""Bytes of a file to its documents, as values, with everything that is wrong as values too."""

from __future__ import annotations

from checker.model.records import dataclass
from checker.tools.yaml.fast import UNSURE, is_plain, load_fast
from checker.tools.yaml.scalars import Rules
from checker.tools.yaml.split import as_utf8, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.model.objects import JSONValue
    from checker.tools.yaml.split import Chunk

MAX_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlError:
    """Something wrong in a file: one sentence, and where, counted from 1 in lines of the file and characters."""

    message: str
    line: int
    column: int
    overrides: bool = False
    """Of a key set twice: it overrides one that `<<` brought. Only strict decoding minds."""


@dataclass(slots=True, kw_only=True)
class Document:
    """One document of a file. With an `error` there is no value. Nobody changes one; to freeze it would triple what making it costs.

    `duplicates` are keys that are set twice: an error in strict reading and to kustomize; otherwise the last one counts.
    """

    index: int
    line: int
    value: JSONValue = None
    error: YamlError | None = None
    duplicates: tuple[YamlError, ...] = ()


def load_documents(data: bytes, *, rules: Rules = Rules.KUBERNETES, max_bytes: int = MAX_BYTES) -> tuple[Document, ...]:
    """Every document that holds something, in order. Nothing in `data` makes this raise."""
    try:
        chunks = tuple(chunks_of(data, max_bytes))
        plain = is_plain(data, rules)
    except UnicodeDecodeError as error:
        return (_broken(0, 1, f"not {error.encoding.upper()}", 1, 1),)
    except OversizedError:
        message = f"{len(data) / 1e6:.0f} MB of YAML; the limit is {max_bytes / 1e6:.0f} MB"
        return (_broken(0, 1, message, 1, 1),)
    documents: list[Document] = []
    for chunk in chunks:
        index = len(documents)
        if chunk.inline and rules is Rules.KUSTOMIZE:
            message = "kustomize wants nothing but a comment after ---; move it to the next line"
            documents.append(_broken(index, chunk.line, message, chunk.line, 1))
            continue
        value = load_fast(chunk.data, rules, plain=plain)
        if value is UNSURE:
            documents.extend(read_exactly(chunk, index, rules))
        else:
            documents.append(Document(index=index, line=chunk.content_line, value=value))
    return tuple(documents)


class OversizedError(Exception):
    """More bytes than we are willing to parse."""


def chunks_of(data: bytes, max_bytes: int = MAX_BYTES) -> Iterator[Chunk]:
    """The documents' texts. Raises UnicodeDecodeError, OversizedError."""
    if len(data) > max_bytes:
        raise OversizedError
    return split(as_utf8(data))


def read_exactly(chunk: Chunk, index: int, rules: Rules) -> Iterator[Document]:
    """The documents of a chunk by the exact loader alone."""
    from checker.tools.yaml.build import Builder, build_documents
    from checker.tools.yaml.events import BrokenDocumentError

    before = chunk.line - 1
    try:
        for built in build_documents(chunk.data, lambda parser: Builder(parser, rules)):
            duplicates = tuple(
                YamlError(message=message, line=line + before, column=column, overrides=overrides)
                for message, line, column, overrides in built.duplicates
            )
            yield Document(index=index, line=built.line + before, value=built.value, duplicates=duplicates)
            index += 1
    except BrokenDocumentError as error:
        yield _broken(index, chunk.line, error.message, error.line + before, error.column)


def _broken(index: int, start: int, message: str, line: int, column: int) -> Document:
    return Document(index=index, line=start, error=YamlError(message=message, line=line, column=column))
