from __future__ import annotations

import pytest

from checker.snapshot import open_repository, resolve_change
from checker.snapshot.changes import first_difference, list_changes
from tests.gitrepo import GitRepo


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        (b"a\nb\nc\n", b"a\nB\nc\n", 2),
        (b"a\nb\nc\n", b"a\nb\nc\nd\n", 4),
        (b"a\nb\nc\n", b"a\nc\n", 2),
        (b"a\nb\nc\n", b"a\n", 1),
        (b"a\nb\nc\n", b"a\nb\nc", 3),
        (b"a\nb\nc", b"a\nb\nc\n", 3),
        (b"", b"a\n", 1),
        (b"a\n", b"", 1),
        (b"a\r\nb\r\n", b"a\nb\n", 1),
    ],
)
def test_the_first_line_that_differs(before: bytes, after: bytes, line: int) -> None:
    assert first_difference(before, after) == line


def test_files_that_differ_between_two_commits(git_repo: GitRepo) -> None:
    odd = 'sp ace "q"\n+++ b/x\t\\ \udcff'
    first = git_repo.commit(
        files={"same": "1", "edited": "a\nb\nc\n", "gone": "1", "old": "moved", odd: "1\n2\n", "mode": "x", "kind": "x"}
    )
    git_repo.write("edited", "a\nB\nc\n")
    git_repo.write(odd, "1\n3\n")
    git_repo.write("new", "moved")
    (git_repo.root / "mode").chmod(0o755)
    git_repo.delete("gone", "old", "kind")
    git_repo.link("kind", "same")
    git_repo.link("link", "same")
    second = git_repo.commit()
    (git_repo.root / "link").unlink()
    git_repo.link("link", "edited")
    third = git_repo.commit()
    repository = open_repository(git_repo.root)

    def changes(base: str, head: str) -> list[tuple[str, str, int | None]]:
        return [(file.path, file.status, file.line) for file in list_changes(repository.commit_tree(base), repository.commit_tree(head))]

    assert changes(first, second) == [
        ("edited", "M", 2),
        ("gone", "D", None),
        ("kind", "T", 1),
        ("link", "A", 1),
        ("new", "A", 1),
        ("old", "D", None),
        (odd, "M", 2),
    ]
    assert changes(second, third) == [("link", "M", None)]
    assert changes(third, third) == []


def test_index_and_work_tree_differ_from_a_commit_by_content(git_repo: GitRepo) -> None:
    git_repo.commit(files={"a": "1\n2\n", "b": "1", "c": "1"})
    git_repo.write("a", "1\n3\n")
    git_repo.git("add", "a")
    git_repo.write("a", "4\n3\n")
    git_repo.git("rm", "--quiet", "--cached", "b")
    git_repo.git("rm", "--quiet", "c")
    git_repo.write("big", b"x" * 40 * 1024 * 1024)
    repository = open_repository(git_repo.root)
    base = repository.commit_tree("HEAD")
    staged = list_changes(base, repository.index_tree())
    assert [(file.path, file.status, file.line) for file in staged] == [("a", "M", 2), ("b", "D", None), ("c", "D", None)]
    on_disk = list_changes(base, repository.worktree())
    assert [(file.path, file.status, file.line) for file in on_disk] == [("a", "M", 1), ("big", "A", 1), ("c", "D", None)]
    git_repo.commit()
    git_repo.write("big", b"y" * 40 * 1024 * 1024)
    head = open_repository(git_repo.root)
    assert [(file.path, file.line) for file in list_changes(head.commit_tree("HEAD"), head.worktree())] == [("big", None)]


MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a: |\n    # text\n    b\n"


@pytest.mark.parametrize(
    ("path", "before", "after", "inert"),
    [
        ("all.yaml", MANIFEST, f"# why\n{MANIFEST}\n# end", True),
        ("all.yaml", MANIFEST, MANIFEST.replace("    # text\n", ""), False),
        ("all.yaml", MANIFEST, MANIFEST.replace("    # text", "    # other"), False),
        ("all.yaml", MANIFEST, MANIFEST.replace("name: x", "name: y"), False),
        ("all.yaml", MANIFEST, MANIFEST.replace("kind: ConfigMap", "kind: ConfigMap  # a"), True),
        ("kustomization.yaml", "resources: [a.yaml]\n", "resources: [a.yaml] # one\n\n", True),
        ("kustomization.yaml", "resources: [a.yaml]\n", "resources: [a.yaml, 'b#c.yaml']\n", False),
        ("values.yaml", "a: 1\n", "a: 1 # one\n", False),
        ("config.json", "{}", "{ }", False),
        ("all.yaml", "a: {{ .x }}\n", "a: {{ .x }} # one\n", False),
    ],
)
def test_a_file_that_says_the_same_is_inert(git_repo: GitRepo, path: str, before: str, after: str, inert: bool) -> None:
    git_repo.commit(files={path: before})
    git_repo.stage({path: after})
    (change,) = resolve_change(open_repository(git_repo.root), staged=True, environ={}).facts.files
    assert change.inert is inert
