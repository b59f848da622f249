"""YAML exactly as Kubernetes and kustomize read it, and as they print it. The only room that knows a YAML library.

load_documents(data)               -> documents with values, errors and duplicate keys
read_objects(data, path)           -> Kubernetes objects, lists unpacked, problems beside
locate(data, document, pointer)    -> (line, column) of a value or key
dump(value), dump_documents(values)
"""

from __future__ import annotations

from checker.tools.yaml.load import MAX_BYTES, Document, YamlError, load_documents
from checker.tools.yaml.scalars import Rules

__all__ = ["MAX_BYTES", "Document", "Rules", "YamlError", "load_documents"]
