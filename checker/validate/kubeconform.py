"""Files in, a verdict for each resource out, as kubeconform gives them: valid, invalid, error, skipped or empty.

For those who come from it: the same flags mean the same (github.com/yannh/kubeconform, Readme and `-h`). Schemas alone
judge, none of the API server's own rules, and `default` are the bundled schemas. One surprise: a group that only starts
like a built-in one (`batch.example.com`) is not held against the built-in kind, as kubeconform does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from checker.model.objects import KubeObject, mapping, text
from checker.model.paths import RepoPath
from checker.model.records import dataclass
from checker.validate.catalog import Known
from checker.validate.files import File
from checker.validate.objects import against
from checker.validate.options import ReadSchema, ValidateOptions

if TYPE_CHECKING:
    from checker.tools.yaml import Document


class Status(StrEnum):
    VALID = "valid"
    INVALID = "invalid"
    ERROR = "error"
    SKIPPED = "skipped"
    EMPTY = "empty"
    """A document without content: not counted, but its file is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`errors` are (JSON pointer, message) of an invalid resource; `message` is the whole in a line."""

    filename: str
    status: Status
    kind: str = ""
    name: str = ""
    namespace: str = ""
    version: str = ""
    message: str = ""
    errors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KubeconformOptions:
    """`kubernetes` is `master` or a full version; `skip` and `reject` hold kinds and `group/version/Kind`."""

    kubernetes: str = "master"
    strict: bool = False
    ignore_missing_schemas: bool = False
    exit_on_error: bool = False
    skip: frozenset[str] = frozenset()
    reject: frozenset[str] = frozenset()
    locations: tuple[str, ...] = ("default",)
    read_schema: ReadSchema | None = None


def kubeconform_verdicts(files: Sequence[File], options: KubeconformOptions) -> Iterator[Verdict]:
    """In the order of files and documents; ends after the first that is invalid or an error with `exit_on_error`."""
    validate = ValidateOptions(
        kubernetes=(options.kubernetes,),
        strict=options.strict,
        locations=options.locations,
        read_schema=options.read_schema,
        server_rules=False,
        decrypted=False,
    )
    for path, data in files:
        for verdict in _file_verdicts(path, data, options, validate):
            yield verdict
            if options.exit_on_error and verdict.status in (Status.INVALID, Status.ERROR):
                return


def _file_verdicts(path: RepoPath, data: bytes, options: KubeconformOptions, validate: ValidateOptions) -> Iterator[Verdict]:
    from checker.tools.yaml import load_documents, objects_of

    documents = load_documents(data)
    if not documents:
        yield Verdict(filename=path, status=Status.EMPTY)
    for document in documents:
        read = objects_of((document,), path, data)
        fault = _fault(document, strict=options.strict)
        if document.value is None and document.error is None:
            yield Verdict(filename=path, status=Status.EMPTY)
        elif fault or not read.objects:
            yield _unreadable(path, document, fault)
        for obj in read.objects if not fault else ():
            yield _verdict(path, obj, options, validate)


def _fault(document: Document, *, strict: bool) -> str:
    """Why a document cannot be read, empty where it can."""
    problem = document.error or (document.duplicates[0] if strict and document.duplicates else None)
    if problem is None:
        return ""
    return f"error unmarshalling resource: error converting YAML to JSON: yaml: line {problem.line}: {problem.message}"


def _unreadable(path: str, document: Document, fault: str) -> Verdict:
    body = mapping(document.value)
    if not fault:
        missing = next((name for name in ("kind", "apiVersion") if not text(body.get(name))), "kind")
        fault = f"error while parsing: missing '{missing}' key"
    metadata = mapping(body.get("metadata"))
    return Verdict(
        filename=path,
        status=Status.ERROR,
        kind=text(body.get("kind")),
        name=name_of(metadata),
        namespace=text(metadata.get("namespace")),
        version=text(body.get("apiVersion")),
        message=fault,
    )


def name_of(metadata: Mapping[str, object]) -> str:
    """A generated name comes before a given one."""
    generated = text(metadata.get("generateName"))
    return f"{generated}{{{{ generateName }}}}" if generated else text(metadata.get("name"))


def _verdict(path: str, obj: KubeObject, options: KubeconformOptions, validate: ValidateOptions) -> Verdict:
    status, message, errors = _judge(obj, options, validate)
    return Verdict(
        filename=path,
        status=status,
        kind=obj.kind,
        name=name_of(obj.metadata),
        namespace=obj.namespace,
        version=obj.api_version,
        message=message,
        errors=errors,
    )


def _judge(obj: KubeObject, options: KubeconformOptions, validate: ValidateOptions) -> tuple[Status, str, tuple[tuple[str, str], ...]]:
    names = {obj.kind, f"{obj.api_version}/{obj.kind}"}
    if names & options.skip:
        return Status.SKIPPED, "", ()
    if names & options.reject:
        return Status.ERROR, f"prohibited resource kind {obj.kind}", ()
    found = validate.catalog.lookup(obj.api_version, obj.kind, options.kubernetes)
    if not isinstance(found, Known):
        if options.ignore_missing_schemas:
            return Status.SKIPPED, "", ()
        return Status.ERROR, f"could not find schema for {obj.kind}", ()
    errors = tuple(
        (remark.pointer, remark.message) for remark in against(obj, obj.body, found, options.kubernetes, validate) if remark.fails
    )
    if not errors:
        return Status.VALID, "", ()
    told = " - ".join(f"at '{pointer}': {message}" for pointer, message in errors)
    return Status.INVALID, f"problem validating schema. Check JSON formatting: jsonschema validation failed - {told}", errors
