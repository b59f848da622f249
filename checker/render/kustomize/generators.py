"""Config maps and secrets from literals, files and env files.

https://kubectl.docs.kubernetes.io/references/kustomize/builtins/. One surprise: a file that is not UTF-8 goes to
`binaryData` of a config map, in base64 with line breaks every 70 characters once it is longer than that.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from checker.model.objects import Origin
from checker.render.kustomize.failure import broken
from checker.render.kustomize.resource import Resource
from checker.render.kustomize.values import Literal, quoted_if_needed

LONGEST_ENV_LINE = 64 * 1024
"""Go's bufio.Scanner gives up in silence at a longer line, and kustomize takes what came before for the whole."""

Load = Callable[[str], bytes]


def config_map(args: dict[str, Any], load: Load, origin: Origin, *, styled: bool) -> Resource:
    body = _base("ConfigMap", args)
    for key, value in sorted(_pairs(args, load).items()):
        field, text = _config_map_value(value)
        body.setdefault(field, {})[key] = quoted_if_needed(text)
    return _finished(body, args, origin, styled=styled)


def secret(args: dict[str, Any], load: Load, origin: Origin, *, styled: bool) -> Resource:
    body = _base("Secret", args)
    body["type"] = args.get("type") or "Opaque"
    body["data"] = {key: quoted_if_needed(wrapped_base64(value)) for key, value in sorted(_pairs(args, load).items())}
    return _finished(body, args, origin, styled=styled)


def with_global_options(args: dict[str, Any], options: dict[str, Any] | None) -> dict[str, Any]:
    """`generatorOptions` fill what a generator's own options leave open."""
    if options is None:
        return args
    own = args.get("options") or {}
    merged: dict[str, Any] = {"labels": {**(options.get("labels") or {}), **(own.get("labels") or {})}}
    merged["annotations"] = {**(options.get("annotations") or {}), **(own.get("annotations") or {})}
    for name in ("disableNameSuffixHash", "immutable"):
        merged[name] = bool(options.get(name) or own.get(name))
    return {**args, "options": merged}


def _base(kind: str, args: dict[str, Any]) -> dict[str, Any]:
    if not args.get("name"):
        raise broken(f"a generated {kind} needs a name")
    metadata: dict[str, Any] = {"name": quoted_if_needed(args["name"])}
    if args.get("namespace"):
        metadata["namespace"] = quoted_if_needed(args["namespace"])
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata}


def _finished(body: dict[str, Any], args: dict[str, Any], origin: Origin, *, styled: bool) -> Resource:
    options = args.get("options") or {}
    for name in ("labels", "annotations"):
        if options.get(name):
            body["metadata"][name] = {key: quoted_if_needed(text) for key, text in options[name].items()}
    if options.get("immutable"):
        body["immutable"] = Literal("true", True) if styled else True
    behavior = args.get("behavior") or ""
    return Resource(
        body=body,
        origin=origin,
        behavior=behavior if behavior in ("create", "merge", "replace") else "unspecified",
        needs_hash=not options.get("disableNameSuffixHash"),
    )


def _pairs(args: dict[str, Any], load: Load) -> dict[str, bytes]:
    pairs: list[tuple[str, bytes]] = []
    for path in args.get("envs") or []:  # `env` counts in the kustomization only, and has become one of these there
        pairs.extend(_env_file(load(path), path))
    pairs.extend(_literal(source) for source in args.get("literals") or [])
    for source in args.get("files") or []:
        key, path = _file_source(source)
        pairs.append((key, load(path)))
    found: dict[str, bytes] = {}
    for key, value in pairs:
        if key in found:
            raise broken(f"{args['name']} sets the key {key!r} twice")
        found[key] = value
    return found


def _env_file(data: bytes, path: str) -> list[tuple[str, bytes]]:
    pairs: list[tuple[str, bytes]] = []
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    for number, raw in enumerate(lines):
        if len(raw) >= LONGEST_ENV_LINE:
            break
        line = raw[:-1] if raw.endswith(b"\r") else raw
        try:
            text = line.decode()
        except UnicodeDecodeError:
            raise broken(f"line {number + 1} of {path} is not UTF-8") from None
        text = (text.removeprefix("\ufeff") if number == 0 else text).lstrip(
            "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
        )
        if not text or text[0] == "#":
            continue
        key, _, value = text.partition("=")
        if key:
            pairs.append((key, value.encode()))
    return pairs


def _literal(source: str) -> tuple[str, bytes]:
    key, equals, value = source.partition("=")
    if not key or not equals:
        raise broken(f"literal {source!r} is not KEY=VALUE")
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return key, value.encode("utf-8", "surrogateescape")


def _file_source(source: str) -> tuple[str, str]:
    key, equals, path = source.partition("=")
    if not equals:
        return source.rstrip("/").rpartition("/")[2], source
    if not key or not path or "=" in path:
        raise broken(f"file source {source!r} is not FILE or KEY=FILE")
    return key, path


def _config_map_value(value: bytes) -> tuple[str, str]:
    try:
        return "data", value.decode()
    except UnicodeDecodeError:
        return "binaryData", wrapped_base64(value)


def wrapped_base64(value: bytes) -> str:
    encoded = base64.b64encode(value).decode()
    if len(encoded) < 70:
        return encoded
    return "".join(encoded[start : start + 70] + "\n" for start in range(0, len(encoded), 70))
