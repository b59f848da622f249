"""What the API server refuses beyond OpenAPI: a literal table of checks, each an object in and remarks out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from checker.model.objects import KubeObject
from checker.validate.findings import Remark
from checker.validate.options import ValidateOptions

Check = Callable[[KubeObject, ValidateOptions], Iterator[Remark]]

CHECKS: tuple[Check, ...] = ()


def server_remarks(obj: KubeObject, options: ValidateOptions) -> Iterator[Remark]:
    for check in CHECKS:
        yield from check(obj, options)
