"""Read, check and freeze the settings file."""

from __future__ import annotations

from checker.model.findings import Severity, UsageError
from checker.model.objects import Location, mapping, sequence, text
from checker.model.paths import SETTINGS_FILE, clamped_path
from checker.model.report import Mode
from checker.model.settings import ClusterSetting, EnvironmentMatch, EnvironmentSetting, PolicySource, RuleChoice, Settings, Suppression
from checker.model.tree import EntryKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from typing import NoReturn, TypeAlias

    from checker.model.objects import JSONValue
    from checker.model.paths import RepoPath
    from checker.model.tree import Tree

FILE_NAME = SETTINGS_FILE
SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING, "note": Severity.NOTE}


Rules: TypeAlias = "Callable[[], Mapping[str, Collection[str]]]"
"""The ids of the rules that exist, each with the names of its parameters; asked only when the file chooses a rule."""


def load_settings(tree: Tree, path: RepoPath, rules: Rules) -> Settings:
    """The settings in `path` of a tree, the defaults where there is no such file. Raises UsageError."""
    if tree.kind(path) is not EntryKind.FILE:
        return Settings()
    data = tree.read(path)
    return parse_settings(data, path, rules)


def parse_settings(data: bytes, path: RepoPath, rules: Rules) -> Settings:
    """Raises UsageError for the first mistake, with its line."""
    from checker.tools.yaml import Rules as YamlRules
    from checker.tools.yaml import load_documents

    # by the rules of kustomize `off` is a word; by those of Kubernetes it would be the boolean false
    documents = load_documents(data, rules=YamlRules.KUSTOMIZE)
    problem = next((issue for document in documents for issue in (document.error, *document.duplicates) if issue), None)
    if problem is not None:
        raise UsageError(f"{path}:{problem.line}:{problem.column}: {problem.message}")
    if not documents or documents[0].value is None:
        return Settings()
    if len(documents) > 1:
        raise UsageError(f"{path}:{documents[1].line}: one document is expected, this is a second")
    _check(documents[0].value, data, path)
    return _Reader(data, path, rules).settings(mapping(documents[0].value))


def _check(value: JSONValue, data: bytes, path: RepoPath) -> None:
    from checker.settings.schema import SCHEMA
    from checker.tools.schema import schema_errors

    for error in schema_errors(SCHEMA, value):
        raise UsageError(f"{_place(data, path, error.pointer)}: {error.message}", "gitops-check explain settings lists every setting")


def _place(data: bytes, path: RepoPath, pointer: str) -> str:
    from checker.tools.yaml import locate

    found = locate(data, 0, pointer, key=True)
    return f"{path}:{found[0]}:{found[1]}" if found else path


