"""The product's doors as the conformance runner calls them: one thin function a suite."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


class NotSupported(Exception):
    """What we name and refuse."""


def yaml_to_json(text: str, *, strict: bool) -> object:
    """The first document, as sigs.k8s.io/yaml converts it; a text without one is null."""
    from checker.tools.yaml import load_documents

    documents = load_documents(text.encode("utf-8", "surrogatepass"))
    if not documents:
        return None
    problem = documents[0].error or (documents[0].duplicates[0] if strict and documents[0].duplicates else None)
    if problem is not None:
        raise ValueError(f"{problem.line}:{problem.column}: {problem.message}")
    return documents[0].value


def schema_verdicts(root: Path, file: str, *, kubernetes: str, strict: bool) -> list[dict[str, object]]:
    """Every object of a file against the built-in schemas alone."""
    from checker.model.paths import RepoPath
    from checker.tools.yaml import load_documents
    from checker.validate import ValidateOptions, validate_objects
    from checker.validate.files import objects_of

    options = ValidateOptions(kubernetes=(kubernetes,), strict=strict, server_rules=False, decrypted=False)
    found = [obj for document in load_documents((root / file).read_bytes()) for obj in objects_of(document, RepoPath(file))]
    counted = [(obj, validate_objects([obj], options).counts) for obj in found]
    return [{"kind": obj.kind, "name": _kubeconform_name(obj.metadata), "valid": not counts.failed} for obj, counts in counted]


def _kubeconform_name(metadata: Mapping[str, object]) -> object:
    """A generated name comes before a given one."""
    generated = metadata.get("generateName")
    return f"{generated}{{{{ generateName }}}}" if generated else metadata.get("name", "")
