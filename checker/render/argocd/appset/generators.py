"""Generators of an ApplicationSet -> sets of parameters. Sources: applicationset/generators and its docs, argo-cd.

Flat mode (goTemplate false) has texts under dotted keys, Go mode has JSON values.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from checker.model.objects import JSONValue, mapping, sequence, text
from checker.model.records import dataclass, field
from checker.render.argocd.appset.clusters import Cluster, cluster_params
from checker.render.argocd.appset.git import git_params
from checker.render.argocd.appset.outside import OUTSIDE, outside_params
from checker.render.argocd.appset.params import (
    MAX_SETS,
    GeneratorFailed,
    NotExpanded,
    Params,
    combined_texts,
    deep_merged,
    flattened,
)
from checker.render.argocd.appset.selector import label_selector
from checker.render.argocd.appset.templating import Templating
from checker.render.argocd.sources import Checkout
from checker.tools.gotemplate import TextMap, go_value

BESIDE = frozenset({"selector", "template"})
MAX_NESTING = 2


@dataclass(frozen=True, kw_only=True)
class World:
    """`checkout` opens the repository of a git generator (its fields repoURL and revision); `given` is what settings say that a
    generator gives which asks outside."""

    templating: Templating
    clusters: tuple[Cluster, ...]
    checkout: Callable[[Mapping[str, JSONValue]], Checkout]
    given: Mapping[str, Sequence[Mapping[str, JSONValue]]] = field(default_factory=dict)
    new_globbing: bool = False
    """Whether files of git generators match by doublestar."""

    @property
    def go(self) -> bool:
        return self.templating.go


@dataclass(frozen=True, kw_only=True)
class Generated:
    """What one generator key gives, and the template that it brings along."""

    params: tuple[Params, ...]
    template: Mapping[str, JSONValue]


def generate(entry: Mapping[str, JSONValue], world: World) -> Iterator[Generated]:
    """Every generator of one entry of spec.generators, filtered by its selector. Raises GeneratorFailed, NotExpanded."""
    for name in entry:
        if name in BESIDE or entry[name] is None:
            continue
        body = mapping(entry[name])
        params = _selected(_params(name, body, world, 0), mapping(entry.get("selector")))
        yield Generated(params=params, template=mapping(body.get("template")))


def _selected(params: Iterator[Params], selector: Mapping[str, JSONValue]) -> tuple[Params, ...]:
    kept: list[Params] = []
    is_selected = label_selector(selector)
    for item in params:
        if len(kept) >= MAX_SETS:
            raise NotExpanded(f"it generates more than {MAX_SETS} sets of parameters", remote=False)
        if not selector or is_selected(flattened(item)):
            kept.append(item)
    return tuple(kept)


def _params(name: str, body: Mapping[str, JSONValue], world: World, depth: int) -> Iterator[Params]:
    if name in OUTSIDE:
        found = outside_params(name, body, world.given.get(name), world.clusters, go=world.go)
        yield from _with_values(found, body, world, is_literal=name == "clusterDecisionResource")
    elif name == "list":
        yield from _list(body, world)
    elif name == "clusters":
        found = _with_values(cluster_params(body, world.clusters, go=world.go), body, world)
        yield from [{"clusters": list(found)}] if body.get("flatList") is True else found
    elif name == "git":
        yield from _with_values(git_params(body, world.checkout(body), go=world.go, new_globbing=world.new_globbing), body, world)
    elif name == "matrix":
        yield from _matrix(body, world, depth)
    elif name == "merge":
        yield from _merge(body, world, depth)


def _list(body: Mapping[str, JSONValue], world: World) -> Iterator[Params]:
    for item in sequence(body.get("elements")):
        element = mapping(item)
        yield go_value(element) if world.go else _flat_element(element)
    yield from _yaml_elements(text(body.get("elementsYaml")))


def _yaml_elements(written: str) -> Iterator[Params]:
    """As they are, in either mode."""
    from checker.tools.yaml import load_documents

    for document in load_documents(written.encode("utf-8", "surrogatepass"))[:1]:
        value = go_value(document.value) if document.error is None else document.error
        if value is not None and not (isinstance(value, list) and all(isinstance(item, dict | None) for item in value)):
            raise GeneratorFailed("list.elementsYaml is not a YAML list of mappings")
        yield from (item or {} for item in value or ())


def _flat_element(element: Mapping[str, JSONValue]) -> Params:
    params: Params = {}
    for key, value in element.items():
        nested = {f"values.{name}": item for name, item in value.items()} if key == "values" and isinstance(value, dict) else {key: value}
        for name, item in nested.items():
            if not isinstance(item, str):
                raise GeneratorFailed(f"list element {key} is {json.dumps(item)[:60]}; without goTemplate every value must be text")
            params[name] = item
    return params


def _with_values(found: Iterator[Params], body: Mapping[str, JSONValue], world: World, *, is_literal: bool = False) -> Iterator[Params]:
    """The generator's own `values`, each rendered with the other parameters, in place of a parameter of that name."""
    values = mapping(body.get("values"))
    for params in found:
        shown = {name: text(value) if is_literal else world.templating.text(text(value), params) for name, value in values.items()}
        if not values:
            yield params
        elif world.go:
            yield {**params, "values": TextMap(shown)}
        else:
            yield {**params, **{f"values.{name}": value for name, value in shown.items()}}


