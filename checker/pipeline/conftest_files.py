"""What `test` reads from disk: files to judge, policies, and data documents, each as conftest finds them.

Folders are walked in the order of names; links that lead out of the folder named are not followed. Nothing is read from Git.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from checker.model.findings import UsageError
from checker.model.objects import JSONValue
from checker.model.records import dataclass
from checker.tools.rego import Module, Version

STDIN = "-"
MAX_BYTES = 64 * 1024 * 1024
SUFFIXES = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".toml": "toml"}
PARSERS = ("json", "toml", "yaml")
OTHER_PARSERS = (
    "cue", "cyclonedx", "dockerfile", "dotenv", "edn", "groovy", "hcl1", "hcl2", "hocon", "ignore", "ini", "jsonc", "jsonnet", "nginx",
    "properties", "spdx", "textproto", "vcl", "xml",
)  # fmt: skip
"""conftest's, which are not here: what they read is not what a GitOps controller deploys."""
_OTHER_NAMES = re.compile(
    r"(?:.*\.)?(?:dockerfile|jenkinsfile)(?:\..*)?|\.env(?:\..*)?|.*\.(?:env|tf|hcl\d?|cue|edn|hocon|ini|jsonc|jsonnet|properties|spdx|"
    r"textproto|textpb|vcl|xml|tfvars)|nginx\.conf|\.(?:git|docker)ignore"
)


class BrokenDocumentError(ValueError):
    """A file that its parser refuses, and why; `line` is 0 where it says no place."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.column = column

    def at(self, name: str) -> str:
        return f"{name}:{self.line}:{self.column}: {self}" if self.line else f"{name}: {self}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Files by the names they are shown under; `left_out` are those that conftest would read and nothing here can."""

    files: tuple[tuple[str, bytes], ...]
    left_out: tuple[str, ...] = ()


def find_files(folder: Path, names: Sequence[str], *, ignore: str, parser: str, stdin: bytes) -> Found:
    """Raises UsageError for what does not exist, and for a file named that no parser here reads."""
    skipped = _pattern(ignore)
    files: dict[str, bytes] = {}
    left_out: list[str] = []
    for name in names:
        if name == STDIN:
            files[STDIN] = stdin
        elif (folder / name).is_dir():
            for shown, path in below(folder, name):
                if skipped is not None and skipped.search(shown):
                    continue
                if parser or Path(shown).suffix.lower() in SUFFIXES:
                    files[shown] = _read(path, shown)
                elif _OTHER_NAMES.fullmatch(Path(shown).name.lower()):
                    left_out.append(shown)
        elif (folder / name).exists():
            if skipped is None or not skipped.search(name):
                parser_of(name, parser)
                files[name] = _read(folder / name, name)
        else:
            raise UsageError(f"{name} does not exist")
    if not files:
        raise UsageError(f"no file to test below {', '.join(names)}", "name files, or folders that hold .yaml, .yml, .json or .toml files")
    return Found(files=tuple(files.items()), left_out=tuple(left_out))


def _pattern(ignore: str) -> re.Pattern[str] | None:
    try:
        return re.compile(ignore) if ignore else None
    except re.error as error:
        raise UsageError(f"--ignore {ignore} is not a regular expression: {error}") from error


def below(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    """Files below a folder in the order of names, as conftest shows them: `apps/x.yaml`, below `.` just `x.yaml`."""
    top = (folder / name).resolve()
    waiting = [folder / name]
    while waiting:
        path = waiting.pop()
        if path.is_symlink() and not path.resolve().is_relative_to(top):
            continue
        if path.is_dir():
            if path.name != ".git" and not (path.is_symlink() and path != folder / name):
                waiting += sorted(path.iterdir(), reverse=True)
        elif path.is_file():
            yield Path(os.path.normpath(Path(name) / path.relative_to(folder / name))).as_posix(), path


def _read(path: Path, shown: str) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{shown} is larger than {MAX_BYTES >> 20} MB")
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror}") from error


