"""`gitops-check test`: conftest's flags, outputs and exit codes, for `conftest test` and with `--verify` for `conftest verify`.

Formats that conftest does not have (text, markdown, html, gitlab) print our own report, with the place of every field.
"""

from __future__ import annotations

import os
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from checker.cli.arguments import Arguments
from checker.cli.conftest_flags import REFUSED, Flags, read_flags
from checker.cli.output import deliver, wants_color, write
from checker.model.findings import UsageError
from checker.model.records import replace
from checker.model.settings import Settings
from checker.version import __version__

if TYPE_CHECKING:
    from checker.evaluate.conftest_output import Results, Shown
    from checker.evaluate.verify import PolicyTests
    from checker.pipeline.conftest import TestRequest

HELP = """\
usage: gitops-check test [OPTION]... [FILE OR FOLDER]...

Rego policies on configuration files, with conftest's flags, outputs and exit codes. Nothing is rendered: `check` and
`lint` judge by the same policies when .gitops-check.yaml names them. Without a path, all files below this folder; - for standard input.

  -p, --policy DIR           policy folder or file (default policy; may be repeated)
  -n, --namespace NAME       Rego package, globs allowed (default main; may be repeated)
      --all-namespaces       the policies of every package
  -d, --data PATH            JSON and YAML for `data`; names of folders become keys (may be repeated)
      --combine              all files as one input: a list of path and contents
      --parser NAME          read every file as yaml, json, toml, jsonnet, dotenv, ini, properties or ignore
      --ignore RE            leave out paths that match
      --stdin-filename NAME  what standard input is called
      --rego-version V       v0 or v1 (default: as each file is written)
      --capabilities FILE    the built-in functions that policies may call, as OPA's capabilities files list them
      --show-builtin-errors  an error in a built-in function fails the run, instead of leaving its expression undefined
  -o, --output FORMAT[=PATH] stdout, json, tap, table, junit, github, azuredevops, sarif: conftest's (default stdout);
                             text, markdown, html, gitlab: our report with line and column (may be repeated)
      --fail-on-warn         exit 1 for warnings, 2 for failures
      --no-fail              exit 0 whatever policies say
      --quiet                nothing when all is well
      --suppress-exceptions, --no-color, --junit-hide-message, --github-hide-passed
      --rego-engine ENGINE   regorus, which is built in, or opa: the program on PATH
      --verify-rego          judge with both, and fail where they differ
      --verify               run the policies' own test_ rules
      --report MODE          with --verify: full, notes or fails: every test with its place and what it printed
      --coverage             with --verify: the lines that no test reaches
  -c, --config-file FILE     conftest.toml elsewhere; CONFTEST_<FLAG> variables go before it
  -C, --repository DIR       where to run (default: here)

exit codes: 0 clean, 1 failures or policies that could not be run, 2 usage (or failures with --fail-on-warn), 3 could not finish
refused by name: --update, --proto-file-dirs, --strict, --trace, --var-values
"""
OWN_FORMATS = ("text", "markdown", "html", "gitlab")
REPORTS = ("full", "notes", "fails")


def test(arguments: Arguments) -> int:
    flags = read_flags(arguments.words, arguments.environ)
    if flags.on("help"):
        sys.stdout.write(HELP)
        return 0
    for name, reason in REFUSED.items():
        if flags.on(name) or flags.text(name) or flags.all(name):
            raise UsageError(f"--{name} is not supported: {reason}")
    _check_formats(flags)
    request = _request(flags)
    own = replace(arguments, color=flags.text("color", "never" if flags.on("no-color") else "auto"))
    return _verify(flags, request, own) if flags.on("verify") else _test(flags, request, own)


def _check_formats(flags: Flags) -> None:
    from checker.evaluate.conftest_documents import OUTPUTS

    for wanted in flags.all("output"):
        name = wanted.partition("=")[0]
        if name not in OUTPUTS and name not in OWN_FORMATS:
            close = get_close_matches(name, (*OUTPUTS, *OWN_FORMATS), n=1)
            known = f"there are {', '.join((*OUTPUTS, *OWN_FORMATS))}"
            raise UsageError(f"there is no output format {name!r}", f"did you mean {close[0]}?" if close else known)
    if flags.text("report") and flags.text("report") not in REPORTS:
        raise UsageError(f"--report {flags.text('report')} is none of {', '.join(REPORTS)}")
    if (flags.text("report") or flags.on("coverage")) and not flags.on("verify"):
        raise UsageError("--report and --coverage are about the policies' own tests", "add --verify")


