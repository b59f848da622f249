"""Files in, a verdict for each resource out, as kubeconform gives them: valid, invalid, error, skipped or empty.

For those who come from it: the same flags mean the same (github.com/yannh/kubeconform, Readme and `-h`). Schemas alone
judge, none of the API server's own rules, and `default` are the bundled schemas. One surprise: a group that only starts
like a built-in one (`batch.example.com`) is not held against the built-in kind, as kubeconform does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from checker.model.enums import StrEnum
from checker.model.objects import JSONValue, KubeObject, mapping, text
from checker.model.paths import RepoPath
from checker.model.records import dataclass
from checker.tools.schema_words import shown
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


class UnreadableFile(NamedTuple):
    """A path that gives no bytes, with why."""

    path: RepoPath
    reason: str


def kubeconform_verdicts(files: Iterable[File | UnreadableFile], options: KubeconformOptions) -> Iterator[Verdict]:
    """In the order of files and documents; ends after the first that is invalid or an error with `exit_on_error`."""
    validate = ValidateOptions(
        kubernetes=(options.kubernetes,),
        strict=options.strict,
        locations=options.locations,
        read_schema=options.read_schema,
        server_rules=False,
        decrypted=False,
    )
    for file in files:
        for verdict in _file_verdicts(file, options, validate):
            yield verdict
            if options.exit_on_error and verdict.status in (Status.INVALID, Status.ERROR):
                return


def _file_verdicts(file: File | UnreadableFile, options: KubeconformOptions, validate: ValidateOptions) -> Iterator[Verdict]:
    from checker.tools.yaml import load_documents, objects_of

    if isinstance(file, UnreadableFile):
        yield Verdict(filename=file.path, status=Status.ERROR, message=file.reason)
        return
    path, data = file
    documents = load_documents(data)
    if not documents:
        yield Verdict(filename=path, status=Status.EMPTY)
    for document in documents:
        read = objects_of((document,), path, data)
        fault = _fault(document, strict=options.strict)
        if document.error is None and _is_empty(document.value):
            yield Verdict(filename=path, status=Status.EMPTY)
        elif fault or read.others:
            yield _unreadable(path, document, fault)
        else:
            yield from (_verdict(path, obj, options, validate) for obj in read.objects)
            yield from (Verdict(filename=path, status=Status.ERROR, message=f"error while parsing: {one.message}") for one in read.problems)


def _is_empty(value: JSONValue) -> bool:
    """Nothing, or a list of nothing."""
    return value is None or (isinstance(value, dict) and value.get("kind") == "List" and not value.get("items"))


def _fault(document: Document, *, strict: bool) -> str:
    """Why a document cannot be read, empty where it can."""
    problem = document.error or (document.duplicates[0] if strict and document.duplicates else None)
    if problem is None:
        return "" if isinstance(document.value, dict | None) else f"error unmarshalling resource: {_json_type(document.value)} is no object"
    return f"error unmarshalling resource: error converting YAML to JSON: yaml: line {problem.line}: {problem.message}"


def _json_type(value: JSONValue) -> str:
    if isinstance(value, list):
        return "an array"
    return "a string" if isinstance(value, str) else "a bool" if isinstance(value, bool) else "a number"


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
    """A generated name comes before a given one; one that is no text is shown as it is read."""
    generated, given = text(metadata.get("generateName")), metadata.get("name")
    if generated:
        return f"{generated}{{{{ generateName }}}}"
    return shown(given) if isinstance(given, int | float) else text(given)


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
