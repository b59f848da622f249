"""One kustomization: what it includes, what it generates, and then its transformers, in kustomize's order.

Resources, configurations, crds, generators, components, transformers, validators, vars: as
https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/internal/target/kusttarget.go has it. Failures
leave here with the file, the line and the chain of kustomizations that led to it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from checker.model.objects import Location, Origin
from checker.model.tree import EntryKind, TreeError
from checker.model.units import RenderFailure, unreadable
from checker.render.kustomize import config as configs
from checker.render.kustomize import metadata, plugins
from checker.render.kustomize.config import EMPTY, merged
from checker.render.kustomize.context import DEEPEST, MOST_KUSTOMIZATIONS, MOST_RESOURCES, Accumulated, Build
from checker.render.kustomize.failure import broken, unsupported
from checker.render.kustomize.kustomization import COMPONENT, Kustomization, read_kustomization
from checker.render.kustomize.loader import Loader, is_remote
from checker.render.kustomize.reader import read_resources
from checker.render.kustomize.resource import Resource
from checker.render.kustomize.transformers import transformers_of
from checker.render.kustomize.variables import merge_vars, note_vars
from checker.tools.yaml import Rules, load_documents


class Target:
    """`where` is the path that led here, for origin annotations; `namespace_above` what charts inherit."""

    def __init__(self, build: Build, loader: Loader, *, where: str = "", namespace_above: str = "", depth: int = 0) -> None:
        self.build = build
        self.loader = loader
        self.where = where
        self.namespace_above = namespace_above
        self._depth = depth
        if depth > DEEPEST:
            raise unsupported(f"kustomizations nested more than {DEEPEST} deep")
        build.loaded += 1
        if build.loaded > MOST_KUSTOMIZATIONS:
            raise unsupported(f"more than {MOST_KUSTOMIZATIONS} kustomizations in one build")
        path = loader.kustomization_file()
        with led_by(path):
            self.kustomization: Kustomization = read_kustomization(path, build.tree.read(path))
            self._use_openapi()

    @contextmanager
    def place(self, pointer: str) -> Iterator[None]:
        """Failures inside are failures of a field of this kustomization, unless they know better."""
        try:
            yield
        except RenderFailure as failure:
            if failure.location is None:
                failure.location = self.kustomization.location(pointer)
            raise
        except TreeError as error:
            raise unreadable(error, self.kustomization.location(pointer)) from error

    def origin(self, field: str, hint: str = "") -> Origin:
        """Where something that this file generates or patches stands: the field, or the first mention of `hint` after it."""
        data = self.kustomization.data
        found = re.search(rb"^[\"']?" + field.encode() + rb"[\"']?\s*:", data, re.MULTILINE)
        at = found.start() if found else 0
        mention = data.find(hint.encode("utf-8", "surrogateescape"), at) if hint and found else -1
        return Origin(path=self.kustomization.path, line=data.count(b"\n", 0, max(at, mention)) + 1)

    def accumulate(self, base: Accumulated | None = None) -> Accumulated:
        """Everything this kustomization amounts to; a component goes on with what its user has (`base`)."""
        accumulated = Accumulated() if base is None else base
        with led_by(self.kustomization.path):
            self.include(accumulated, self.kustomization.entries("resources"), "resources")
            self._configure(accumulated)
            plugins.generate(self, accumulated)
            for index, path in enumerate(self.kustomization.entries("components")):
                with self.place(f"/components/{index}"):
                    accumulated = self._component(accumulated, path)
            for transformer in transformers_of(self, accumulated.config):
                self._transform(accumulated, transformer)
            plugins.transform(self, accumulated)
            plugins.validate(self, accumulated)
            with self.place("/vars"):
                accumulated.vars = note_vars(accumulated.resources, accumulated.vars, self.kustomization.entries("vars"))
        return accumulated

    def _transform(self, accumulated: Accumulated, transformer: Any) -> None:
        with self.place(transformer.pointer):
            transformer.run(accumulated.resources)
        if self.build.annotated:
            metadata.note_transformer(accumulated.resources, metadata.builtin(self, transformer.kind))
        accumulated.resources.drop_empty()

    def include(self, accumulated: Accumulated, paths: list[str], field: str) -> None:
        """Files and folders, in order."""
        for index, path in enumerate(paths):
            with self.place(f"/{field}/{index}"):
                if self._is_file(path):
                    accumulated.resources.append_all(self._file(path))
                else:
                    self._folder(accumulated, path)
            if len(accumulated.resources.resources) > MOST_RESOURCES:
                raise unsupported(f"more than {MOST_RESOURCES} resources")

    def _is_file(self, path: str) -> bool:
        if path.startswith(("http://", "https://")):
            from checker.render.kustomize.loader import source_for

            copy = source_for(path, self.loader.sources)
            return copy is not None and self.build.tree.kind(copy) is EntryKind.FILE
        kind = self.loader.kind(path) if path else None
        if kind is EntryKind.FILE:
            return True
        return kind is None and not is_remote(path) and path.endswith((".yaml", ".yml", ".json"))

    def _file(self, path: str) -> list[Resource]:
        file = self.loader.file_path(path)
        resources = read_resources(self.build.tree.read(file), self.build.source(file))
        for resource in resources:
            self.build.schemas.met(resource.gvk.api_version, resource.gvk.kind)
            if self.build.annotated:
                whole = posixpath.join(self.where, path)
                resource.made_by = {"path": whole if "://" in path else posixpath.normpath(whole)}
        return resources

    def _folder(self, accumulated: Accumulated, path: str) -> None:
        below = self._below(path)
        if below.kustomization.is_component:
            raise broken(f"{path} is a component: list it under `components`, not here")
        found = below.accumulate()
        accumulated.resources.append_all(found.resources.resources)
        accumulated.config = configs.joined(accumulated.config, found.config)
        accumulated.vars = merge_vars(accumulated.vars, found.vars)

    def _component(self, accumulated: Accumulated, path: str) -> Accumulated:
        below = self._below(path)
        if not below.kustomization.is_component:
            raise broken(f"{path} is of kind {below.kustomization.fields['kind']}; `components` takes kind {COMPONENT}")
        found = below.accumulate(accumulated)
        # What the component leaves is checked for duplicates and its configuration joined again, as if it were included.
        found.resources.replace_all(found.resources.resources)
        found.config = configs.joined(EMPTY, found.config)
        return found

    def _below(self, path: str) -> Target:
        if self.build.annotated and is_remote(path):
            raise unsupported("origin annotations of a remote base")
        namespace = self.kustomization.text("namespace") or self.namespace_above
        where = posixpath.normpath(posixpath.join(self.where, path))
        return Target(self.build, self.loader.below(path), where=where, namespace_above=namespace, depth=self._depth + 1)

    def _configure(self, accumulated: Accumulated) -> None:
        own = configs.default()
        paths = self.kustomization.entries("configurations")
        if paths:
            added = EMPTY
            for index, path in enumerate(paths):
                with self.place(f"/configurations/{index}"):
                    added = merged(added, configs.from_bytes(self.loader.read(path)))
            own = merged(own, added)
        accumulated.config = configs.joined(accumulated.config, own)
        for index, path in enumerate(self.kustomization.entries("crds")):
            with self.place(f"/crds/{index}"):
                from checker.render.kustomize.crds import config_from_definitions

                accumulated.config = merged(accumulated.config, config_from_definitions(self.loader.read(path)))

    def _use_openapi(self) -> None:
        chosen = self.kustomization.fields.get("openapi") or {}
        if self.build.schemas.chosen or not chosen:
            return
        with self.place("/openapi"):
            if "path" in chosen:
                if "version" in chosen:
                    raise broken("openapi takes a version or a path, not both")
                documents = load_documents(self.loader.read(chosen["path"]), rules=Rules.KUBERNETES)
                if not documents or documents[0].error is not None:
                    raise broken("the openapi file is no JSON or YAML")
                self.build.schemas.use(documents[0].value)
            elif chosen.get("version") not in (None, "", "v1.21.2"):
                raise broken(f"openapi version {chosen['version']} is not built into kustomize; v1.21.2 is")
            elif chosen.get("version"):
                self.build.schemas.chosen = True


@contextmanager
def led_by(path: Any) -> Iterator[None]:
    try:
        yield
    except RenderFailure as failure:
        failure.chain = (path, *failure.chain)
        if failure.location is None:
            failure.location = Location(path=path)
        raise
    except TreeError as error:
        raise unreadable(error, Location(path=error.path), (path,)) from error
