"""YAML exactly as Kubernetes and kustomize read it, and as they print it. The only room that knows a YAML library.

load_documents(data)               -> documents with values, errors and duplicate keys
read_objects(data, path)           -> Kubernetes objects, lists unpacked, problems beside
locate(data, document, pointer)    -> (line, column) of a value or key
dump(value), dump_documents(values)

Reading is loaded with the room, writing and places when they are first asked for.
"""

from __future__ import annotations

from checker.tools.yaml.load import MAX_BYTES, Document, YamlError, load_documents
from checker.tools.yaml.objects import Problem, ReadObjects, is_list, is_object, objects_of, read_objects
from checker.tools.yaml.scalars import Rules, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checker.tools.yaml.positions import locate
    from checker.tools.yaml.write import dump, dump_documents


def __getattr__(name: str) -> object:
    from importlib import import_module

    for module, names in (("write", ("dump", "dump_documents")), ("positions", ("locate",))):
        if name in names:
            return getattr(import_module(f"checker.tools.yaml.{module}"), name)
    raise AttributeError(name)


__all__ = [
    "MAX_BYTES",
    "Document",
    "Problem",
    "ReadObjects",
    "Rules",
    "YamlError",
    "dump",
    "dump_documents",
    "is_list",
    "is_object",
    "load_documents",
    "locate",
    "objects_of",
    "plain",
    "read_objects",
]
