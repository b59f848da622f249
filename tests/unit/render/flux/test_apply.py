"""What kustomize-controller adds to, drops from and refuses among the objects it built."""

from __future__ import annotations

import base64
import json

import pytest

from checker.model.units import Reason, RenderFailure
from tests.unit.render.flux.builders import config_map, names, render


def secret(**body: object) -> str:
    metadata = body.pop("metadata", {"name": "s"})
    return json.dumps({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, **body})


SOPS = {"mac": "ENC[AES256_GCM,data:x]", "lastmodified": "2024-01-01T00:00:00Z"}


def test_edge_33_an_encrypted_secret_without_decryption_is_refused() -> None:
    files = {"app/s.yaml": secret(data={"a": "ENC[x]"}, sops=SOPS)}
    with pytest.raises(RenderFailure, match=r"spec\.decryption") as caught:
        render(files)
    assert caught.value.reason is Reason.BROKEN
    assert caught.value.location is not None
    assert caught.value.location.path == "app/s.yaml"


def test_edge_33_unless_it_opts_out() -> None:
    metadata = {"name": "s", "annotations": {"kustomize.toolkit.fluxcd.io/decrypt": "Disabled"}}
    (obj,) = render({"app/s.yaml": secret(data={"a": "ENC[x]"}, sops=SOPS, metadata=metadata)}).objects
    assert "sops" in obj.body


def test_with_decryption_the_encrypted_object_is_shown_encrypted() -> None:
    rendered = render({"app/s.yaml": secret(stringData={"a": "ENC[x]"}, sops=SOPS)}, decryption={"provider": "sops"})
    (obj,) = rendered.objects
    assert obj.body["sops"] == {"encrypted": True}
    assert obj.body["data"] == {"a": base64.b64encode(b"ENC[x]").decode()}
    assert rendered.notes == ()


@pytest.mark.parametrize("kind", ["ConfigMap", "Deployment"])
def test_other_kinds_may_be_encrypted_too(kind: str) -> None:
    body = json.dumps({"apiVersion": "v1", "kind": kind, "metadata": {"name": "x"}, "data": {"a": "ENC[x]"}, "sops": SOPS})
    (obj,) = render({"app/x.yaml": body}, decryption={"provider": "sops"}).objects
    assert obj.body["sops"] == {"encrypted": True}


def test_encrypting_anew_changes_nothing_but_the_values() -> None:
    def once(stamp: str) -> object:
        files = {"app/x.yaml": secret(data={"a": "ENC[x]"}, sops={**SOPS, "mac": f"ENC[{stamp}]", "lastmodified": stamp})}
        return render(files, decryption={"provider": "sops"}).objects[0].body

    assert once("1") == once("2")


def test_edge_37_common_metadata_wins_at_the_top_only() -> None:
    deployment = json.dumps(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "d", "labels": {"team": "a", "kept": "x"}},
            "spec": {"template": {"metadata": {"labels": {"team": "a"}}}},
        }
    )
    common = {"labels": {"team": "b"}, "annotations": {"x": "y"}}
    (obj,) = render({"app/d.yaml": deployment}, commonMetadata=common).objects
    owner = {"kustomize.toolkit.fluxcd.io/name": "app", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}
    assert obj.labels == {"team": "b", "kept": "x", **owner}
    assert obj.annotations == {"x": "y"}
    assert obj.body["spec"] == {"template": {"metadata": {"labels": {"team": "a"}}}}


def test_lists_are_opened_and_status_is_dropped() -> None:
    items = [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "status": {"x": 1}} for name in "ab"]
    rendered = render({"app/l.yaml": json.dumps({"apiVersion": "v1", "kind": "List", "items": items})})
    assert names(rendered) == ["a", "b"]
    assert not any("status" in obj.body for obj in rendered.objects)


def test_string_data_is_folded_over_data() -> None:
    body = secret(data={"a": "b25l", "b": "b25l"}, stringData={"a": "two"})
    (obj,) = render({"app/s.yaml": body}).objects
    assert obj.body["data"] == {"a": base64.b64encode(b"two").decode(), "b": "b25l"}
    assert "stringData" not in obj.body


def test_a_clean_render_has_no_notes() -> None:
    assert render({"app/a.yaml": config_map()}).notes == ()


@pytest.mark.parametrize(("flux", "count"), [("2.6", 0), ("v2.7.1", 1), ("2.9", 2)])
def test_old_api_versions_are_pointed_out_when_the_clusters_flux_refuses_them(flux: str, count: int) -> None:
    old = [("kustomize.toolkit.fluxcd.io/v1beta2", "Kustomization"), ("helm.toolkit.fluxcd.io/v2beta1", "HelmRelease")]
    files = {f"app/{kind}.yaml": json.dumps({"apiVersion": version, "kind": kind, "metadata": {"name": "x"}}) for version, kind in old}
    notes = render(files, flux=flux).notes
    assert len(notes) == count
    assert {note.id for note in notes} <= {"api-version-removed"}
