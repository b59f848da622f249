"""What a format may be told: how wide, how much, for whom. Nothing in here changes what is true, only what is shown."""

from __future__ import annotations

from checker.model.findings import Severity
from checker.model.records import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHelp:
    """What a format may say about a rule beside its id: a short title, a paragraph, and where to read on."""

    title: str
    text: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatOptions:
    command: str = "check"
    """Which command made the report: check, diff, gate, lint, test."""
    color: bool = False
    width: int = 120
    verbose: bool = False
    show_noise: bool = False
    environments: tuple[str, ...] = ()
    """Show only these environments, and those in full; empty for all."""
    hook: bool = False
    """As a commit hook: findings only, one a line; nothing when all is well."""
    budget: int = 65_000
    """Bytes that the pull-request comment may have (GitHub takes 65,536 characters, GitLab 1,000,000)."""
    instance: str = ""
    """Tells the comments of several checks on one pull request apart, in the hidden marker."""
    full_report: str = ""
    """Where the whole report lies when the comment had to leave something out: an artifact's name or an address."""
    source_url: str = ""
    """Address of a file at head with `{path}` and `{line}` in it, for formats that link; empty for no links."""
    fail_on: Severity | None = Severity.ERROR
    """The least severity that fails the run, for formats that say whether it failed; None for never."""
    duration: float | None = None
    """Seconds the run took, where the caller measured it."""
    rules: Mapping[str, RuleHelp] = field(default_factory=dict)
    """Help on rule ids, for formats that carry it."""