def parser_of(name: str, parser: str) -> str:
    """Raises UsageError where nothing here reads such a file."""
    wanted = parser or ("yaml" if name == STDIN else SUFFIXES.get(Path(name).suffix.lower(), ""))
    if wanted in PARSERS:
        return wanted
    if parser in OTHER_PARSERS:
        raise UsageError(f"--parser {parser} is conftest's and not here", f"there are {', '.join(PARSERS)}")
    if parser:
        raise UsageError(f"there is no parser {parser}", f"there are {', '.join(PARSERS)}")
    raise UsageError(f"{name} is no YAML, JSON or TOML file", f"--parser says how to read it: {', '.join(PARSERS)}")


def documents(name: str, data: bytes, parser: str) -> tuple[JSONValue, ...]:
    """Every document, those without content as null. Raises BrokenDocumentError with line and column."""
    match parser_of(name, parser):
        case "json":
            return (_json(data.removeprefix(b"\xef\xbb\xbf")),)
        case "toml":
            return (_toml(data),)
        case _:
            return tuple(_yaml(data))


def _json(data: bytes) -> JSONValue:
    try:
        value: JSONValue = json.loads(data)
    except json.JSONDecodeError as error:
        raise BrokenDocumentError(error.msg, error.lineno, error.colno) from error
    except (ValueError, RecursionError) as error:
        raise BrokenDocumentError(str(error)) from error
    return value


def _toml(data: bytes) -> JSONValue:
    try:
        value: JSONValue = json.loads(json.dumps(tomllib.loads(data.decode()), default=str))
    except ValueError as error:
        raise BrokenDocumentError(str(error)) from error
    return value


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


def policy_modules(folder: Path, names: Sequence[str], version: Version) -> tuple[Module, ...]:
    """Every Rego file named or below a folder named, tests included as conftest includes them. Raises UsageError where there is none."""
    found: dict[str, Path] = {}
    for name in names:
        if not (folder / name).exists():
            raise UsageError(f"there is no policy folder {name}", "-p names the folder of the policies, as `conftest test -p`")
        found.update(below(folder, name) if (folder / name).is_dir() else [(name, folder / name)])
    modules = tuple(
        Module(shown, _read(path, shown).decode("utf-8", "replace"), version) for shown, path in found.items() if shown.endswith(".rego")
    )
    if not modules:
        raise UsageError(f"there is no .rego file below {', '.join(names)}")
    return modules


def data_documents(folder: Path, names: Sequence[str]) -> dict[str, JSONValue]:
    """JSON and YAML below the paths as one document: names of folders become keys, names of files do not. Raises UsageError."""
    merged: dict[str, JSONValue] = {}
    for name in names:
        start = folder / name
        if not start.exists():
            raise UsageError(f"--data {name} does not exist")
        for shown, path in below(folder, name) if start.is_dir() else [(name, start)]:
            if path.suffix not in (".yaml", ".yml", ".json"):
                continue
            value = _data(shown, path)
            for key in reversed(path.relative_to(start).parts[:-1] if start.is_dir() else ()):
                value = {key: value}
            _merge(merged, value, shown)
    return merged


def _data(shown: str, path: Path) -> JSONValue:
    try:
        return documents(shown, _read(path, shown), "")[0]
    except BrokenDocumentError as error:
        raise UsageError(f"--data {error.at(shown)}") from error


def _merge(into: dict[str, JSONValue], value: JSONValue, shown: str) -> None:
    if not isinstance(value, dict):
        raise UsageError(f"--data {shown} is no mapping, so it has no name under `data`")
    for key, item in value.items():
        present = into.get(key)
        if key not in into:
            into[key] = item
        elif isinstance(present, dict) and isinstance(item, dict):
            _merge(present, item, shown)
        else:
            raise UsageError(f"--data {shown}: another data file has given `{key}` already")
