"""Both Rego engines on everything that repositories render to: `python benchmarks/rego_engines.py FOLDER... [--policy DIR]`.

Needs `opa` on PATH. Each folder is a repository's files. The library's policies (all of them), the ConstraintTemplates with
their constraints below `--gatekeeper`, and the Rego below each `--policy` are put to every rendered object. Prints how many
evaluations were compared and every difference, and ends with 1 if there is one.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from checker.discover import DiscoverOptions
from checker.evaluate import EvaluateOptions, EvaluationInput, Meaning, PolicySet
from checker.evaluate.library import library_policies
from checker.evaluate.run import evaluate_both
from checker.model.findings import Outcome
from checker.model.paths import RepoPath
from checker.pipeline.expand import ExpandOptions, expand_one
from checker.render.options import RenderOptions
from checker.snapshot.directory import DirectoryTree
from checker.tools.rego import Module, identity
from checker.tools.yaml import read_objects


def inputs(folder: Path) -> Iterator[EvaluationInput]:
    options = ExpandOptions(discover=DiscoverOptions(), render=RenderOptions(), digest_key=b"benchmark")
    for built in expand_one(DirectoryTree(folder), options).built:
        for obj in built.objects:
            yield EvaluationInput(object=obj, unit=built.unit.key, environment=built.unit.environment, cluster=built.unit.cluster)


def policies(arguments: argparse.Namespace) -> Iterator[PolicySet]:
    yield library_policies("all")
    for name in arguments.policy:
        files = [path for path in sorted(Path(name).rglob("*.rego")) if not path.name.endswith("_test.rego")]
        modules = tuple(Module(str(path), path.read_text(encoding="utf-8")) for path in files)
        yield PolicySet(name=name, modules=modules, namespaces=("*",))
    if arguments.gatekeeper:
        files = sorted(Path(arguments.gatekeeper).rglob("*.yaml"))
        objects = [obj for path in files for obj in read_objects(path.read_bytes(), RepoPath(str(path))).objects]
        wanted = {
            (obj.kind, obj.name, "" if obj.kind == "ConstraintTemplate" else obj.origin.path): obj
            for obj in objects
            if obj.group.endswith("gatekeeper.sh") and obj.kind != "Suite"
        }
        yield PolicySet(name=arguments.gatekeeper, meaning=Meaning.GATEKEEPER, objects=tuple(wanted.values()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--policy", action="append", default=[])
    parser.add_argument("--gatekeeper")
    arguments = parser.parse_args()
    print("engines:", identity(), identity("opa"))
    sets = list(policies(arguments))
    compared, different = 0, 0
    for folder in arguments.folders:
        items = list(inputs(folder))
        for policy_set in sets:
            checked = evaluate_both(items, policy_set, EvaluateOptions())
            counts = checked.counts
            evaluations = counts.passed + counts.failed + counts.skipped + counts.not_checked
            differences = [finding.message for finding in checked.findings if finding.rule == "rego-engines-differ"]
            failed = Counter(finding.rule for finding in checked.findings if finding.outcome is Outcome.NOT_CHECKED)
            row = f"{folder.name:45s} {policy_set.name[-30:]:30s} {len(items):6d} objects"
            print(f"{row} {evaluations:8d} evaluations {len(differences)} different", flush=True)
            for message in differences[:20]:
                print(f"    {message}")
            failed.pop("rego-engines-differ", None)
            if failed:
                print(f"    not checked: {dict(failed)}")
            compared, different = compared + evaluations, different + len(differences)
    print(f"{compared} evaluations, {different} differences")
    return 1 if different else 0


if __name__ == "__main__":
    raise SystemExit(main())
