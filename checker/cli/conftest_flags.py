"""conftest's flags, where they may stand (command line, `CONFTEST_` variables, `conftest.toml`, in this order), and their values.

Source: `conftest test --help`, `conftest verify --help` and the options page of www.conftest.dev, version 0.71.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from checker.model.findings import UsageError
from checker.model.records import dataclass, field

LISTS = ("policy", "namespace", "data", "update", "proto-file-dirs", "output")
TEXTS = (
    "ignore",
    "parser",
    "stdin-filename",
    "capabilities",
    "rego-version",
    "config-file",
    "report",
    "repository",
    "color",
    "rego-engine",
)
SWITCHES = (
    "fail-on-warn", "no-fail", "no-color", "suppress-exceptions", "all-namespaces", "quiet", "trace", "strict", "show-builtin-errors",
    "combine", "junit-hide-message", "github-hide-passed", "tls", "var-values", "verify", "verify-rego", "coverage", "debug", "help",
)  # fmt: skip
SHORT = {"p": "policy", "n": "namespace", "d": "data", "u": "update", "o": "output", "c": "config-file", "C": "repository", "h": "help"}
TRUE, FALSE = ("1", "t", "T", "TRUE", "true", "True"), ("0", "f", "F", "FALSE", "false", "False")
REFUSED = {
    "update": "policies are not downloaded here: `conftest pull`, or a copy in the repository, gives the same every time",
    "proto-file-dirs": "there is no parser for Protocol Buffers",
    "strict": "it is a check of OPA's compiler: run `opa check --strict` on the policies",
    "trace": "the engine keeps no trace: print() shows values, --verify --coverage the lines reached, `opa eval --explain` every step",
    "var-values": "the engine keeps no values of variables; print() shows them",
}
"""Flags that change what is found or shown and that we cannot honour, with the reason."""
_CONFIG = "conftest.toml"


@dataclass(frozen=True, slots=True)
class Flags:
    switches: Mapping[str, bool] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    paths: tuple[str, ...] = ()

    def on(self, name: str) -> bool:
        return self.switches.get(name, False)

    def text(self, name: str, default: str = "") -> str:
        return self.texts.get(name, default)

    def all(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        return self.lists.get(name) or default


def read_flags(words: Sequence[str], environ: Mapping[str, str]) -> Flags:
    """Everything said, the command line before variables before the file. Raises UsageError."""
    said, paths = _command_line(words)
    folder = Path(said.get("repository", ["."])[-1])
    variables = _variables(environ)
    config = (said.get("config-file") or variables.get("config-file") or [""])[-1]
    merged: dict[str, list[str]] = {**_file(folder, config), **variables, **said}
    return Flags(
        switches={name: _truth(name, values[-1]) for name, values in merged.items() if name in SWITCHES},
        texts={name: values[-1] for name, values in merged.items() if name in TEXTS},
        lists={
            name: tuple(part for value in values for part in value.split(",") if part) for name, values in merged.items() if name in LISTS
        },
        paths=tuple(paths),
    )


def _parts(values: Sequence[str]) -> Iterator[str]:
    return (part for value in values for part in value.split(",") if part)


def _command_line(words: Sequence[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Flags may stand before and after paths; `--` ends them."""
    said: dict[str, list[str]] = {}
    paths: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            return said, paths + rest
        if word == "-" or not word.startswith("-"):
            paths.append(word)
            continue
        name, value = _named(word)
        if name in SWITCHES:
            said[name] = ["true" if value is None else value]
            continue
        if value is None and not rest:
            raise UsageError(f"--{name} needs a value")
        said.setdefault(name, []).append(rest.pop(0) if value is None else value)
    return said, paths


def _named(word: str) -> tuple[str, str | None]:
    if word.startswith("--"):
        name, given, value = word.removeprefix("--").partition("=")
        if name not in (*LISTS, *TEXTS, *SWITCHES):
            close = get_close_matches(name, (*LISTS, *TEXTS, *SWITCHES), n=1)
            raise UsageError(f"--{name} is no flag of test", f"did you mean --{close[0]}?" if close else "gitops-check test -h lists them")
        return name, value if given else None
    name = SHORT.get(word[1], "")
    if not name:
        raise UsageError(f"{word} is no flag of test", "gitops-check test -h lists them")
    return name, word[2:].removeprefix("=") or None


def _variables(environ: Mapping[str, str]) -> dict[str, list[str]]:
    named = {f"CONFTEST_{name.upper().replace('-', '_')}": name for name in (*LISTS, *TEXTS, *SWITCHES)}
    return {named[variable]: [value] for variable, value in environ.items() if variable in named and value}


def _file(folder: Path, config: str) -> dict[str, list[str]]:
    path = folder / (config or _CONFIG)
    if not config and not path.is_file():
        return {}
    if path.suffix != ".toml":
        raise UsageError(f"{config} is not a .toml file", "conftest's settings are read from conftest.toml")
    try:
        found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: {error}") from error
    return {name: _values(value) for name, value in found.items() if name in (*LISTS, *TEXTS, *SWITCHES)}


def _values(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(item) for item in value]
    return [str(value).lower() if isinstance(value, bool) else str(value)]


def _truth(name: str, value: str) -> bool:
    if value not in TRUE + FALSE:
        raise UsageError(f"--{name}={value} is neither true nor false")
    return value in TRUE
