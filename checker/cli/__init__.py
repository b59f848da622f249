"""argv -> exit code. The one place where errors become words for people.

Exit codes: 0 clean, 1 findings at or above `--fail-on`, 2 usage or settings, 3 could not finish, 130 interrupted.
"""

from __future__ import annotations

import sys
from importlib import import_module

from checker.model.findings import CheckerError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit code. Nothing raised by a repository's content gets past here as a traceback."""
    from checker.cli.arguments import parse

    arguments = parse(argv)
    if isinstance(arguments, int):
        return arguments
    try:
        module, _, function = arguments.command_function.partition(":")
        code: int = getattr(import_module(module), function)(arguments)
        sys.stdout.flush()
    except CheckerError as error:
        return _told(error, debug=arguments.debug)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _silence_stdout()
        return 0
    except (RecursionError, MemoryError) as error:
        return _told(CheckerError(f"ran out of room: {type(error).__name__}"), debug=arguments.debug)
    except Exception as error:
        if arguments.debug:
            raise
        return _told(
            CheckerError(f"internal error: {type(error).__name__}: {str(error)[:300]}", "run again with --debug and report the traceback"),
            debug=False,
        )
    return code


def _told(error: CheckerError, *, debug: bool) -> int:
    if debug:
        raise error
    from checker.report.clean import visible

    hint = f"\n  {error.hint}" if error.hint else ""
    lines = f"gitops-check: {error.message}{hint}".split("\n")
    sys.stderr.write("".join(f"{visible(line)}\n" for line in lines))
    return error.exit_code


def _silence_stdout() -> None:
    """Keep the interpreter from complaining at exit that the reader of our output has gone."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