def _request(flags: Flags) -> TestRequest:
    from checker.pipeline.conftest import TestRequest

    version = flags.text("rego-version", "auto").lower()
    if version not in ("auto", "v0", "v1"):
        raise UsageError(f"--rego-version {version} is neither v0 nor v1")
    engine, both = flags.text("rego-engine", "regorus"), flags.on("verify-rego")
    if engine not in ("regorus", "opa"):
        raise UsageError(f"--rego-engine {engine} is neither regorus nor opa")
    verify = flags.on("verify")
    if verify and (both or (engine == "opa" and flags.on("coverage"))):
        raise UsageError(
            "--verify runs tests by one engine, and only the built-in one counts lines", "leave out --verify-rego or --coverage"
        )
    if verify and flags.paths:
        raise UsageError("--verify runs the policies' own tests and takes no files", "name the policies with -p")
    return TestRequest(
        folder=Path(flags.text("repository", ".")),
        paths=flags.paths or (".",),
        policies=flags.all("policy", ("policy",)),
        data=flags.all("data"),
        namespaces=flags.all("namespace", () if verify else ("main",)),
        all_namespaces=flags.on("all-namespaces"),
        combine=flags.on("combine"),
        parser=flags.text("parser"),
        ignore=flags.text("ignore"),
        stdin=sys.stdin.buffer.read() if "-" in flags.paths else b"",
        stdin_filename=flags.text("stdin-filename"),
        rego_version=version,  # type: ignore[arg-type]
        capabilities=flags.text("capabilities"),
        show_builtin_errors=flags.on("show-builtin-errors"),
        coverage=flags.on("coverage"),
        engine=engine,  # type: ignore[arg-type]
        both=flags.on("verify-rego"),
    )


def _test(flags: Flags, request: TestRequest, arguments: Arguments) -> int:
    from checker.evaluate.conftest_documents import OUTPUTS
    from checker.evaluate.conftest_output import exit_code
    from checker.pipeline.conftest import report_tests, run_tests

    wanted = flags.all("output", ("stdout",))
    own = [format_ for format_ in wanted if format_.partition("=")[0] in OWN_FORMATS]
    code = 0
    if own:
        code = deliver(report_tests(request), Settings(), replace(arguments, output=own))
    if len(own) < len(wanted):
        tested = run_tests(request)
        verdict = exit_code(tested.run.results, fail_on_warn=flags.on("fail-on-warn"))
        failed = max(verdict, 1) if tested.problems else verdict
        if failed or not flags.on("quiet"):
            _print(tested.run.results, [name for name in wanted if name.partition("=")[0] in OUTPUTS], _shown(flags, arguments))
        for line in (*tested.notes, *tested.problems):
            sys.stderr.write(f"gitops-check: {line}\n")
        if flags.on("no-fail"):
            return 1 if tested.problems else 0
        code = max(code, failed)
    return 0 if flags.on("no-fail") else code


def _shown(flags: Flags, arguments: Arguments, *, skipped: bool = False) -> Shown:
    from checker.evaluate.conftest_output import Shown

    return Shown(
        color=wants_color(arguments),
        suppress_exceptions=flags.on("suppress-exceptions"),
        skipped=skipped,
        junit_hide_message=flags.on("junit-hide-message"),
        github_hide_passed=flags.on("github-hide-passed"),
        version=__version__,
    )


def _print(results: Results, wanted: list[str], shown: Shown) -> None:
    from checker.evaluate.conftest_documents import OUTPUTS

    for format_ in wanted:
        name, _, path = format_.partition("=")
        write(OUTPUTS[name](results, replace(shown, color=shown.color and not path)), path)


def _verify(flags: Flags, request: TestRequest, arguments: Arguments) -> int:
    from checker.evaluate.conftest_documents import OUTPUTS
    from checker.evaluate.verify import as_results, coverage_text, report_text
    from checker.pipeline.conftest import report_verify, run_verify

    wanted = flags.all("output", ("stdout",))
    if flags.text("report") and wanted != ("stdout",):
        raise UsageError("--report is text of its own", "leave --output out")
    found: PolicyTests = run_verify(request)
    own = [format_ for format_ in wanted if format_.partition("=")[0] in OWN_FORMATS]
    if own:
        deliver(report_verify(found), Settings(), replace(arguments, output=own))
    if flags.text("report"):
        write(report_text(found), "")
    elif not found.passed or not flags.on("quiet"):
        shown = _shown(flags, arguments, skipped=True)
        _print(as_results(found), [name for name in wanted if name.partition("=")[0] in OUTPUTS], shown)
    if flags.on("coverage"):
        write(coverage_text(found), "")
    for problem in found.problems:
        place = ":".join(str(part) for part in (problem.path, problem.line) if part)
        sys.stderr.write(f"gitops-check: {place}{': ' if place else ''}{problem.message}{os.linesep}")
    return 0 if found.passed else 1
