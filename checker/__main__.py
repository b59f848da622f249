"""`python -m checker`, and the console script."""

from __future__ import annotations

import sys


def main() -> int:
    """The whole program; `--version` is answered before anything is imported."""
    if sys.argv[1:] == ["--version"]:
        from checker.version import __version__

        sys.stdout.write(f"gitops-check {__version__}\n")
        return 0
    import gc

    # modules and parsed manifests are millions of small containers without cycles; looking through them for some costs a fifth of a run
    gc.set_threshold(200_000, 50, 100)
    from checker.cli import main as run

    return _leave(run(sys.argv[1:]))


def _leave(code: int) -> int:
    """To give every object back one by one costs a sixth of a warm run. Processes that we started end with their pipes."""
    import os

    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, AttributeError):  # its reader has gone, or there never was one
            continue
    os._exit(code)


if __name__ == "__main__":
    raise SystemExit(main())
