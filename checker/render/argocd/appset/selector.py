"""Label selectors over the parameters of a generator and over the labels of clusters. applicationset/utils/selector.go, argo-cd."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from checker.model.objects import JSONValue, mapping, sequence, text
from checker.render.argocd.appset.params import GeneratorFailed

_OPERATORS = {"In": True, "NotIn": True, "Exists": False, "DoesNotExist": False}
"""Each with whether it takes values."""


def label_selector(selector: Mapping[str, JSONValue]) -> Callable[[Mapping[str, str]], bool]:
    """Raises GeneratorFailed for what Kubernetes refuses, whether or not there is anything to select from."""
    wanted = [(_key(key), "In", [text(value)]) for key, value in mapping(selector.get("matchLabels")).items()]
    wanted += [_expression(mapping(item)) for item in sequence(selector.get("matchExpressions"))]
    return lambda labels: all(_meets(labels.get(key), operator, values) for key, operator, values in wanted)


def _expression(item: Mapping[str, JSONValue]) -> tuple[str, str, list[str]]:
    key, operator = _key(text(item.get("key"))), text(item.get("operator"))
    values = [text(value) for value in sequence(item.get("values"))]
    if operator not in _OPERATORS:
        raise GeneratorFailed(f"{operator!r} is not a selector operator: {', '.join(_OPERATORS)}")
    if bool(values) is not _OPERATORS[operator]:
        raise GeneratorFailed(f"the selector operator {operator} of {key} {'needs' if _OPERATORS[operator] else 'takes no'} values")
    return key, operator, values


def _meets(value: str | None, operator: str, values: list[str]) -> bool:
    if operator == "In":
        return value in values
    if operator == "NotIn":
        return value not in values
    return (value is not None) is (operator == "Exists")


def _key(key: str) -> str:
    name = key.rpartition("/")[2]
    if not name or len(name) > 63 or not all(char.isalnum() or char in "-_." for char in name) or not (name[0] + name[-1]).isalnum():
        raise GeneratorFailed(f"{key!r} is not a label key, and a selector accepts no other")
    return key
