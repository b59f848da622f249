"""The settings file's JSON schema, as data: what is checked and what editors complete."""

from __future__ import annotations

from checker.model.report import Mode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checker.model.objects import JSONValue

_TEXT: JSONValue = {"type": "string", "minLength": 1}
_TEXTS: JSONValue = {"type": "array", "items": _TEXT}
_MODE: JSONValue = {"enum": [mode.value for mode in Mode]}

_MATCH: JSONValue = {
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "properties": {
        "path": _TEXT,
        "cluster": _TEXT,
        "destination": _TEXT,
        "namespace": _TEXT,
        "unit": _TEXT,
        "label": {"type": "string", "pattern": "^[^=]+=.+$"},
        "branch": _TEXT,
    },
}

_ENVIRONMENT: JSONValue = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"match": {"type": "array", "items": _MATCH}, "guarded": {"type": "boolean"}},
}

_KUBERNETES: JSONValue = {
    "type": "string",
    "anyOf": [{"enum": [f"1.{minor}" for minor in range(25, 38)]}, {"pattern": "^1\\.[0-9]+(\\.[0-9]+)?$"}],
}
"""Those with bundled schemas by name: editors offer them, and they are known without an expression."""
_RELEASE: JSONValue = {"type": "string", "pattern": "^v?[0-9]+\\.[0-9]+(\\.[0-9]+)?$"}
_STRINGS: JSONValue = {"type": "object", "additionalProperties": {"type": "string"}}

_CLUSTER: JSONValue = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "kubernetes": _KUBERNETES,
        "api-versions": _TEXTS,
        "flux": _RELEASE,
        "helm": _RELEASE,
        "variables": {
            "type": "object",
            "propertyNames": {"pattern": "^(ConfigMap|Secret)/[^/]+/[^/]+$"},
            "additionalProperties": _STRINGS,
        },
        "server": _TEXT,
        "labels": _STRINGS,
        "annotations": _STRINGS,
    },
}

_SETS: JSONValue = {"type": "array", "items": {"type": "object"}}
_GENERATORS: JSONValue = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"pullRequest": _SETS, "scmProvider": _SETS, "clusterDecisionResource": _SETS, "plugin": _SETS},
}

_POLICY: JSONValue = {
    "anyOf": [
        {"const": "builtin"},
        {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "path": _TEXT,
                "engine": {"enum": ["conftest", "gatekeeper"]},
                "namespaces": _TEXTS,
                "builtin": {"enum": ["baseline", "restricted", "all"]},
            },
        },
    ]
}

_SUPPRESSION: JSONValue = {
    "type": "object",
    "additionalProperties": False,
    "required": ["rule", "reason"],
    "properties": {
        "rule": _TEXT,
        "reason": _TEXT,
        "path": _TEXT,
        "object": _TEXT,
        "environment": _TEXT,
        "until": _TEXT,
    },
}

SCHEMA: JSONValue = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "gitops-check settings",
    "type": "object",
    "additionalProperties": False,
    "required": ["version"],
    "properties": {
        "version": {"const": 1},
        "kubernetes": {"type": "array", "minItems": 1, "items": _KUBERNETES},
        "environments": {"type": "object", "additionalProperties": _ENVIRONMENT},
        "clusters": {"type": "object", "additionalProperties": _CLUSTER},
        "generators": {"type": "object", "additionalProperties": _GENERATORS},
        "schemas": _TEXTS,
        "strict": {"type": "boolean"},
        "require-schemas": {"type": "boolean"},
        "policies": {"type": "array", "items": _POLICY},
        "rules": {"type": "object", "additionalProperties": {"anyOf": [_MODE, {"type": "object"}]}},
        "sources": {"type": "object", "additionalProperties": _TEXT},
        "exclude": _TEXTS,
        "suppress": {"type": "array", "items": _SUPPRESSION},
        "baseline": _TEXT,
        "fail-on": {"enum": ["error", "warning", "note", "never"]},
    },
}
