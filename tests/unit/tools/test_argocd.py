"""Argo CD's dialects: globs, variable expansion, equality of repository URLs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.tools.argocd import (
    doublestar,
    expand,
    glob_matches,
    is_this_repository,
    listed_order,
    normalised_url,
    path_match,
    pathspec,
    same_repository,
)


@pytest.mark.parametrize(
    ("pattern", "value", "matches"),
    [
        ("*.yaml", "sub/a.yaml", True),
        ("**/*.yaml", "a.yaml", False),
        ("**/*.yaml", "sub/a.yaml", True),
        ("{a,b/*}.yaml", "b/c.yaml", True),
        ("{a,{b,c}}", "c", True),
        ("{a,b", "b", True),
        ("[!a]x", "bx", True),
        ("[^a]x", "bx", False),
        ("[^a]x", "^x", True),
        ("[a-c]x", "bx", True),
        ("[abc]x", "cx", True),
        ("[a-cx]y", "ay", False),
        (r"\*", "*", True),
        (r"\*", "a", False),
        ("a,b}", "a,b}", True),
        ("*.yaml", "a.YAML", False),
    ],
)
def test_gobwas_globs(pattern: str, value: str, matches: bool) -> None:
    assert glob_matches(pattern, value) is matches


def test_gobwas_with_separators() -> None:
    assert glob_matches("https://github.com/*/x", "https://github.com/o/x", separators="/")
    assert not glob_matches("https://github.com/*", "https://github.com/o/r", separators="/")
    assert glob_matches("https://github.com/**", "https://github.com/o/r", separators="/")


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("apps/*", "apps/a", True),
        ("apps/*", "apps/a/b", False),
        ("apps/**", "apps/a", True),
        ("apps/**", "apps/a/b", False),
        ("apps/{a,b}", "apps/a", False),
        ("apps/[^a]", "apps/b", True),
        ("apps/[!a]", "apps/b", False),
        ("apps/[a-c]?", "apps/bz", True),
        ("apps/[", "apps/[", False),
        ("apps/[-a]", "apps/a", False),
        ("./apps/*", "apps/a", False),
        ("a\\", "a\\", False),
    ],
)
def test_go_path_match(pattern: str, path: str, matches: bool) -> None:
    assert path_match(pattern, path) is matches


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("envs/*.yaml", "envs/a.yaml", True),
        ("envs/*.yaml", "envs/a/b.yaml", False),
        ("**/config.json", "config.json", True),
        ("**/config.json", "a/b/config.json", True),
        ("apps/**", "apps/a/b", True),
        ("apps/{a,b}/x", "apps/b/x", True),
        ("apps/[ab]/x", "apps/b/x", True),
        ("a**/x", "abc/x", True),
        ("a**/x", "a/b/x", False),
    ],
)
def test_doublestar(pattern: str, path: str, matches: bool) -> None:
    assert doublestar(pattern, path) is matches


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("apps/*/config.json", "apps/a/config.json", True),
        ("apps/*/config.json", "apps/a/b/config.json", True),
        ("**/config.json", "config.json", False),
        ("apps", "apps/a/x.json", True),
        ("apps/{a,b}/x", "apps/a/x", False),
        ("/apps/*", "apps/a", False),
        ("a?.json", "a/.json", True),
    ],
)
def test_git_pathspecs(pattern: str, path: str, matches: bool) -> None:
    assert pathspec(pattern, path) is matches


@given(st.text(alphabet="ab*?[]{}!^-,\\/", max_size=12), st.text(alphabet="ab/-", max_size=6))
def test_no_pattern_breaks_a_dialect(pattern: str, path: str) -> None:
    for matches in (glob_matches, path_match, doublestar, pathspec):
        assert matches(pattern, path) in (True, False)


def test_files_come_before_deeper_ones() -> None:
    assert sorted(["a/x", "z", "b/c/x", "b/z"], key=listed_order) == ["z", "a/x", "b/z", "b/c/x"]


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("$A/${A}", "1/1"),
        ("$$A", "$A"),
        ("$missing.", "."),
        ("$1x", "x"),
        ("a$", "a$"),
        ("$.", "$."),
        ("$A_x", ""),
        ("${A", "A"),
        ("${}x", "x"),
    ],
)
def test_variables_as_go_expands_them(text: str, expanded: str) -> None:
    assert expand(text, {"A": "1"}) == expanded


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://GitHub.com/O/r.git", "https://github.com/o/R", True),
        ("git@h:o/r", "ssh://git@h/o/r", True),
        ("https://h/o/r", "git@h:o/r", False),
        ("https://h/o/r", "https://h/o/r/", False),
        ("https://h:443/o/r", "https://h/o/r", False),
        ("https://u:p@h/o/r", "https://h/o/r", False),
        ("ssh://git@h:org/repo", "ssh://git@h:org/repo", True),
        ("ssh://git@h:org/repo", "ssh://git@h/org/repo", False),
    ],
)
def test_equality_of_repository_urls(one: str, other: str, same: bool) -> None:
    assert same_repository(one, other) is same


@pytest.mark.parametrize(("url", "normal"), [("https://h:port/x", ""), ("https://h/%zz", ""), (" HTTPS://H/O/R.git ", "https://h/o/r")])
def test_the_normal_form_of_a_url_is_empty_for_what_is_none(url: str, normal: str) -> None:
    assert normalised_url(url) == normal


def test_this_repository_is_known_in_every_spelling() -> None:
    ours = ("git@github.com:acme/fleet.git",)
    assert is_this_repository("https://github.com/Acme/fleet/", ours)
    assert is_this_repository("ssh://git@github.com:22/acme/fleet", ours)
    assert not is_this_repository("https://github.com/acme/other", ours)
    assert is_this_repository("https://github.com/acme/other", ())
