"""Places of values and keys, objects of a file, and lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.model.objects import KubeObject
from checker.model.paths import RepoPath
from checker.tools.yaml import Rules, dump, load_documents, locate, read_objects

FILE = RepoPath("apps/web.yaml")
TEXT = b"""\
# comment
kind: A
spec:
  items:
  - name: x
    "quoted/~key": {deep: [1, 2]}
  -   - nested
  yes: 1
--- # second
{kind: B, "a": [b,
  c]}
---
broken: [
---
anchor: &a {x: 1, z: 9}
copy: *a
merged:
  <<: *a
  x: 2
"""


@pytest.mark.parametrize(
    ("document", "pointer", "value", "key"),
    [
        (0, "", (2, 1), (2, 1)),
        (0, "/kind", (2, 7), (2, 1)),
        (0, "/spec", (4, 3), (3, 1)),
        (0, "/spec/items/0", (5, 5), (5, 5)),
        (0, "/spec/items/0/name", (5, 11), (5, 5)),
        (0, "/spec/items/0/quoted~1~0key/deep/1", (6, 31), (6, 31)),
        (0, "/spec/items/1/0", (7, 9), (7, 9)),
        (0, "/spec/true", (8, 8), (8, 3)),
        (0, "/spec/yes", (8, 8), (8, 3)),
        (0, "/spec/absent/deeper", (4, 3), (3, 1)),
        (0, "/spec/items/7", (5, 3), (4, 3)),
        (1, "/a/1", (11, 3), (11, 3)),
        (1, "/kind", (10, 8), (10, 2)),
        (3, "/copy/x", (15, 16), (15, 13)),
        (3, "/merged/x", (19, 6), (19, 3)),
        (3, "/merged/z", (15, 22), (15, 19)),
    ],
)
def test_places(document: int, pointer: str, value: tuple[int, int], key: tuple[int, int]) -> None:
    assert locate(TEXT, document, pointer) == value
    assert locate(TEXT, document, pointer, key=True) == key


def test_no_place_in_a_broken_or_missing_document() -> None:
    assert locate(TEXT, 2, "/broken") is None
    assert locate(TEXT, 9, "") is None
    assert locate(b"\xff\xfe\x00\xd8", 0, "") is None


def test_columns_count_characters_and_lines_count_from_the_start_of_the_file() -> None:
    assert locate("é: 😀\n'日本': x\n".encode(), 0, "/日本") == (2, 7)
    assert locate(b"\xef\xbb\xbfa: b", 0, "/a") == (1, 4)
    assert locate("a: 1\n---\nb: 2\n".encode("utf-16"), 1, "/b") == (3, 4)
    assert locate(b"a: 1\r---\rb: 2\r", 1, "/b") == (3, 4)
    assert locate(b"{a: b:, c: d}", 0, "/c") == (1, 12)


keys = st.text(alphabet="abc~/.-0", min_size=1, max_size=5)
trees = st.recursive(
    st.integers(0, 9),
    lambda inner: st.dictionaries(keys, inner, min_size=1, max_size=3) | st.lists(inner, min_size=1, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(keys, trees, min_size=1, max_size=3))
def test_every_number_is_found_where_it_stands(tree: dict[str, object]) -> None:
    lines = dump(tree).encode().decode().split("\n")  # type: ignore[arg-type]
    for pointer, number in _leaves(tree, ""):
        place = locate("\n".join(lines).encode(), 0, pointer)
        assert place is not None
        assert lines[place[0] - 1][place[1] - 1 :] == str(number)


def _leaves(node: object, pointer: str) -> list[tuple[str, int]]:
    if isinstance(node, dict):
        return [leaf for key, item in node.items() for leaf in _leaves(item, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")]
    if isinstance(node, list):
        return [leaf for index, item in enumerate(node) for leaf in _leaves(item, f"{pointer}/{index}")]
    assert isinstance(node, int)
    return [(pointer, node)]


def objects(text: str) -> list[tuple[str, int, int, int | None]]:
    return [(obj.name, obj.origin.document, obj.origin.line, obj.origin.item) for obj in read_objects(text.encode(), FILE).objects]


def test_objects_know_their_document_and_line() -> None:
    text = "---\napiVersion: v1\nkind: A\nmetadata: {name: a}\n---\n# c\napiVersion: v1\nkind: B\nmetadata: {name: b}\n"
    assert objects(text) == [("a", 0, 2, None), ("b", 1, 7, None)]


def test_lists_are_unpacked_where_they_stand() -> None:
    text = """\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: A
  metadata: {name: a}
- apiVersion: v1
  kind: ConfigMapList
  items:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}
  - nothing
- kind: C
"""
    read = read_objects(text.encode(), FILE)
    assert objects(text) == [("a", 0, 4, 0), ("b", 0, 7, 1)]
    assert [(problem.line, problem.column, problem.path) for problem in read.problems] == [(7, 3, FILE), (12, 3, FILE)]
    assert read.problems[0].message == "item 1 of this ConfigMapList is no object: it needs apiVersion and kind"


@pytest.mark.parametrize("items", ["", "items:\n", "items: []\n"])
def test_an_empty_list_is_no_object(items: str) -> None:
    read = read_objects(f"apiVersion: v1\nkind: List\n{items}".encode(), FILE)
    assert (read.objects, read.problems, read.others) == ((), (), ())


def test_a_kind_that_ends_in_list_without_items_is_an_object() -> None:
    read = read_objects(b"apiVersion: x/v1\nkind: AllowList\nmetadata: {name: a}\nspec: {}\n", FILE)
    assert [obj.kind for obj in read.objects] == ["AllowList"]


def test_what_is_no_object_is_told_apart() -> None:
    read = read_objects(b"a: 1\n---\n- b\n---\n~\n---\nkind: A\n---\napiVersion: 1\nkind: A\n---\nkind: [\n---\na: 1\na: 2\n", FILE)
    assert read.objects == ()
    assert [document.index for document in read.others] == [0, 1, 3, 4, 6]
    assert [(problem.document, problem.line) for problem in read.problems] == [(5, 13)]
    assert [(problem.document, problem.line, problem.column) for problem in read.duplicates] == [(6, 15, 1)]


def test_rules_reach_the_values() -> None:
    data = b"apiVersion: v1\nkind: A\nmetadata: {name: a}\ndata: {on: off}\n"
    (kubernetes,) = read_objects(data, FILE).objects
    (kustomize,) = read_objects(data, FILE, rules=Rules.KUSTOMIZE).objects
    assert isinstance(kubernetes, KubeObject)
    assert (kubernetes.body["data"], kustomize.body["data"]) == ({"true": False}, {"on": "off"})


def test_an_object_is_where_its_document_is_loaded() -> None:
    data = b"# x\n---\n\napiVersion: v1\nkind: A\n"
    assert read_objects(data, FILE).objects[0].origin.line == load_documents(data)[0].line == 4