def _children(body: Mapping[str, JSONValue], depth: int, kind: str) -> list[tuple[str, Mapping[str, JSONValue]]]:
    """Each with its one generator; another matrix or merge may stand inside once."""
    children: list[tuple[str, Mapping[str, JSONValue]]] = []
    for item in sequence(body.get("generators")):
        names = [name for name in mapping(item) if name not in BESIDE and mapping(item)[name] is not None]
        if len(names) != 1:
            raise GeneratorFailed(f"every generator of a {kind} must be exactly one, not {' and '.join(names) or 'none'}")
        if names[0] in ("matrix", "merge") and depth + 1 >= MAX_NESTING:
            raise GeneratorFailed(f"{names[0]} is nested too deeply in {kind}")
        children.append((names[0], mapping(item)))
    return children


def _child(name: str, body: Mapping[str, JSONValue], entry: Mapping[str, JSONValue], world: World, depth: int) -> tuple[Params, ...]:
    return _selected(_params(name, body, world, depth + 1), mapping(entry.get("selector")))


def _matrix(body: Mapping[str, JSONValue], world: World, depth: int) -> Iterator[Params]:
    """Every set of the first with every set of the second, whose own fields see the first's parameters; its selector does not."""
    children = _children(body, depth, "matrix")
    if len(children) != 2:
        raise GeneratorFailed(f"a matrix has exactly two generators, not {len(children)}")
    (first, first_entry), (second, second_entry) = children
    for one in _child(first, mapping(first_entry[first]), first_entry, world, depth):
        filled_in = _interpolated(second, mapping(second_entry[second]), one, world) if one else mapping(second_entry[second])
        for two in _child(second, filled_in, second_entry, world, depth):
            yield deep_merged(two, one) if world.go else combined_texts(one, two)


def _interpolated(name: str, body: Mapping[str, JSONValue], params: Params, world: World) -> Mapping[str, JSONValue]:
    """The fields of a generator with another's parameters in place. What its `values` cannot have yet they keep for later."""
    templating = world.templating
    done: dict[str, JSONValue] = {}
    for key, value in body.items():
        if key == "values" and name != "list":
            done[key] = {own: templating.later(text(item), params) for own, item in mapping(value).items()}
        elif key == "generators" and name in ("matrix", "merge"):
            done[key] = [_interpolated_entry(mapping(item), params, world) for item in sequence(value)]
        elif value is not None:
            done[key] = templating.tree(value, params)
    if name in OUTSIDE and {**done, "values": None} != {**body, "values": None}:
        raise NotExpanded(f"its generator {name} {OUTSIDE[name]}, each time by the parameters of another generator")
    return done


def _interpolated_entry(entry: Mapping[str, JSONValue], params: Params, world: World) -> dict[str, JSONValue]:
    done: dict[str, JSONValue] = {name: world.templating.tree(body, params) for name, body in entry.items() if name in BESIDE}
    for name, body in entry.items():
        if name not in BESIDE and body is not None:
            done[name] = dict(_interpolated(name, mapping(body), params, world))
    return done


def _merge(body: Mapping[str, JSONValue], world: World, depth: int) -> Iterator[Params]:
    """The first generator's sets, overridden by sets of the others that agree in the merge keys."""
    keys = [text(key) for key in sequence(body.get("mergeKeys"))]
    children = _children(body, depth, "merge")
    if len(children) < 2 or not keys:
        raise GeneratorFailed("a merge needs two generators and a key to merge by")
    base, *others = [_by_keys(_child(name, mapping(entry[name]), entry, world, depth), keys) for name, entry in children]
    for identity, params in base.items():
        merged = params
        for other in (other[identity] for other in others if identity in other):
            merged = deep_merged(merged, other) if world.go else {**merged, **other}
        yield merged


def _by_keys(found: tuple[Params, ...], keys: list[str]) -> dict[str, Params]:
    done: dict[str, Params] = {}
    for params in found:
        identity = json.dumps({key: params.get(key) for key in keys}, sort_keys=True)
        if identity in done:
            raise GeneratorFailed(f"two sets of one generator have the same merge keys {identity}")
        done[identity] = params
    return done
