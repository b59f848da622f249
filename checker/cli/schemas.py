"""`gitops-check schemas list | show KIND | vendor`."""

from __future__ import annotations

import sys
from pathlib import Path

from checker.cli.arguments import Arguments
from checker.cli.session import with_flags
from checker.model.findings import UsageError
from checker.model.settings import Settings


def schemas(arguments: Arguments) -> int:
    settings = with_flags(Settings(), arguments)
    match arguments.action:
        case "list":
            return _list()
        case "show":
            return _show(arguments, settings)
        case _:
            return _vendor(arguments, settings)


def _list() -> int:
    from checker.pipeline.schemas_command import bundled_kinds

    for version, kinds in bundled_kinds().items():
        sys.stdout.write(f"Kubernetes {version}   {kinds} kinds\n")
    return 0


def _show(arguments: Arguments, settings: Settings) -> int:
    from checker.pipeline.schemas_command import schema_text

    if not arguments.rule:
        raise UsageError("which kind?", "gitops-check schemas show apps/v1/Deployment")
    sys.stdout.write(schema_text(arguments.rule, settings))
    return 0


def _vendor(arguments: Arguments, settings: Settings) -> int:
    from checker.pipeline.schemas_command import vendor

    folder = Path(arguments.repository)
    written, missing = vendor(folder, folder, settings)
    for path in written:
        sys.stdout.write(f"wrote {path}\n")
    for name in missing:
        sys.stdout.write(f"no schema for {name}\n")
    if written:
        sys.stdout.write(
            '\nAdd to .gitops-check.yaml:\n  schemas: [default, "schemas/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json"]\n'
        )
    return 0
