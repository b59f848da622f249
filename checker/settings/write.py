"""Environments -> the text of a settings file for people to go on from, with what was found stated and the rest in comments."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from checker.model.settings import EnvironmentMatch, EnvironmentSetting

_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./@-]*")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})

_HEAD = """\
# What gitops-check makes of this repository. `gitops-check explain RULE` says what a rule means and takes.
version: 1
# kubernetes: ["1.33"]   # the versions that manifests are checked for
"""
_NO_ENVIRONMENTS = """
# environments:          # in order of promotion; no folder, cluster or branch here is named like one
#   staging: {match: [{path: clusters/staging/**}]}
#   production: {match: [{path: clusters/production/**}], guarded: true}
"""
_POLICIES = """
policies:
  - builtin                # the bundled library; add {path: policies} for your own Rego
"""


def settings_text(environments: Sequence[EnvironmentSetting], *, hydrated: bool = False) -> str:
    """A valid settings file. Rules begin as warnings, so that nothing is blocked on the first day; `hydrated` is whether a
    controller writes what it renders to branches.
    """
    return "".join((_HEAD, _environments(environments), _rules(environments, hydrated=hydrated), _POLICIES))


def _environments(environments: Sequence[EnvironmentSetting]) -> str:
    if not environments:
        return _NO_ENVIRONMENTS
    lines = ["", "environments:            # in order of promotion; guarded ones are protected by the rules"]
    for environment in environments:
        lines.append(f"  {_scalar(environment.name)}:")
        if environment.match:
            lines.append("    match:")
            lines += [f"      - {_match(match)}" for match in environment.match]
        if environment.guarded or not environment.match:
            lines.append(f"    guarded: {'true' if environment.guarded else 'false'}")
    return "\n".join(lines) + "\n"


def _match(match: EnvironmentMatch) -> str:
    stated = ((name, getattr(match, name)) for name in EnvironmentMatch.__slots__)
    return f"{{{', '.join(f'{name}: {_scalar(value)}' for name, value in stated if value is not None)}}}"


def _rules(environments: Sequence[EnvironmentSetting], *, hydrated: bool) -> str:
    """What can be proposed without knowing how a team works: promotion between stages that are there."""
    lines = ["", "rules:                   # each: off | warn | enforce, for every guarded environment or by name"]
    lines.append("  destructive-change: warn")
    if hydrated:
        lines.append("  generated-branch: warn # a hydrated branch holds what its dry source renders to")
    if len([environment for environment in environments if environment.guarded]) > 1:
        lines.append("  one-environment-per-change: warn")
    pairs = [
        (environment.name, before)
        for place, environment in enumerate(environments)
        if environment.guarded and (before := _before(environment.name, environments[:place])) is not None
    ]
    if pairs:
        lines.append("  promoted-from:         # a version reaches it only after the environment before it runs it")
        lines += [f"    {_scalar(name)}: {{environment: {_scalar(before)}, mode: warn}}" for name, before in pairs]
    guarded = next((environment.name for environment in environments if environment.guarded), "production")
    lines.append("  # source-branch:       # who may change it; a fork's branch of the same name does not count")
    lines.append(f'  #   {_scalar(guarded)}: {{from: ["release/*"], into: [main]}}')
    return "\n".join(lines) + "\n"


def _before(name: str, earlier: Sequence[EnvironmentSetting]) -> str | None:
    """From where a version comes to it: the last stage that is none of its own kind, there the one of the same region or cluster.

    `prod-eu` follows `staging-eu`, and neither `prod-asia` nor `staging-us`.
    """
    words = _words(name)
    steps = [one.name for one in reversed(earlier) if not (one.guarded and words & _words(one.name))]
    alike = [step for step in steps if _words(step) & _words(steps[0])]
    return next((step for step in alike if words & _words(step)), steps[0] if steps else None)


def _words(name: str) -> set[str]:
    return set(re.split(r"[-_.]", name))


def _scalar(value: str) -> str:
    return value if _PLAIN.fullmatch(value) and value.lower() not in _WORDS and not value[0].isdigit() else json.dumps(value)
