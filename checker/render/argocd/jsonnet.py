"""A Jsonnet file of a directory source -> objects. Imports come from the checkout alone.

They are looked for beside the importing file, then in `directory.jsonnet.libs` (from the repository's root, the last one
first), then in the source's folder: go-jsonnet's FileImporter as Argo CD sets it up (reposerver/repository/repository.go).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from checker.model.objects import JSONValue, KubeObject, Location, Origin, mapping, sequence, text
from checker.model.paths import PathEscapes, RepoPath, is_within, repo_path, shown
from checker.model.tree import EntryKind, TreeError
from checker.model.units import Reason, RenderFailure
from checker.render.argocd.context import Context


def render_jsonnet(context: Context, path: RepoPath, data: bytes) -> tuple[KubeObject, ...]:
    """The objects of one file: its value, or the items of the list that it is."""
    from checker.tools.jsonnet import JsonnetFailed, JsonnetMissing, Program, evaluate

    settings = mapping(context.section("directory").get("jsonnet"))
    variables, variable_codes = _given(settings.get("extVars"), context)
    arguments, argument_codes = _given(settings.get("tlas"), context)
    program = Program(
        path=path,
        text=data.decode("utf-8", "replace"),
        variables=variables,
        variable_codes=variable_codes,
        arguments=arguments,
        argument_codes=argument_codes,
    )
    importer = _Importer(context, settings)
    try:
        value = evaluate(program, importer.load)
    except JsonnetMissing as error:
        message = f"{path} is Jsonnet, which needs an engine: {error.hint}"
        raise RenderFailure(message, reason=Reason.UNSUPPORTED, location=Location(path=path)) from error
    except JsonnetFailed as error:
        place = RepoPath(error.path) if context.source.checkout.tree.kind(RepoPath(error.path)) is EntryKind.FILE else path
        raise RenderFailure(error.message, location=Location(path=place, line=error.line, column=error.column)) from error
    return _objects(value, path)


def _objects(value: JSONValue, path: RepoPath) -> tuple[KubeObject, ...]:
    if value is None:
        return ()
    items = value if isinstance(value, list) else [value]
    found: list[KubeObject] = []
    for number, item in enumerate(items):
        if item is None:
            continue
        if not isinstance(item, dict) or not text(item.get("kind")):
            what = f"item {number} of the list" if isinstance(value, list) else "the result"
            why = "has no kind" if isinstance(item, dict) else f"is {json.dumps(item)[:40]} and no object"
            raise RenderFailure(f"{what} {why}; Jsonnet must give an object or a list of objects", location=Location(path=path))
        found.append(KubeObject(body=item, origin=Origin(path=path, item=number if isinstance(value, list) else None)))
    return tuple(found)


def _given(entries: JSONValue, context: Context) -> tuple[dict[str, str], dict[str, str]]:
    """Names and values as text, and as code. The last of a name wins, of whichever sort it is."""
    texts: dict[str, str] = {}
    codes: dict[str, str] = {}
    for entry in sequence(entries):
        body = mapping(entry)
        name, value, is_code = text(body.get("name")), context.expanded(text(body.get("value"))), body.get("code") is True
        texts.pop(name, None)
        codes.pop(name, None)
        (codes if is_code else texts)[name] = value
    return texts, codes


class _Importer:
    def __init__(self, context: Context, settings: Mapping[str, JSONValue]) -> None:
        self.checkout = context.source.checkout
        folders = [context.source.path]
        for lib in sequence(settings.get("libs")):
            try:
                folders.append(self.checkout.path("/" + text(lib)))
            except PathEscapes as error:
                raise context.broken(f"directory.jsonnet.libs: {error}") from error
        self.folders = folders[::-1]

    def load(self, folder: str, name: str) -> tuple[str, bytes]:
        from checker.tools.jsonnet import ImportRefused

        if name.startswith("/"):
            raise ImportRefused(f"import {name!r} is absolute; only files of the repository are read")
        for base in (RepoPath(folder.strip("/")), *self.folders):
            path = self.inside(name, base)
            try:
                if path is not None and self.checkout.tree.kind(path) is EntryKind.FILE:
                    return path, self.checkout.tree.read(path)
            except TreeError as error:
                raise ImportRefused(str(error)) from error
        where = " or ".join(shown(base) for base in self.folders)
        raise ImportRefused(f"import {name!r} is neither beside the importing file nor in {where}")

    def inside(self, name: str, base: RepoPath) -> RepoPath | None:
        try:
            path = repo_path(name, base)
        except PathEscapes:
            return None
        return path if is_within(path, self.checkout.root) else None
