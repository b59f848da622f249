"""A resource under construction: its body, where it comes from, and what it was called before.

kustomize keeps the latter in annotations that it removes at the end; here they are fields. `forget` does what a patch
does that overwrites the annotations.
"""

from __future__ import annotations

from typing import Any

from checker.model.objects import Origin
from checker.model.records import dataclass, field
from checker.render.kustomize.failure import broken
from checker.render.kustomize.ids import Gvk, ResId, gvk_of, res_id
from checker.render.kustomize.sharing import Sharing
from checker.render.kustomize.values import copied, is_null, text_of


@dataclass(slots=True, eq=False)
class Resource:
    body: dict[str, Any]
    origin: Origin
    contributors: list[Origin] = field(default_factory=list)
    previous: list[tuple[str, str, str]] = field(default_factory=list)
    """Earlier identities, oldest first: name, effective namespace, kind."""
    prefixes: list[str] = field(default_factory=list)
    suffixes: list[str] = field(default_factory=list)
    behavior: str = ""
    needs_hash: bool = False
    from_helm: bool = False
    allows: set[str] = field(default_factory=set)
    """What patches with options were allowed to change, `Name` or `Kind`: noted on what they patched as well."""
    var_names: list[str] = field(default_factory=list)
    made_by: dict[str, Any] | None = None
    """For `buildMetadata: [originAnnotations]`."""
    transformations: list[dict[str, Any]] = field(default_factory=list)
    shared: Sharing = field(default_factory=Sharing)

    @property
    def gvk(self) -> Gvk:
        body = self.body
        return gvk_of(text_of(body.get("apiVersion", "")), text_of(body.get("kind", "")))

    @property
    def name(self) -> str:
        return self._meta("name")

    @property
    def namespace(self) -> str:
        return self._meta("namespace")

    def _meta(self, key: str) -> str:
        metadata = self.body.get("metadata")
        if type(metadata) is not dict:
            return ""
        value = metadata.get(key)
        return "" if is_null(value) else text_of(value)

    @property
    def cur_id(self) -> ResId:
        return res_id(self.gvk, self.name, self.namespace)

    @property
    def previous_ids(self) -> list[ResId]:
        if not self.previous:
            return []
        gvk = self.gvk
        return [ResId(Gvk(gvk.group, gvk.version, kind), name, namespace) for name, namespace, kind in self.previous]

    @property
    def org_id(self) -> ResId:
        return self.previous_ids[0] if self.previous else self.cur_id

    @property
    def any_keys(self) -> list[tuple[Gvk, str, str]]:
        return [*(known.key for known in self.previous_ids), self.cur_id.key]

    def remember_id(self) -> None:
        current = self.cur_id
        self.previous.append((current.name, current.effective_namespace, current.gvk.kind))

    def forget(self) -> None:
        """A patch took the annotations away, and with them what kustomize had noted there."""
        self.previous.clear()
        self.prefixes.clear()
        self.suffixes.clear()
        self.allows.clear()
        self.behavior, self.needs_hash, self.from_helm = "", False, False
        self.made_by, self.transformations = None, []

    @property
    def has_notes(self) -> bool:
        """Whether kustomize would have annotations of its own on the object now."""
        return bool(
            self.previous
            or self.prefixes
            or self.suffixes
            or self.behavior
            or self.needs_hash
            or self.from_helm
            or self.allows
            or self.made_by
        )

    def metadata(self) -> dict[str, Any]:
        """The metadata to write to."""
        found = self.body.get("metadata")
        if is_null(found):
            found = self.body["metadata"] = {}
        if type(found) is not dict:
            raise broken(f"metadata of {self.cur_id} is no mapping")
        return found

    def texts(self, name: str) -> dict[str, str]:
        """Labels or annotations, all values as their text."""
        metadata = self.body.get("metadata")
        found = metadata.get(name) if type(metadata) is dict else None
        if type(found) is list and len(found) % 2:
            raise broken(f"{name} of {self.cur_id} is a list")  # kustomize crashes
        if type(found) is list:  # kustomize takes its elements for keys and values
            found = {text_of(key): value for key, value in zip(found[::2], found[1::2], strict=True)}
        return {key: str(text_of(value)) for key, value in found.items()} if type(found) is dict else {}

    def refuse_odd_texts(self, *names: str) -> None:
        """Labels or annotations that kustomize crashes at, whatever it looks for in them."""
        metadata = self.body.get("metadata")
        for name in names:
            if type(metadata) is dict and type(metadata.get(name)) is list:
                self.texts(name)

    def clone(self) -> Resource:
        return Resource(body=copied(self.body), origin=self.origin)

    def contributed(self, origin: Origin) -> None:
        if origin != self.origin and origin not in self.contributors:
            self.contributors.append(origin)
