"""The door of the room: what a renderer does wrong stays in its unit."""

from __future__ import annotations

import pytest

from checker import render
from checker.model.objects import Origin
from checker.model.paths import RepoPath
from checker.model.tree import MemoryTree
from checker.model.units import Controller, DeployUnit, Failure, Reason, Rendered, State
from checker.render import RENDERERS, render_unit
from checker.render.options import RenderOptions

MANIFEST = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"


def unit(controller: Controller = Controller.DIRECTORY) -> DeployUnit:
    return DeployUnit(controller=controller, name="app", path=RepoPath("app"), origin=Origin(path=RepoPath("app/a.yaml")))


def test_there_is_a_renderer_for_every_controller() -> None:
    from importlib import import_module

    assert set(RENDERERS) == set(Controller)
    for place in RENDERERS.values():
        module, _, function = place.partition(":")
        assert callable(getattr(import_module(module), function))


def test_a_folder_renders_its_objects_and_remembers_what_it_read() -> None:
    tree = MemoryTree({RepoPath("app/a.yaml"): MANIFEST, RepoPath("app/values.yaml"): b"a: 1\n", RepoPath("other.yaml"): MANIFEST})
    built = render_unit(unit(), tree, RenderOptions(), digest_key=b"k")
    assert built.state is State.RENDERED
    assert [obj.name for obj in built.objects] == ["a"]
    assert isinstance(built.result, Rendered)
    assert RepoPath("app/a.yaml") in built.result.reads
    assert RepoPath("other.yaml") not in built.result.reads


def test_a_broken_file_breaks_the_unit_at_its_line() -> None:
    tree = MemoryTree({RepoPath("app/a.yaml"): MANIFEST + b"data: [\n"})
    built = render_unit(unit(), tree, RenderOptions(), digest_key=b"k")
    assert isinstance(built.result, Failure)
    assert built.result.reason is Reason.BROKEN
    assert built.result.location.path == "app/a.yaml"
    assert built.objects == ()


def test_an_error_of_ours_is_a_gap_and_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Rendered:
        raise KeyError("oops")

    monkeypatch.setattr(render, "_renderer", lambda _: broken)
    built = render_unit(unit(), MemoryTree({}), RenderOptions(), digest_key=b"k")
    assert isinstance(built.result, Failure)
    assert built.result.reason is Reason.UNSUPPORTED
    assert "KeyError" in built.result.message


def test_secret_values_do_not_leave_the_room() -> None:
    secret = b"apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: hunter2}\n"
    built = render_unit(unit(), MemoryTree({RepoPath("app/s.yaml"): secret}), RenderOptions(), digest_key=b"k")
    assert "hunter2" not in repr(built)
    kept = render_unit(unit(), MemoryTree({RepoPath("app/s.yaml"): secret}), RenderOptions(), digest_key=None)
    assert "hunter2" in repr(kept.objects[0].body)