class _Reader:
    """The checked document, turned into values; holds the text for the places that errors name."""

    def __init__(self, data: bytes, path: RepoPath, rules: Rules) -> None:
        self._data = data
        self._path = path
        self._rules = rules

    def settings(self, body: Mapping[str, JSONValue]) -> Settings:
        defaults = Settings()
        names = tuple(mapping(body.get("environments")))
        fail_on = text(body.get("fail-on"), "error")
        return Settings(
            kubernetes=tuple(text(version) for version in sequence(body.get("kubernetes"))),
            environments=tuple(_environment(name, mapping(value)) for name, value in mapping(body.get("environments")).items()),
            clusters=tuple(_cluster(name, mapping(value)) for name, value in mapping(body.get("clusters")).items()),
            generators={name: _generators(mapping(value)) for name, value in mapping(body.get("generators")).items()},
            schemas=_texts(body.get("schemas")) or defaults.schemas,
            strict=body.get("strict", True) is True,
            require_schemas=body.get("require-schemas") is True,
            policies=tuple(_policy(entry) for entry in sequence(body["policies"])) if "policies" in body else defaults.policies,
            rules=tuple(choice for rule, value in mapping(body.get("rules")).items() for choice in self._choices(rule, value, names)),
            sources={source: clamped_path(text(place)) for source, place in mapping(body.get("sources")).items()},
            exclude=_texts(body.get("exclude")),
            baseline=text(body.get("baseline")),
            suppress=tuple(self._suppression(index, mapping(entry)) for index, entry in enumerate(sequence(body.get("suppress")))),
            fail_on=SEVERITIES.get(fail_on),
        )

    def _choices(self, rule: str, value: JSONValue, environments: Collection[str]) -> tuple[RuleChoice, ...]:
        """A mode, `{mode, parameters}` for every guarded environment, or `{environment: mode | value | {mode, parameters}}`."""
        rules = self._rules()
        if rule not in rules:
            self._refuse(f"/rules/{rule}", f"there is no rule {rule!r}", rule, rules)
        if isinstance(value, str):
            return (RuleChoice(rule=rule, environment="", mode=Mode(value)),)
        body = mapping(value)
        known = {"mode", *rules[rule]}
        per_environment = {name: choice for name, choice in body.items() if name not in known}
        general = {name: choice for name, choice in body.items() if name in known}
        stranger = next((name for name in per_environment if environments and name not in environments), None)
        if stranger is not None:
            self._refuse(
                f"/rules/{rule}/{stranger}",
                f"{stranger!r} is neither an environment of this file nor a parameter of {rule}",
                stranger,
                {*environments, *known},
            )
        mode = self._mode(f"/rules/{rule}", general.pop("mode", None), Mode.ENFORCE)
        if not per_environment:
            return (RuleChoice(rule=rule, environment="", mode=mode, parameters=general),)
        return tuple(self._choice(rule, name, choice, mode, general) for name, choice in per_environment.items())

    def _choice(self, rule: str, environment: str, value: JSONValue, default: Mode, general: Mapping[str, JSONValue]) -> RuleChoice:
        if isinstance(value, str) and value in set(Mode):
            return RuleChoice(rule=rule, environment=environment, mode=Mode(value), parameters=general)
        if not isinstance(value, dict):
            return RuleChoice(rule=rule, environment=environment, mode=default, parameters={**general, "value": value})
        parameters = {**general, **value}
        mode = self._mode(f"/rules/{rule}/{environment}", parameters.pop("mode", None), default)
        return RuleChoice(rule=rule, environment=environment, mode=mode, parameters=parameters)

    def _mode(self, pointer: str, value: JSONValue, default: Mode) -> Mode:
        if value is None:
            return default
        if value not in set(Mode):
            self._refuse(f"{pointer}/mode", f"mode {value!r} is none of off, warn, enforce", str(value), [mode.value for mode in Mode])
        return Mode(text(value))

    def _suppression(self, index: int, body: Mapping[str, JSONValue]) -> Suppression:
        from checker.tools.yaml import locate

        until = text(body.get("until"))
        pointer = f"/suppress/{index}"
        line, column = locate(self._data, 0, pointer) or (1, 1)
        from datetime import date

        try:
            day = date.fromisoformat(until.partition("T")[0]) if until else None
        except ValueError:
            self._refuse(f"{pointer}/until", f"{until!r} is not a date; write it as 2027-01-31", "", ())
        return Suppression(
            rule=text(body.get("rule")),
            reason=text(body.get("reason")),
            path=text(body.get("path")) or None,
            object=text(body.get("object")) or None,
            environment=text(body.get("environment")) or None,
            until=day,
            location=Location(path=self._path, line=line, column=column),
        )

    def _refuse(self, pointer: str, message: str, word: str, known: Collection[str]) -> NoReturn:
        from difflib import get_close_matches

        close = get_close_matches(word, known, n=1)
        hint = f"; did you mean {close[0]}?" if close else (f"; there are {', '.join(sorted(known))}" if known else "")
        raise UsageError(f"{_place(self._data, self._path, pointer)}: {message}{hint}")


def _environment(name: str, body: Mapping[str, JSONValue]) -> EnvironmentSetting:
    matches = tuple(
        EnvironmentMatch(**{key: text(value) for key, value in mapping(entry).items()}) for entry in sequence(body.get("match"))
    )
    return EnvironmentSetting(name=name, match=matches, guarded=body.get("guarded") is True)


def _cluster(name: str, body: Mapping[str, JSONValue]) -> ClusterSetting:
    return ClusterSetting(
        name=name,
        kubernetes=text(body.get("kubernetes")),
        api_versions=_texts(body.get("api-versions")),
        flux=text(body.get("flux")),
        helm=text(body.get("helm")),
        variables={key: _strings(data) for key, data in mapping(body.get("variables")).items()},
        server=text(body.get("server")),
        labels=_strings(body.get("labels")),
        annotations=_strings(body.get("annotations")),
    )


def _generators(body: Mapping[str, JSONValue]) -> dict[str, tuple[Mapping[str, JSONValue], ...]]:
    return {generator: tuple(mapping(item) for item in sequence(items)) for generator, items in body.items()}


def _policy(entry: JSONValue) -> PolicySource:
    if entry == "builtin":
        return PolicySource()
    body = mapping(entry)
    return PolicySource(
        path=text(body.get("path")) or None,
        engine=text(body.get("engine"), "conftest"),
        namespaces=_texts(body.get("namespaces")) or ("main",),
        profile=text(body.get("builtin"), "baseline"),
    )


def _texts(value: JSONValue) -> tuple[str, ...]:
    return tuple(text(item) for item in sequence(value))


def _strings(value: JSONValue) -> dict[str, str]:
    return {key: text(item) for key, item in mapping(value).items()}
