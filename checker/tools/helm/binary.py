"""`helm template` as a process: where the library is not installed, or is of another age than the cluster's Helm."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from checker.tools.helm.call import HelmCall, HelmFailed, HelmMissing, Templated, TemplateOutput
from checker.tools.helm.files import ChartFiles, write_chart
from checker.tools.process import ProcessFailed, find_program, run, scrubbed_environment

SECONDS = 60.0
_SOURCE = re.compile(r"^# Source: (.+)$", re.MULTILINE)


def is_installed() -> bool:
    return find_program("helm") is not None


def version() -> str:
    """What `helm version` says, empty where it cannot be asked."""
    program = find_program("helm")
    return _version(program) if program is not None else ""


@lru_cache(maxsize=8)
def _version(program: Path) -> str:
    with TemporaryDirectory(prefix="gitops-check-") as home:
        try:
            return run([program, "version", "--short"], environment=_environment(Path(home)), timeout=SECONDS).stdout.decode().strip()
        except ProcessFailed:
            return ""


def template(chart: ChartFiles, call: HelmCall) -> Templated:
    """Raises HelmFailed, HelmMissing."""
    program = find_program("helm")
    if program is None:
        raise HelmMissing("helm is not on PATH")
    return Templated(outputs=tuple(_rendered(program, chart, call)), engine="helm")


def _rendered(program: Path, chart: ChartFiles, call: HelmCall) -> list[TemplateOutput]:
    with TemporaryDirectory(prefix="gitops-check-") as home:
        written = write_chart(chart, Path(home))
        values = Path(home) / "values.json"
        values.write_text(json.dumps(dict(call.values)), encoding="utf-8")
        command: list[str | Path] = [program, "template", call.release, written, "--namespace", call.namespace, "--values", values]
        command += ["--include-crds"] * call.include_crds + ["--is-upgrade"] * call.is_upgrade
        command += ["--kube-version", call.kube_version] if call.kube_version else []
        for version in call.api_versions:
            command += ["--api-versions", version]
        return _run(command, Path(home))


def _run(command: Sequence[str | Path], home: Path) -> list[TemplateOutput]:
    try:
        done = run(command, environment=_environment(home), timeout=SECONDS, check=False)
    except ProcessFailed as error:
        raise HelmFailed(error.message) from error
    if done.returncode != 0:
        message = done.stderr.strip().removeprefix("Error: ").replace(f"{home}/", "")
        raise HelmFailed(message[-1500:] or f"helm template ended with status {done.returncode}")
    return _outputs(done.stdout.decode("utf-8", "replace"))


def _environment(home: Path) -> dict[str, str]:
    """No plugins, no repositories, no cluster of whoever runs us."""
    ours = {"HELM_CACHE_HOME": "cache", "HELM_CONFIG_HOME": "config", "HELM_DATA_HOME": "data", "HELM_PLUGINS": "plugins", "HOME": ""}
    kept = {name: value for name, value in scrubbed_environment().items() if not name.startswith(("HELM_", "KUBE"))}
    return {**kept, **{name: str(home / folder) for name, folder in ours.items()}, "KUBECONFIG": str(home / "none")}


def _outputs(text: str) -> list[TemplateOutput]:
    outputs: list[TemplateOutput] = []
    for piece in re.split(r"(?m)^---$\n?", text):
        source = _SOURCE.match(piece)
        if source is not None:
            outputs.append(TemplateOutput(source=source[1], text=piece, is_crd="/crds/" in source[1]))
        elif piece.strip() and outputs:
            # A further document of the same template.
            outputs.append(TemplateOutput(source=outputs[-1].source, text=piece, is_crd=outputs[-1].is_crd))
    return outputs
