"""What discovery found in the files of the base, kept for the next run: what they declare, build on or mention.

Not kept: what cannot be read, and objects that hold a secret value. Of the head nothing is kept: it differs in few files.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable
from typing import Any

from checker.discover import Memo
from checker.discover.argocd import MENTIONS_CLUSTERS
from checker.discover.argocd_overlays import REFERENCES
from checker.discover.layout import ADDRESSES, DECLARES
from checker.model.tree import Tree
from checker.pipeline.stored import objects_from_bytes, objects_to_bytes
from checker.render.named import holds_secrets
from checker.tools.cache import Store
from checker.tools.installation import installation


class Files:
    def __init__(self, store: Store, repository: str) -> None:
        self._store = store
        self._name = store.name("files", installation(), repository)
        data = store.get(self._name)
        known = marshal.loads(data) if data else None  # noqa: S302 - the store has verified it
        self.memo = Memo(known, lambda question, plain: CODECS[question][1](plain))

    def keep(self, base: Tree) -> None:
        """What was asked of the base, unless all of it was known."""
        if not self.memo.is_new:
            return
        rows: dict[str, dict[str, tuple[str, Any]]] = {}
        for question, path, identity, found in self.memo:
            plain = CODECS[question][0](found) if identity == base.identity(path) else None
            if plain is not None:
                rows.setdefault(question, {})[path] = (identity, plain)
        self._store.put(self._name, marshal.dumps(rows))


def _from_declared(found: Any) -> bytes | None:
    objects, broken = found
    if broken or any(map(holds_secrets, objects)):
        return None
    try:
        return objects_to_bytes(objects) if objects else b""
    except ValueError:
        return None


def _to_declared(plain: Any) -> Any:
    return objects_from_bytes(plain) if plain else (), ()


def _from_references(found: Any) -> Any:
    return tuple(map(tuple, found))


def _to_references(plain: Any) -> Any:
    return tuple(map(frozenset, plain))


CODECS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    DECLARES: (_from_declared, _to_declared),
    ADDRESSES: (bool, bool),
    MENTIONS_CLUSTERS: (bool, bool),
    REFERENCES: (_from_references, _to_references),
}
"""By what was looked for: to plain data, None for what is not kept, and back."""
