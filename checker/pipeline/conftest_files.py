"""What `test` reads from disk: files to judge, policies, and data documents, each as conftest finds them.

Folders are walked in the order of names; links that lead out of the folder named are not followed. Nothing is read from Git.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from checker.model.findings import UsageError
from checker.model.objects import JSONValue
from checker.model.records import dataclass
from checker.pipeline.conftest_parsers import STDIN, BrokenDocumentError, documents, is_read, is_read_by_conftest, parser_of
from checker.pipeline.policy_files import WithFiles, with_files
from checker.tools.rego import Module, Version

MAX_BYTES = 64 * 1024 * 1024


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
                if parser or is_read(shown):
                    files[shown] = _read(path, shown)
                elif is_read_by_conftest(shown):
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


def policy_modules(folder: Path, names: Sequence[str], version: Version) -> WithFiles:
    """Every Rego file named or below a folder named, tests included as conftest includes them. Raises UsageError where there is none.

    What they read by `parse_config_file` may lie in the folder of the run and below what is named.
    """
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
    allowed = [folder.resolve(), *((folder / name).resolve() for name in names)]

    def read(name: str) -> bytes:
        path = (folder / name).resolve()
        if not any(path.is_relative_to(top) for top in allowed):
            raise OSError(f"{name} is outside of this folder")
        return path.read_bytes()

    return with_files(modules, read)


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
