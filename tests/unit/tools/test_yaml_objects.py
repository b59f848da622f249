from __future__ import annotations

from checker.model.paths import RepoPath
from checker.tools.yaml import read_objects


def test_a_key_that_overrides_a_merge_is_meant_and_no_duplicate() -> None:
    text = b"apiVersion: v1\nkind: ConfigMap\nmetadata: &m {name: a}\ndata:\n  <<: *m\n  name: b\n  twice: x\n  twice: y\n"
    read = read_objects(text, RepoPath("a.yaml"))
    assert [problem.line for problem in read.duplicates] == [8]
