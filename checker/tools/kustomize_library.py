"""The process that holds kustomize's Go library: takes the words of `kustomize build`, prints what that would.

It is run as a script, because the library panics now and then and takes its process with it, and keeps what one build
told it of schemas for the next. pykustomize has one maintainer and wheels for Linux on x86-64 alone: it is never needed,
and `pip install --no-deps --ignore-requires-python pykustomize==0.1.4` with cffi beside it is how Python before 3.14 gets it.
"""

from __future__ import annotations

import argparse
import asyncio
import sys


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--load-restrictor", default="LoadRestrictionsRootOnly")
    parser.add_argument("--enable-helm", action="store_true")
    words = parser.parse_args()
    from pykustomize import BuildOptions, LoadRestrictions, build  # type: ignore[import-not-found]
    from pykustomize.exceptions import KustomizeError  # type: ignore[import-not-found]

    restrictions = LoadRestrictions.NONE if words.load_restrictor == "LoadRestrictionsNone" else LoadRestrictions.ROOT_ONLY
    options = BuildOptions(load_restrictions=restrictions, enable_helm=words.enable_helm, helm_command="helm" if words.enable_helm else "")
    try:
        built = asyncio.run(build(words.folder, options))
    except KustomizeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.buffer.write(built.yaml.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
