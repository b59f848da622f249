from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.model.paths import ROOT, PathEscapes, RepoPath, basename, clamped_path, is_within, join, parent, repo_path, shown

TEXTS = st.text(alphabet=st.sampled_from("ab./ \n"), max_size=20)


@pytest.mark.parametrize(
    ("text", "base", "path"),
    [
        ("", "", ""),
        (".", "a/b", "a/b"),
        ("./c//d/", "a/b", "a/b/c/d"),
        ("../c", "a/b", "a/c"),
        ("../../c", "a/b", "c"),
        ("/c", "a/b", "c"),
        ("a/./b/../c", "", "a/c"),
        ("..a/b..", "", "..a/b.."),
    ],
)
def test_a_path_is_normalised_against_its_base(text: str, base: str, path: str) -> None:
    assert repo_path(text, RepoPath(base)) == path


@pytest.mark.parametrize(("text", "base"), [("..", ""), ("../../x", "a"), ("/../x", "a/b"), ("a/../../b", "")])
def test_a_path_above_the_root_is_refused(text: str, base: str) -> None:
    with pytest.raises(PathEscapes):
        repo_path(text, RepoPath(base))
    assert not clamped_path(text, RepoPath(base)).startswith("..")


@given(TEXTS, TEXTS)
def test_a_path_never_holds_dots_or_empty_parts(base: str, text: str) -> None:
    start = clamped_path(base)
    clamped = clamped_path(text, start)
    assert all(part not in ("", ".", "..") for part in clamped.split("/")) or clamped == ROOT
    try:
        assert text.startswith("/") or repo_path(text, start) == clamped
    except PathEscapes:
        assert ".." in text


@given(st.lists(st.sampled_from(["a", "b c", "\udcff"]), min_size=1, max_size=4))
def test_taking_a_path_apart_and_joining_it_gives_it_back(parts: list[str]) -> None:
    path = RepoPath("/".join(parts))
    assert join(parent(path), basename(path)) == path
    assert is_within(path, parent(path))
    assert is_within(path, path)
    assert is_within(path, ROOT)
    assert not is_within(RepoPath(path + "x"), path)


@pytest.mark.parametrize(
    ("path", "text"),
    [("", "."), ("a b/ü", "a b/ü"), ("a\nb\x1b[31m", "a\\nb\\x1b[31m"), ("caf\udce9", "caf\\xe9"), ("a\u202eb", "a\\u202eb")],
)
def test_a_path_is_shown_without_control_characters(path: str, text: str) -> None:
    assert shown(RepoPath(path)) == text
