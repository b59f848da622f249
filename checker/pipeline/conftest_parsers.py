"""A file's text to documents, by the parsers of conftest that are here; each reads what conftest 0.71 reads, or says that it does not.

YAML, JSON, TOML and Jsonnet are read whole. Of dotenv, INI and properties files what is plain is read: where their readers
would expand variables, escapes or quotes, the line is refused instead.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from checker.model.findings import UsageError
from checker.model.objects import JSONValue

STDIN = "-"
OTHER_PARSERS = (
    "codeowners", "cue", "cyclonedx", "dockerfile", "edn", "groovy", "hcl1", "hcl2", "hocon", "jsonc", "nginx", "spdx", "textproto",
    "vcl", "xml",
)  # fmt: skip
"""conftest's, which are not here: what they read is not what a GitOps controller deploys."""
_OTHER_NAMES = re.compile(
    r"(?:.*\.)?(?:dockerfile|jenkinsfile)(?:\..*)?|codeowners|.*\.(?:tf|hcl\d?|cue|edn|hocon|jsonc|spdx|textproto|textpb|vcl|xml|tfvars)"
    r"|nginx\.conf"
)


class BrokenDocumentError(ValueError):
    """A file that its parser refuses, and why; `line` is 0 where it says no place."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.column = column

    def at(self, name: str) -> str:
        if not self.line:
            return f"{name}: {self}"
        return f"{name}:{self.line}:{self.column}: {self}" if self.column else f"{name}:{self.line}: {self}"


def parser_of(name: str, parser: str = "") -> str:
    """Raises UsageError where nothing here reads such a file."""
    wanted = parser or ("yaml" if name == STDIN else _by_name(name))
    if wanted in PARSERS:
        return wanted
    known = f"there are {', '.join(PARSERS)}"
    if parser in OTHER_PARSERS:
        raise UsageError(f"the parser {parser} is conftest's and not here", known)
    if parser:
        raise UsageError(f"there is no parser {parser}", known)
    raise UsageError(f"no parser here reads {name}", f"--parser says how to read it: {', '.join(PARSERS)}")


def is_read(name: str) -> bool:
    return _by_name(name) in PARSERS


def is_read_by_conftest(name: str) -> bool:
    """A file that conftest would read and nothing here can."""
    return bool(_OTHER_NAMES.fullmatch(PurePosixPath(name).name.lower()))


def _by_name(name: str) -> str:
    base = PurePosixPath(name).name.lower()
    extension = base.rpartition(".")[2] if "." in base else ""
    if base == ".env" or base.startswith(".env.") or extension == "env":
        return "dotenv"
    if extension in ("gitignore", "dockerignore"):
        return "ignore"
    return {"yml": "yaml"}.get(extension, extension if extension not in ("dotenv", "ignore") else "")


def documents(name: str, data: bytes, parser: str = "", folder: Path | None = None) -> tuple[JSONValue, ...]:
    """Every document, those without content as null. `folder` is what imports of Jsonnet may read from. Raises BrokenDocumentError."""
    chosen = parser_of(name, parser)
    if chosen == "jsonnet":
        return (_jsonnet(name, data, folder),)
    return tuple(PARSERS[chosen](data))


def _yaml(data: bytes) -> Iterator[JSONValue]:
    """Cut as conftest cuts, where a line is nothing but `---`: what lies between two is a document even if it is empty."""
    from checker.tools.yaml import load_documents

    newline = b"\r\n" if b"\r\n" in data else b"\n"
    parts = [data] if data.startswith(b"%") else data.split(newline + b"---" + newline)
    line = 0
    for part in parts:
        loaded = load_documents(part)
        if not loaded:
            yield None
        for document in loaded:
            if document.error is not None:
                raise BrokenDocumentError(document.error.message, document.error.line + line, document.error.column)
            yield document.value
        line += part.count(newline) + 2


def _json(data: bytes) -> Iterator[JSONValue]:
    try:
        yield json.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except json.JSONDecodeError as error:
        raise BrokenDocumentError(error.msg, error.lineno, error.colno) from error
    except (ValueError, RecursionError) as error:
        raise BrokenDocumentError(str(error)) from error


def _toml(data: bytes) -> Iterator[JSONValue]:
    try:
        yield json.loads(json.dumps(tomllib.loads(data.decode()), default=str))
    except ValueError as error:
        raise BrokenDocumentError(str(error)) from error


def _lines(data: bytes, ends: str = r"\r\n|\r|\n") -> Iterator[tuple[int, str]]:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise BrokenDocumentError("it is not UTF-8") from error
    return enumerate(re.split(ends, text), 1)


_DOTENV = re.compile(r"""(?:export\s+)?([A-Za-z0-9_.]+)\s*=\s*(?:"([^"'\\$]*)"|'([^'"\\]*)'|([^#"'\\$`]*))""")


def _dotenv(data: bytes) -> Iterator[JSONValue]:
    """As gotenv reads it, without what it looks up in its environment."""
    found: dict[str, JSONValue] = {}
    for number, line in _lines(data):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        match = _DOTENV.fullmatch(text)
        if match is None:
            raise BrokenDocumentError("only plain KEY=value lines are read here, without variables, escapes and comments behind", number)
        found[match[1]] = next((group for group in match.groups()[1:3] if group is not None), (match[4] or "").strip())
    yield found


_PROPERTY = re.compile(r"([^ \f\t:=\\]+)[ \f\t]*[:=]?[ \f\t]*(.*)")


def _properties(data: bytes) -> Iterator[JSONValue]:
    found: dict[str, JSONValue] = {}
    for number, line in _lines(data):
        text = line.lstrip(" \f\t")
        if not text or text[0] in "#!":
            continue
        match = _PROPERTY.fullmatch(text)
        if match is None or "\\" in text or "${" in text:
            raise BrokenDocumentError("only plain key=value lines are read here, without escapes and ${...}", number)
        found[match[1]] = match[2]
    yield found


_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?")
_TRUTHS = {**dict.fromkeys(("t", "T", "TRUE", "true", "True"), True), **dict.fromkeys(("f", "F", "FALSE", "false", "False"), False)}


def _ini(data: bytes) -> Iterator[JSONValue]:
    """Sections of keys, as go-ini reads them; keys outside of a section are left out, as conftest does."""
    found: dict[str, dict[str, JSONValue]] = {}
    section = "DEFAULT"
    for number, line in _lines(data, "\n"):
        text = line.strip()
        if not text or text[0] in "#;":
            continue
        heading = re.fullmatch(r"\[([^\]\"`]+)\]", text)
        if heading is not None:
            section = heading[1]
            found.setdefault(section, {})
            continue
        match = re.fullmatch(r"([^=:\"`\[\]#;-][^=:\"`\[\]]*?)\s*[=:]\s*([^\"'`#;\\]*|\"[^\"'`#;\\]*\"|'[^\"'`#;\\]*')", text)
        if match is None:
            raise BrokenDocumentError("only [sections] and plain key = value lines are read here", number)
        found.setdefault(section, {})[match[1]] = _ini_value(match[2].strip("\"'"))
    yield {name: keys for name, keys in found.items() if name != "DEFAULT"}


def _ini_value(text: str) -> JSONValue:
    if _NUMBER.fullmatch(text):
        number = float(text)
        return int(number) if number.is_integer() else number
    return _TRUTHS.get(text, text)


def _ignore(data: bytes) -> Iterator[JSONValue]:
    """A list of lines in a list, so that it is one input: kind, value without escapes, and the line as written."""
    entries: list[JSONValue] = []
    for _, line in _lines(data, "\n"):
        bare = line.rstrip(" ")
        bare += " " if bare.endswith("\\") and len(bare) < len(line) else ""
        plain = re.sub(r"\\(\\?)", r"\1", bare)
        if not bare:
            kind, value = "Empty", line
        elif line.startswith("#"):
            kind, value = "Comment", bare[1:].strip()
        elif line.startswith("!"):
            kind, value = "NegatedPath", plain[1:]
        else:
            kind, value = "Path", plain
        entries.append({"Kind": kind, "Value": value, "Original": line})
    yield [entries]


def _jsonnet(name: str, data: bytes, folder: Path | None) -> JSONValue:
    from checker.tools.jsonnet import ImportRefused, JsonnetFailed, Program, evaluate

    top = (folder or Path()).resolve()

    def load(importing: str, wanted: str) -> tuple[str, bytes]:
        for start in (importing, str(PurePosixPath(name).parent)):
            path = (top / start / wanted).resolve()
            if path.is_relative_to(top) and path.is_file():
                return path.relative_to(top).as_posix(), path.read_bytes()
        raise ImportRefused(f"there is no {wanted} below this folder")

    try:
        return evaluate(Program(path=name, text=data.decode("utf-8", "replace")), load)
    except JsonnetFailed as error:
        raise BrokenDocumentError(error.message, error.line or 0, error.column or 0) from error


PARSERS: dict[str, Callable[[bytes], Iterator[JSONValue]]] = {
    "dotenv": _dotenv,
    "ignore": _ignore,
    "ini": _ini,
    "json": _json,
    "jsonnet": _json,
    "properties": _properties,
    "toml": _toml,
    "yaml": _yaml,
}
"""By conftest's names. What Jsonnet comes to is JSON."""
