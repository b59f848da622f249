"""The options, in groups that commands share: each function adds one group to a parser, argparse's or the one of `plain`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

MAX_JOBS = 512


def repository(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("repository")
    group.add_argument("-C", "--repository", default=".", metavar="DIR", help="the repository, or a folder in it (default: here)")
    group.add_argument("--settings", metavar="FILE", help="settings to use instead of .gitops-check.yaml of the base revision")
    group.add_argument("--no-settings", action="store_true", help="use no settings file")
    group.add_argument("--allow-network", action="store_true", help="fetch remote charts")


def revisions(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is compared")
    group.add_argument("--base", metavar="REV", help="compare with the merge base of REV (default: the target branch of the pull request)")
    head = group.add_mutually_exclusive_group()
    head.add_argument("--head", metavar="REV", help="the change (default: HEAD)")
    head.add_argument("--staged", action="store_true", help="what is staged for commit")
    head.add_argument("--worktree", action="store_true", help="the files as they are on disk")


def facts(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("facts about the pull request", "default: what CI says, then GITOPS_CHECK_SOURCE_BRANCH and so on")
    group.add_argument("--source-branch", metavar="BRANCH", help="the branch that the change is on")
    group.add_argument("--target-branch", metavar="BRANCH", help="the branch that it goes into")
    group.add_argument("--source-repository", metavar="NAME", help="the repository of the source branch, to tell forks")
    group.add_argument("--target-repository", metavar="NAME", help="this repository, by the same kind of name")
    group.add_argument("--author", metavar="NAME", help="who opened it")
    group.add_argument("--label", action="append", default=[], metavar="NAME", help="a label of it; may be given several times")
    group.add_argument(
        "--approved-by", action="append", default=[], metavar="NAME", help="who approved it, people and teams; may be given several times"
    )


def output(parser: argparse.ArgumentParser) -> None:
    from checker.report import FORMATS

    group = parser.add_argument_group("output")
    group.add_argument(
        "-o",
        "--output",
        action="append",
        default=[],
        metavar="FORMAT[=PATH]",
        help=f"may be given several times; formats: {', '.join(FORMATS)} (default: text)",
    )
    group.add_argument(
        "--environment", action="append", default=[], metavar="NAME", help="show this environment in full; may be given several times"
    )
    group.add_argument("--instance", default="", metavar="NAME", help="tells the comments of several checks on one pull request apart")
    group.add_argument(
        "--full-report", default="", metavar="WHERE", help="where the whole report lies, for a comment that must leave something out"
    )
    group.add_argument("--show-noise", action="store_true", help="show changes that are folded away as noise")
    amount = group.add_mutually_exclusive_group()
    amount.add_argument("-v", "--verbose", action="store_true", help="say more")
    amount.add_argument("-q", "--quiet", action="store_true", help="nothing when all is well, else findings only; no progress")
    group.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="default: on a terminal, unless NO_COLOR is set"
    )
    group.add_argument(
        "--fail-on", choices=("error", "warning", "note", "never"), help="the least severity that fails the run (default: error)"
    )


def running(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how it runs", "none of these changes a report")
    group.add_argument("-j", "--jobs", type=_count, default=0, metavar="N", help="processes to render in (default: one for each processor)")
    group.add_argument("--no-cache", action="store_true", help="neither use nor keep what earlier runs have rendered")
    group.add_argument("--timings", action="store_true", help="say on standard error how long each stage took")


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_JOBS:
        import argparse

        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {MAX_JOBS}")
    return int(text)


def schemas(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("schemas")
    group.add_argument(
        "--kubernetes",
        action="append",
        default=[],
        metavar="VERSION",
        help="check for this version; may be given several times (default: those of the settings, else 1.33)",
    )
    group.add_argument("--strict", action="boolean", help="unknown fields are errors (default: yes)")
    group.add_argument("--require-schemas", action="store_true", help="an object without a schema is an error")


def policies(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("policies")
    group.add_argument("--rego-engine", choices=("regorus", "opa"), default="regorus", help="the built-in engine, or the opa on PATH")
    group.add_argument("--verify-rego", action="store_true", help="judge with both engines, and fail where they differ")


def known(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is known already").add_mutually_exclusive_group()
    group.add_argument("--baseline", metavar="FILE", help="findings in FILE do not fail (default: what settings name, from the base)")
    group.add_argument("--write-baseline", metavar="FILE", help="write what is found to FILE, so that only new findings fail")


def hook(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--hook", action="store_true", help="as a commit hook: nothing when all is well, else findings only")


def why(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--explain", metavar="ENVIRONMENT", default="", help="why this environment moves: file, base, overlay, unit, object (text or json)"
    )


def from_hook(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from-hook", action="store_true", help="judge what is being committed or pushed, whichever hook this runs in")


def lint(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files or folders; - for standard input (default: the whole repository)")
    parser.add_argument("--staged", action="store_true", help="judge the staged content of the files")


def build(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="?", type=_alone, default=(".",), metavar="PATH", help="a kustomization, chart or manifest folder")
    parser.add_argument(
        "--load-restrictor",
        type=lambda word: _RESTRICTORS.get(word, word),
        choices=("root", "none"),
        default="root",
        help="whether files above the kustomization may be read; also by kustomize's names (default: root, as kustomize)",
    )
    parser.add_argument("--enable-helm", action="store_true", help="template the charts that a kustomization names")
    parser.add_argument("-o", "--output", dest="target", metavar="FILE", help="write there (default: standard output)")


_RESTRICTORS = {"LoadRestrictionsRootOnly": "root", "LoadRestrictionsNone": "none"}


def _alone(word: str) -> tuple[str, ...]:
    return (word,)


def second_opinion(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--engine",
        choices=("own", "kustomize"),
        default="own",
        help="or by the real one: kustomize or kubectl on PATH, else pykustomize",
    )
    parser.add_argument("--verify", action="store_true", help="build both ways, print whether they differ, and fail if they do")


def render(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="UNIT", help="names of deploy units, as `gitops-check units` shows them; globs")
    parser.add_argument("--all", dest="all_units", action="store_true", help="every unit")
    parser.add_argument("--environment", action="append", default=[], metavar="NAME", help="only units of this environment")


def explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rule", nargs="?", default="", metavar="RULE", help="a rule, policy or effect id; without one, all ids")


def schemas_action(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action", choices=("list", "show", "vendor"), help="bundled versions; one kind's schema; write what this repository needs"
    )
    parser.add_argument("rule", nargs="?", default="", metavar="KIND", help="as apps/v1/Deployment, for show")


def init(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-C", "--repository", default=".", metavar="DIR", help="the repository (default: here)")
    parser.add_argument(
        "--ci",
        choices=("github", "github-forks", "gitlab", "jenkins", "bitbucket", "azure", "none"),
        default="",
        help="default: what the repository uses; github-forks is safe for pull requests from forks, in two workflows",
    )
    parser.add_argument("--dry-run", action="store_true", help="print the files instead of writing them")
    parser.add_argument("--force", action="store_true", help="replace the settings and the workflow that are there")


def demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--keep", metavar="DIR", help="leave the repository in DIR instead of a temporary folder")


def comment(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "rule", nargs="?", default="", metavar="REPORT", help="what `check --output markdown=REPORT` wrote; - for standard input"
    )
    parser.add_argument(
        "--stale", action="store_true", help="post nothing; say on the comment that is there that it is about an earlier commit"
    )
    parser.add_argument("--instance", default="", metavar="NAME", help="with --stale: the name that the check was given")
    parser.add_argument(
        "--when-empty",
        choices=("update", "delete", "post"),
        default="update",
        help="where nothing moves and nothing was found: say so on a comment that is there (default), delete it, or always post",
    )
    parser.add_argument(
        "--status",
        nargs="?",
        const="gitops-check",
        default="",
        metavar="NAME",
        help="set the commit's status too (default name: gitops-check)",
    )
    parser.add_argument("--details-url", default="", metavar="URL", help="where the status leads (default: this CI run)")
    parser.add_argument("--commit", default="", metavar="ID", help="the commit the report is about (default: the one this CI run is for)")


def pull_request(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("where (known in GitHub Actions and GitLab CI)")
    group.add_argument("--forge", choices=("github", "gitlab"), default="")
    group.add_argument("--api", default="", metavar="URL", help="as https://github.example.com/api/v3 or https://gitlab.example.com/api/v4")
    group.add_argument("--project", default="", metavar="OWNER/NAME")
    group.add_argument("--request", type=int, metavar="NUMBER", help="the pull request or merge request")


def completion(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("bash", "fish", "zsh"), help="for this shell")


def debug(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--debug", action="store_true", help="show a traceback for errors")
