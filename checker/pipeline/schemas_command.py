"""`schemas`: what the bundle knows, one kind's schema, and the files that a repository needs beside it."""

from __future__ import annotations

import json
from pathlib import Path

from checker.model.findings import UsageError
from checker.model.objects import KubeObject
from checker.model.settings import Settings
from checker.model.tree import TreeError
from checker.pipeline.lint import open_files
from checker.validate import ValidateOptions


def bundled_kinds() -> dict[str, int]:
    """Every bundled Kubernetes version with the number of its kinds."""
    from checker.validate.bundles import bundled_versions, load_bundle

    return {version: sum(len(kinds) for kinds in load_bundle(version).kinds.values()) for version in bundled_versions()}


def schema_text(name: str, settings: Settings) -> str:
    """The JSON schema of `apiVersion/Kind` as it is used. Raises UsageError for a kind that is not known."""
    from checker.validate.catalog import Known

    api_version, _, kind = name.rpartition("/")
    options = ValidateOptions(kubernetes=settings.versions, strict=settings.strict)
    found = options.catalog.lookup(api_version, kind, settings.versions[-1])
    if not isinstance(found, Known):
        raise UsageError(
            f"there is no schema for {name} in Kubernetes {settings.versions[-1]}", "write it as v1/Service or apps/v1/Deployment"
        )
    return json.dumps(found.schema.document, indent=2) + "\n"


def vendor(start: Path, target: Path, settings: Settings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write the schemas of the repository's custom resources below `target`; what was written, and what has none."""
    from checker.validate.vendor import vendored_schemas

    objects = _objects(start)
    crds = tuple(obj for obj in objects if obj.kind == "CustomResourceDefinition")
    options = ValidateOptions(kubernetes=settings.versions, strict=settings.strict, crds=crds)
    vendored = vendored_schemas(objects, options)
    for path, data in vendored.files.items():
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return tuple(vendored.files), vendored.missing


def _objects(start: Path) -> list[KubeObject]:
    from checker.tools.yaml import read_objects

    files = open_files(str(start), [], staged=False)
    found: list[KubeObject] = []
    for path in files.paths:
        try:
            found.extend(read_objects(files.tree.read(path), path).objects)
        except TreeError:
            continue
    return found
