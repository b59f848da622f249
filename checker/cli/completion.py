"""The table of commands -> what completes them in bash, zsh and fish."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

from checker.cli.arguments import COMMANDS, Arguments
from checker.cli.parser import options_of
from checker.model.records import dataclass

_FILES = frozenset({"FILE", "PATH", "REPORT"})
_FOLDERS = frozenset({"DIR"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An option, or with no `names` the words of a command. `values` may follow; `place` is `file`, `folder` or empty."""

    names: tuple[str, ...] = ()
    help: str = ""
    takes: bool = False
    values: tuple[str, ...] = ()
    place: str = ""


def completion(arguments: Arguments) -> int:
    sys.stdout.write(_SHELLS[arguments.action]({name: tuple(_choices(name)) for name in COMMANDS}))
    return 0


def _choices(command: str) -> Iterator[Choice]:
    for action in options_of(command):
        metavar = action.metavar if isinstance(action.metavar, str) else ""
        yield Choice(
            names=tuple(action.option_strings),
            help=" ".join((action.help or "").split()),
            takes=action.nargs != 0 and not isinstance(action, (argparse.BooleanOptionalAction, argparse._HelpAction)),
            values=_values(command, action, metavar),
            place="file" if metavar in _FILES else "folder" if metavar in _FOLDERS else "",
        )


def _values(command: str, action: argparse.Action, metavar: str) -> tuple[str, ...]:
    if metavar.startswith("FORMAT"):
        from checker.report import FORMATS

        return tuple(FORMATS)
    if metavar == "RULE" and command == "explain":
        from checker.pipeline.catalogue import catalogue

        return tuple(sorted({entry.id for entry in catalogue()}))
    return tuple(str(choice) for choice in action.choices or ())


Table = Mapping[str, Sequence[Choice]]


def _bash(table: Table) -> str:
    cases = "".join(f"    {name})\n{_bash_options(choices)}      ;;\n" for name, choices in table.items())
    return f"""# bash completion of gitops-check; made by `gitops-check completion bash`
_gitops_check() {{
  local cur="${{COMP_WORDS[COMP_CWORD]}}" prev="${{COMP_WORDS[COMP_CWORD-1]}}" words=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=( $(compgen -W "{" ".join(table)} --help --version" -- "$cur") )
    return
  fi
  case "${{COMP_WORDS[1]}}" in
{cases}  esac
  case "$cur" in
    -*) COMPREPLY=( $(compgen -W "$words" -- "$cur") ) ;;
    *) [ -z "$values" ] || COMPREPLY=( $(compgen -W "$values" -- "$cur") )
       [ -n "$values" ] || compopt -o default ;;
  esac
}}
complete -F _gitops_check gitops-check
"""


def _bash_options(choices: Sequence[Choice]) -> str:
    names = [name for choice in choices for name in choice.names] + ["--debug"]
    positional = [value for choice in choices if not choice.names for value in choice.values]
    lines = [f'      words="{" ".join(names)}"', f'      local values="{" ".join(positional)}"']
    arms = [f"        {'|'.join(choice.names)}) {_bash_values(choice)}; return ;;" for choice in choices if choice.names and choice.takes]
    return "\n".join([*lines, *(['      case "$prev" in', *arms, "      esac"] if arms else [])]) + "\n"


def _bash_values(choice: Choice) -> str:
    if choice.values:
        return f'COMPREPLY=( $(compgen -W "{" ".join(choice.values)}" -- "$cur") )'
    if choice.place == "folder":
        return "compopt -o dirnames"
    return "compopt -o default" if choice.place == "file" else ":"


def _zsh(table: Table) -> str:
    commands = "\n".join(f"    {_quoted(f'{name}:{COMMANDS[name].help}')}" for name in table)
    cases = "".join(f"    ({name})\n      _arguments -s \\\n{_zsh_options(choices)}      ;;\n" for name, choices in table.items())
    return f"""#compdef gitops-check
# zsh completion of gitops-check; made by `gitops-check completion zsh`
_gitops-check() {{
  local -a commands=(
{commands}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
{cases}  esac
}}
if [ "$funcstack[1]" = "_gitops-check" ]; then _gitops-check "$@"; else compdef _gitops-check gitops-check; fi
"""


def _zsh_options(choices: Sequence[Choice]) -> str:
    specs = [_quoted(spec) for choice in choices for spec in _zsh_specs(choice)]
    return " \\\n".join(f"        {spec}" for spec in [*specs, _quoted("--debug[show a traceback for errors]")]) + "\n"


def _zsh_specs(choice: Choice) -> Iterator[str]:
    action = _zsh_values(choice) or " "
    if not choice.names:
        yield f"*: :{action}"
    for name in choice.names:
        yield f"*{name}[{_bracketed(choice.help)}]" + (f": :{action}" if choice.takes else "")


def _zsh_values(choice: Choice) -> str:
    if choice.values:
        return f"({' '.join(choice.values)})"
    return {"file": "_files", "folder": "_files -/"}.get(choice.place, "")


def _bracketed(text: str) -> str:
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")


def _fish(table: Table) -> str:
    lines = ["# fish completion of gitops-check; made by `gitops-check completion fish`", "complete -c gitops-check -f"]
    lines += [f"complete -c gitops-check -n __fish_use_subcommand -a {name} -d {_fish_quoted(COMMANDS[name].help)}" for name in table]
    for name, choices in table.items():
        seen = f"complete -c gitops-check -n '__fish_seen_subcommand_from {name}'"
        lines += [f"{seen} {_fish_option(choice)}" for choice in choices]
        lines.append(f"{seen} -l debug -d 'show a traceback for errors'")
    return "\n".join(lines) + "\n"


def _fish_option(choice: Choice) -> str:
    parts = [f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in choice.names]
    parts += ["-r"] if choice.names and choice.takes else []
    parts += [f"-a {_fish_quoted(' '.join(choice.values))}"] if choice.values else []
    parts += {"file": ["-F"], "folder": ["-a '(__fish_complete_directories)'"]}.get(choice.place, [])
    return " ".join([*parts, f"-d {_fish_quoted(choice.help)}"])


def _quoted(text: str) -> str:
    """For a POSIX shell and zsh."""
    return "'" + text.replace("'", "'\\''") + "'"


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


_SHELLS: Mapping[str, Callable[[Table], str]] = {"bash": _bash, "fish": _fish, "zsh": _zsh}
