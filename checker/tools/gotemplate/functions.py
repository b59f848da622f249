"""Every function of a template, each with the types of its Go parameters (see `execute.checked`).

`KNOWN_ELSEWHERE` are functions that Go has there and we refuse: random and time-dependent ones, and those whose exact
result we do not reproduce.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from checker.tools.gotemplate import builtin, collections, encoding, numbers, texts

FUNCTIONS: Final[dict[str, tuple[Callable[..., Any], str]]] = {
    **builtin.FUNCTIONS,
    **texts.FUNCTIONS,
    **numbers.FUNCTIONS,
    **collections.FUNCTIONS,
    **encoding.FUNCTIONS,
}

KNOWN_ELSEWHERE: Final = frozenset(
    {
        *(
            "ago",
            "date",
            "date_in_zone",
            "date_modify",
            "dateInZone",
            "dateModify",
            "duration",
            "durationRound",
            "htmlDate",
            "htmlDateInZone",
        ),
        *("must_date_modify", "mustDateModify", "mustToDate", "now", "toDate", "unixEpoch", "uuidv4", "shuffle", "randInt", "randBytes"),
        *("randAlphaNum", "randAlpha", "randAscii", "randNumeric", "genPrivateKey", "derivePassword", "buildCustomCert", "genCA"),
        *("genCAWithKey", "genSelfSignedCert", "genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey", "bcrypt", "htpasswd"),
        *("encryptAES", "decryptAES", "abbrev", "abbrevboth", "initials", "wrap", "wrapWith", "swapcase", "snakecase", "camelcase"),
        *("kebabcase", "plural", "untitle", "addf", "add1f", "subf", "divf", "mulf", "maxf", "minf", "toDecimal", "osBase", "osClean"),
        *("osDir", "osExt", "osIsAbs", "urlParse", "urlJoin", "semver", "semverCompare", "adler32sum", "b32enc", "b32dec", "html", "js"),
        *("urlquery", "call", "mustRegexFindAll", "mustRegexReplaceAll", "mustRegexReplaceAllLiteral", "mustRegexSplit", "mustRegexFind"),
        *("mustRegexMatch", "regexQuoteMeta", "regexFindAll", "chunk", "mustChunk", "toDecimal", "seq", "hello", "mustDeepCopy"),
        *("mustMerge", "mustMergeOverwrite", "mustSlice", "mustFirst", "mustLast", "mustRest", "mustInitial", "mustAppend", "mustPush"),
        *("mustPrepend", "mustReverse", "mustUniq", "mustWithout", "mustHas", "mustCompact", "getHostByName", "env", "expandenv"),
    }
)
