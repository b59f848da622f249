"""Facts about the pull request that somebody states: flags and `GITOPS_CHECK_*` variables, for CI systems that say less.

What is stated wins over what the CI system says; a value that could not be one is unknown, as there.
"""

from __future__ import annotations

from collections.abc import Mapping

from checker.model.change import PullRequest
from checker.model.records import dataclass, replace
from checker.snapshot.ci_values import clean

PREFIX = "GITOPS_CHECK_"
SINGLE = ("source_branch", "target_branch", "source_repository", "target_repository", "author")
LISTS = ("labels", "approved_by")
"""Names of the facts; the variable is PREFIX and the name in capitals, several values of a list separated by commas or line ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """None is what nobody stated."""

    source_branch: str | None = None
    target_branch: str | None = None
    source_repository: str | None = None
    target_repository: str | None = None
    author: str | None = None
    labels: tuple[str, ...] | None = None
    approved_by: tuple[str, ...] | None = None

    def over(self, request: PullRequest) -> PullRequest:
        """The request with what is stated."""
        stated = {name: value for name in (*SINGLE, *LISTS) if (value := getattr(self, name)) is not None}
        return replace(request, **stated)


def read_given(environ: Mapping[str, str], flags: Mapping[str, str | tuple[str, ...] | None]) -> Given:
    """`flags` win over the variables. A list variable that is set and empty is an empty list: nobody approved."""
    single = {name: clean(flags.get(name) or environ.get(_variable(name))) for name in SINGLE}
    lists = {name: _several(flags.get(name), environ.get(_variable(name))) for name in LISTS}
    return Given(**single, **lists)  # type: ignore[arg-type]


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _several(flags: object, variable: str | None) -> tuple[str, ...] | None:
    values = flags if isinstance(flags, tuple) and flags else variable.replace("\n", ",").split(",") if variable is not None else None
    return tuple(filter(None, (clean(value.strip()) for value in values))) if values is not None else None
