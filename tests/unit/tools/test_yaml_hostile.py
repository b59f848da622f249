"""Files that want to hurt: each ends in values or one clear error, without growing past what was read."""

from __future__ import annotations

import tracemalloc

import pytest

from checker.model.paths import RepoPath
from checker.tools.yaml import Rules, load_documents, locate, read_objects


def _laughs() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 10)]
    return "\n".join(lines)


def _merging_laughs() -> str:
    lines = ["a0: &a0 {k: 1}"]
    for level in range(1, 10):
        lines += [f"a{level}: &a{level}", *(f"  k{number}: {{<<: *a{level - 1}, x: *a{level - 1}}}" for number in range(9))]
    return "\n".join(lines)


TOO_DEEP = "nested more than 250 levels deep"
TOO_MANY = "aliases make this document far larger than its text"
HOSTILE = {
    "billion laughs": (_laughs(), TOO_MANY),
    "billion laughs by merging": (_merging_laughs(), TOO_MANY),
    "open lists": ("[" * 10_000, TOO_DEEP),
    "nested lists": ("[" * 10_000 + "]" * 10_000, TOO_DEEP),
    "nested block lists": ("- " * 10_000 + "a", TOO_DEEP),
    "nested mappings": ("{a: " * 100_000 + "b" + "}" * 100_000, TOO_DEEP),
    "nested block mappings": ("\n".join(" " * level + "a:" for level in range(2_000)), TOO_DEEP),
    "a chain of aliases": ("a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 2_000)), TOO_DEEP),
    "colons in flow": ("{" + ", ".join(f"a{n}: b:" for n in range(300)) + "}", "found unexpected ':'"),
    "keys that are mappings": ("? " * 10_000, "a key must be a single value"),
    "NUL": ("a: b\0c", "control characters are not allowed"),
}


@pytest.mark.parametrize("rules", list(Rules))
@pytest.mark.parametrize("name", HOSTILE)
def test_one_clear_error(name: str, rules: Rules) -> None:
    text, message = HOSTILE[name]
    (document,) = load_documents(text.encode(), rules=rules)
    assert document.value is None
    assert document.error is not None
    assert message in document.error.message
    assert locate(text.encode(), 0, "/a0/0") is None or name in ("billion laughs", "billion laughs by merging", "a chain of aliases")


LARGE = {
    "a long plain scalar": "a: " + "x" * 5_000_000,
    "a long quoted scalar": 'a: "' + "x " * 2_000_000 + '"',
    "a million digits": "a: " + "1" * 1_000_000,
    "a million digits after the point": "a: 1." + "1" * 1_000_000,
    "a million hexadecimal digits": "a: 0x" + "f" * 1_000_000,
    "a million leading zeros": "a: " + "0" * 1_000_000 + "7",
    "empty lines": "\n" * 3_000_000 + "a: 1",
    "comments": "# x\n" * 500_000 + "a: 1",
    "anchors": "a:\n" + "".join(f"- &a{n} x\n" for n in range(20_000)),
}


@pytest.mark.parametrize("name", LARGE)
def test_memory_stays_within_a_multiple_of_the_file(name: str) -> None:
    data = LARGE[name].encode()
    tracemalloc.start()
    (document,) = load_documents(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert document.error is None
    assert isinstance(document.value, dict)
    assert set(document.value) == {"a"}
    assert peak < 30 * len(data) + 1_000_000


def test_many_documents() -> None:
    documents = load_documents(b"--- a\n" * 20_000 + b"---\n" * 20_000)
    assert (len(documents), documents[-1].line) == (20_000, 20_000)


def test_a_file_over_the_limit_is_not_parsed() -> None:
    (document,) = load_documents(b"a: " + b"x" * 3_000_000, max_bytes=2_000_000)
    assert document.error is not None
    assert document.error.message == "3 MB of YAML; the limit is 2 MB"


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"a: \xff\n", (1, 4)),
        (b"# \xc3\xa9\na: \xc3\xa9\xc3\n", (2, 5)),
        (b"a: b\xe2\x82", (1, 5)),
        (b"\xff\xfe\x00\xd8", (1, 1)),
    ],
)
def test_bytes_that_are_no_text(data: bytes, place: tuple[int, int]) -> None:
    (document,) = load_documents(data)
    assert document.error is not None
    assert (document.error.line, document.error.column) == place
    assert document.error.message.startswith("not UTF-")


def test_a_broken_document_leaves_the_others() -> None:
    data = b"apiVersion: v1\nkind: A\n---\na: \xff\n---\nb: \0\n---\n\tc: d\n---\napiVersion: v1\nkind: B\n"
    read = read_objects(data, RepoPath("x.yaml"))
    assert [obj.kind for obj in read.objects] == ["A", "B"]
    assert [problem.line for problem in read.problems] == [4, 6, 8]
