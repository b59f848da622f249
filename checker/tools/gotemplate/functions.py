"""Every function of a template, each with the types of its Go parameters (see `execute.checked`).

Argo CD takes env, expandenv and getHostByName out of sprig's set and adds those at the end of `encoding`.
`KNOWN_ELSEWHERE` are functions that Go has there and we refuse: random and time-dependent ones, and those whose exact
result we do not reproduce.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from checker.tools.gotemplate import builtin, collections, encoding, numbers, places, regexes, texts

FUNCTIONS: Final[dict[str, tuple[Callable[..., Any], str]]] = {
    **builtin.FUNCTIONS,
    **texts.FUNCTIONS,
    **regexes.FUNCTIONS,
    **places.FUNCTIONS,
    **numbers.FUNCTIONS,
    **collections.FUNCTIONS,
    **encoding.FUNCTIONS,
}

KNOWN_ELSEWHERE: Final = frozenset(
    {
        *("ago", "date", "date_in_zone", "date_modify", "dateInZone", "dateModify", "duration", "durationRound", "htmlDate"),
        *("htmlDateInZone", "must_date_modify", "mustDateModify", "mustToDate", "now", "toDate", "unixEpoch"),
        *("uuidv4", "shuffle", "randInt", "randBytes", "randAlphaNum", "randAlpha", "randAscii", "randNumeric"),
        *("genPrivateKey", "derivePassword", "buildCustomCert", "genCA", "genCAWithKey", "genSelfSignedCert"),
        *("genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey", "bcrypt", "htpasswd", "encryptAES", "decryptAES"),
        *("wrap", "wrapWith", "snakecase", "camelcase", "kebabcase", "divf", "urlJoin", "semver", "js", "call"),
    }
)
