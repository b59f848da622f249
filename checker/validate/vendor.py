"""Objects in, the schema files a repository needs beside it out: what `schemas vendor` writes and a location then finds.

Only kinds that the default does not know exactly are written: custom resources with a definition or a bundled copy. What
nobody holds a schema for is named, so that it can be asked for elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from checker.model.objects import KubeObject
from checker.model.records import dataclass
from checker.validate.bundles import bundled_version
from checker.validate.catalog import Known, builtin_schema
from checker.validate.locations import expand
from checker.validate.options import ValidateOptions

LAYOUT = "schemas/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendored:
    """`files` by path, sorted; `missing` are `apiVersion/Kind` without any schema."""

    files: Mapping[str, bytes]
    missing: tuple[str, ...] = ()


def vendored_schemas(objects: Iterable[KubeObject], options: ValidateOptions, layout: str = LAYOUT) -> Vendored:
    version = options.kubernetes[-1]
    files: dict[str, bytes] = {}
    missing: list[str] = []
    for api_version, kind in sorted({(obj.api_version, obj.kind) for obj in objects}):
        if builtin_schema(api_version, kind, bundled_version(version), options.strict) is not None:
            continue
        found = options.catalog.lookup(api_version, kind, version)
        if isinstance(found, Known):
            place = expand(layout, api_version=api_version, kind=kind, version=version, strict=options.strict)
            files[place] = (json.dumps(found.schema.document, indent=2, sort_keys=True) + "\n").encode()
        else:
            missing.append(f"{api_version}/{kind}")
    return Vendored(files=files, missing=tuple(missing))
