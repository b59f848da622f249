"""The process that holds kustomize's Go library: takes the words of `kustomize build`, prints what that would.

It is run as a script, because the library panics now and then and takes its process with it, and keeps what one build
told it of schemas for the next. pykustomize has one maintainer and wheels for Linux on x86-64 alone: it is never needed,
and `pip install --no-deps --ignore-requires-python pykustomize==0.1.4` with cffi beside it is how Python before 3.14 gets it.
"""

from __future__ import annotations

import asyncio
import sys


def main() -> int:
    folder, unrestricted, helm = sys.argv[-1], "LoadRestrictionsNone" in sys.argv, "--enable-helm" in sys.argv
    from pykustomize import BuildOptions, LoadRestrictions, build  # type: ignore[import-not-found]
    from pykustomize.exceptions import KustomizeError  # type: ignore[import-not-found]

    restrictions = LoadRestrictions.NONE if unrestricted else LoadRestrictions.ROOT_ONLY
    options = BuildOptions(load_restrictions=restrictions, enable_helm=helm, helm_command="helm" if helm else "")
    try:
        built = asyncio.run(build(folder, options))
    except KustomizeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.buffer.write(built.yaml.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
