"""JSON, YAML, base64 and digests of sprig, and the functions that Argo CD adds: normalize, slugify, toYaml, fromYaml.

util/../applicationset/utils/utils.go, argo-cd.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import re
import zlib
from collections.abc import Callable
from typing import Any

from checker.tools.gotemplate.errors import TemplateFailed, TemplateUnsupported
from checker.tools.gotemplate.values import go_value, kind

MAX_NAME = 253
MAX_SLUG = 50


def _json_value(value: Any) -> Any:
    """Whole floats as integers, as Go's JSON prints them up to 1e21."""
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e21:
            return int(value)
        if not math.isfinite(value) or not 1e-4 <= abs(value) < 1e16:
            raise TemplateUnsupported(f"the number {value} in JSON is not supported")
        return value
    if isinstance(value, dict):
        return {key: _json_value(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_json_value(item) for item in value]
    return int(value) if kind(value) == "int64" else value


def _to_json(value: Any, *, escape: bool = True, indent: int | None = None) -> str:
    separators = (",", ": ") if indent else (",", ":")
    text = json.dumps(_json_value(value), ensure_ascii=False, separators=separators, indent=indent)
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    if escape:
        text = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return text


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _must_from_json(text: str) -> Any:
    try:
        return go_value(json.loads(text, parse_constant=_constant))
    except (ValueError, RecursionError) as error:
        raise TemplateFailed(f"fromJson: {error}") from error


def _from_json(text: str) -> Any:
    try:
        return _must_from_json(text)
    except TemplateFailed:
        return None


def _decoded32(text: str) -> str:
    try:
        return base64.b32decode(text.replace("\n", "").replace("\r", "")).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise TemplateUnsupported("b32dec of what is not base32 text is not supported") from error


def _to_yaml(value: Any) -> str:
    from checker.tools.yaml import dump

    return dump(_json_value(value), sort_keys=True).removesuffix("\n")


def _from_yaml(text: str, wanted: type) -> Any:
    from checker.tools.yaml import load_documents

    documents = load_documents(text.encode("utf-8", "surrogatepass"))
    if not documents:
        return wanted()
    if documents[0].error is not None:
        raise TemplateFailed(f"fromYaml: {documents[0].error.message}")
    value = go_value(documents[0].value)
    if value is None:
        return wanted()
    if not isinstance(value, wanted):
        raise TemplateFailed(f"fromYaml: expected a {'mapping' if wanted is dict else 'list'}")
    return value


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise TemplateUnsupported("b64dec of what is not base64 text is not supported") from error


def normalize(name: str) -> str:
    """A name as DNS takes it: lower case, other characters become `-`."""
    return re.sub(r"[^-a-z0-9.]", "-", name.lower())[:MAX_NAME].strip("-.")


def _slugify(*arguments: Any) -> str:
    """`slugify [most characters] [cut between words] name`."""
    most, smart = MAX_SLUG, True
    for number, argument in enumerate(arguments[:-1]):
        if number == 0 and kind(argument) == "int":
            most = argument
        elif number == 1 and kind(argument) == "bool":
            smart = argument
        else:
            raise TemplateUnsupported("slugify takes a number, a truth value and a name")
    if not arguments or not isinstance(arguments[-1], str):
        raise TemplateFailed("slugify: wrong type for value; expected string")
    if most < 0:
        raise TemplateFailed(f"slugify: a length of {most}")
    name = normalize(arguments[-1])
    slug = re.sub(r"-+", "-", re.sub(r"[^a-z0-9\-_]", "-", name if smart else name[:most])).strip("-_")
    if not smart or most == 0 or len(slug) <= most:
        return slug
    cut = slug.rfind("-", 0, most + 1)
    return slug[:cut] if cut >= 0 else slug[:most]


def _digest(name: str) -> Callable[[str], str]:
    return lambda text: hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


FUNCTIONS: dict[str, tuple[Callable[..., Any], str]] = {
    "toJson": (_to_json, "a"),
    "mustToJson": (_to_json, "a"),
    "toRawJson": (lambda value: _to_json(value, escape=False), "a"),
    "mustToRawJson": (lambda value: _to_json(value, escape=False), "a"),
    "toPrettyJson": (lambda value: _to_json(value, indent=2), "a"),
    "mustToPrettyJson": (lambda value: _to_json(value, indent=2), "a"),
    "fromJson": (_from_json, "s"),
    "mustFromJson": (_must_from_json, "s"),
    "toYaml": (_to_yaml, "a"),
    "fromYaml": (lambda text: _from_yaml(text, dict), "s"),
    "fromYamlArray": (lambda text: _from_yaml(text, list), "s"),
    "b64enc": (lambda text: base64.b64encode(text.encode()).decode(), "s"),
    "b64dec": (_decoded, "s"),
    "b32enc": (lambda text: base64.b32encode(text.encode()).decode(), "s"),
    "b32dec": (_decoded32, "s"),
    "adler32sum": (lambda text: str(zlib.adler32(text.encode())), "s"),
    "sha1sum": (_digest("sha1"), "s"),
    "sha256sum": (_digest("sha256"), "s"),
    "sha512sum": (_digest("sha512"), "s"),
    "normalize": (normalize, "s"),
    "slugify": (_slugify, "a*"),
}
