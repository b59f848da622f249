"""`gitops-check kubeconform`: its flags (with one dash or two, as Go's flag package reads them), its outputs, its exit codes.

Source: the Readme and `-h` of github.com/yannh/kubeconform, version 0.7.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Sequence

from checker.cli.arguments import Arguments
from checker.model.findings import UsageError
from checker.model.records import dataclass, field

SWITCHES = ("debug", "exit-on-error", "h", "ignore-missing-schemas", "insecure-skip-tls-verify", "strict", "summary", "v", "verbose")
VALUES = ("cache", "ignore-filename-pattern", "kubernetes-version", "n", "output", "reject", "schema-location", "skip")
TRUE, FALSE = ("1", "t", "T", "TRUE", "true", "True"), ("0", "f", "F", "FALSE", "false", "False")

HELP = """\
usage: gitops-check kubeconform [OPTION]... [FILE OR FOLDER]...

kubeconform's flags, outputs and exit codes; schemas come from the bundle, so nothing is downloaded.
  -exit-on-error                 stop at the first invalid resource or error
  -ignore-filename-pattern RE    leave out files that match (may be repeated)
  -ignore-missing-schemas        skip resources without a schema
  -kubernetes-version VERSION    master or 1.33.0 (default master: the newest bundled)
  -output FORMAT                 json, junit, pretty, tap or text (default text)
  -reject KINDS                  kinds or group/version/Kind to refuse, separated by commas
  -schema-location TEMPLATE      default, a folder or a template (may be repeated)
  -skip KINDS                    kinds or group/version/Kind to skip, separated by commas
  -strict                        refuse unknown fields and duplicate keys
  -summary                       print a summary
  -v                             print the version
  -verbose                       print valid and skipped resources too
accepted without effect: -cache -debug -insecure-skip-tls-verify -n
"""


@dataclass(frozen=True, slots=True)
class Flags:
    switches: dict[str, bool] = field(default_factory=dict)
    values: dict[str, list[str]] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    def on(self, name: str) -> bool:
        return self.switches.get(name, False)

    def last(self, name: str, default: str) -> str:
        return self.values.get(name, [default])[-1]

    def all(self, name: str) -> list[str]:
        return self.values.get(name, [])


def kubeconform(arguments: Arguments) -> int:
    """kubeconform's exit codes: 1 for wrong usage as well."""
    try:
        return _answered(read_flags(arguments.words))
    except UsageError as error:
        sys.stderr.write(f"gitops-check: {error}\n" + (f"  {error.hint}\n" if error.hint else ""))
        return 1


def _answered(flags: Flags) -> int:
    if flags.on("h"):
        sys.stdout.write(HELP)
        return 0
    if flags.on("v"):
        from checker.version import __version__

        sys.stdout.write(f"gitops-check {__version__}\n")
        return 0
    return _run(flags)


def _run(flags: Flags) -> int:
    from checker.pipeline.kubeconform import judge_files, judge_stream
    from checker.pipeline.schemas import check_location
    from checker.validate.kubeconform import KubeconformOptions
    from checker.validate.kubeconform_formats import FORMATS, Shown, exit_code

    output = flags.last("output", "text")
    if output not in FORMATS:
        raise UsageError(f"-output {output} is none of {', '.join(FORMATS)}")
    version = flags.last("kubernetes-version", "master")
    if not re.fullmatch(r"master|\d+\.\d+\.\d+", version):
        raise UsageError(f"-kubernetes-version {version} is neither master nor a version such as 1.33.0")
    locations = tuple(flags.all("schema-location")) or ("default",)
    for location in locations:
        check_location(location)
    options = KubeconformOptions(
        kubernetes=version,
        strict=flags.on("strict"),
        ignore_missing_schemas=flags.on("ignore-missing-schemas"),
        exit_on_error=flags.on("exit-on-error"),
        skip=frozenset(_split(flags.last("skip", ""))),
        reject=frozenset(_split(flags.last("reject", ""))),
        locations=locations,
    )
    begun = time.monotonic()
    stdin = not flags.files or flags.files == ("-",)
    if stdin and sys.stdin.isatty():
        raise UsageError("no files, and nothing on standard input", "name files or folders, or pipe manifests in")
    verdicts = (
        judge_stream(sys.stdin.buffer.read(), options) if stdin else judge_files(flags.files, flags.all("ignore-filename-pattern"), options)
    )
    shown = Shown(summary=flags.on("summary"), verbose=flags.on("verbose"), stdin=stdin, seconds=time.monotonic() - begun)
    sys.stdout.write(FORMATS[output](verdicts, shown))
    return exit_code(verdicts)


def read_flags(words: Sequence[str]) -> Flags:
    """`-name value`, `--name=value`, switches alone or as `-name=false`; the first other word ends them. Raises UsageError."""
    switches: dict[str, bool] = {}
    values: dict[str, list[str]] = {}
    rest = list(words)
    while rest and rest[0].startswith("-") and rest[0] != "-":
        word = rest.pop(0)
        if word == "--":
            break
        name, given, value = word.removeprefix("-").removeprefix("-").partition("=")
        if name in SWITCHES:
            switches[name] = _truth(name, value) if given else True
        elif name in VALUES:
            if not given and not rest:
                raise UsageError(f"-{name} needs a value")
            values.setdefault(name, []).append(value if given else rest.pop(0))
        else:
            raise UsageError(f"-{name} is no flag of kubeconform", "gitops-check kubeconform -h lists them")
    return Flags(switches, values, tuple(rest))


def _truth(name: str, value: str) -> bool:
    if value not in TRUE + FALSE:
        raise UsageError(f"-{name}={value} is neither true nor false")
    return value in TRUE


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
