"""Secret values outside of Secrets, known by what they are called: a password in a variable, in Helm values, in a ConfigMap, in an
argument, in an address.

They are real text to whatever renders and checks, so they are replaced only in what is shown. A name decides, and a value that
only points somewhere else - a variable, a path, a switch - is left alone.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping

from checker.model.objects import REDACTED, JSONValue, KubeObject

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LAST = frozenset({"apikey", "credential", "credentials", "passphrase", "passwd", "password", "pwd", "token"})
_PAIRS = frozenset(
    (first, "key") for first in ("access", "account", "api", "auth", "encryption", "master", "private", "secret", "shared", "signing")
) | frozenset(
    (first, "secret")
    for first in ("api", "app", "auth", "client", "consumer", "cookie", "hmac", "jwt", "oauth", "session", "shared", "webhook")
)
_POINTER = re.compile(
    r"\$|[\"']?\$[A-Za-z_]\w*(?![\w$]).*|\$\(.*|\$\{[^}]*\}|.*\{\{.*\}\}.*|/\S*|true|false|none|null|ref\+\S*|vault:\S*|file:\S*|!\w+ \S+"
    r"|(?-i:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)|(?-i:[a-z0-9]+(?:-[a-z0-9]+)*-secrets?)",
    re.IGNORECASE | re.DOTALL,
)
"""Variables, templates, paths, switches, references of vals and Vault, tags, names of variables and of Secrets."""
_ADDRESS = re.compile(r"(?<=://)([^\s/:@]*):([^\s/@]+)(?=@)")
_BLOCK = re.compile(r"(-----BEGIN (?!CERTIFICATE|PUBLIC)[A-Z0-9 ]+-----)(.*?)(-----END |\Z)", re.DOTALL)
_LINE = re.compile(r"(?m)^([ \t]*(?:-[ \t]+|export[ \t]+)?[\"']?([\w.-]{1,80})[\"']?[ \t]*(?:=|:[ \t])[ \t]*)([\"']?)([^\n]*?)\3[ \t\r]*$")
_FLAG = re.compile(r"(--?([\w.-]{1,80}))(?:=(.*))?", re.DOTALL)
_ASSIGNED = re.compile(
    r"""(?<![\w.-])((["']?)([\w.-]{1,80})\2)(?:(\s*[=:]\s*)(?:"((?:[^"\\]|\\.)*)"|'([^']*)')|(=)([^\s,&;"'|<>(){}\[\]]+))"""
)
"""`"apiKey": "x"`, `secret_key = 'x'`, `PGPASSWORD=x`, `?token=x&`, `--set auth.password=x,`; without quotes only after an equals sign,
because people write `password: then` in sentences."""
_LISTED = re.compile(r'("name"\s*:\s*"([\w.-]{1,80})"\s*,\s*"value"\s*:\s*")((?:[^"\\]|\\.)*)(?=")')
_SCHEME = re.compile(r"(?i)(\b(?:bearer|basic)\s+)([\w+/.~-]{8,}={0,2})")
_SHAPED = re.compile(
    r"\b(?:gh[pousr]_\w{36,}|github_pat_\w{22,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}|AKIA[0-9A-Z]{16}|AIza[\w-]{35}|sk_live_\w{20,}"
    r"|npm_\w{36}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,})"
)
"""What its maker's prefix gives away: GitHub, GitLab, Slack, AWS, Google, Stripe, npm, and tokens of JSON."""
_HINT = re.compile(
    r"passw|pwd|passphrase|token|credential|secret|key|auth|bearer|basic|://[^/\s\"]*:[^/\s\"]*@|-----BEGIN |ENC\["
    r"|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|AKIA|AIza|sk_live_|npm_|eyJ",
    re.IGNORECASE,
)
_PASSWORDS = ("passphrase", "passwd", "password", "pwd")
_PATH = re.compile(r"[a-z0-9_.-]+(?:/[a-z0-9_.-]+)+")
_WORD = re.compile(r"[A-Za-z]?[a-z]+[.,;:]?")
_PLAIN_WORD = re.compile(r"[a-z]{1,15}(?:-[a-z]{1,15}){0,3}")
_NAMED_BY_KEY = frozenset({"Application", "ApplicationSet", "ConfigMap", "HelmRelease", "Kustomization"})
"""Kinds that hold settings under free keys."""
_SECRET_FIELDS = ("apiVersion", "kind", "metadata", "type", "immutable", "data", "stringData", "sops")


def is_secret_name(name: str) -> bool:
    """`DB_PASSWORD`, `clientSecret`, `api-key`; not `passwordFile`, `secretName` or `existingSecret`."""
    words = [word.lower() for word in _WORDS.findall(name)]
    if not words:
        return False
    if words == ["secret"] or (words[-1] == "secret" and name.isupper()):
        return name.isupper()
    return words[-1] in _LAST or words[-1].endswith(("password", "passwd")) or tuple(words[-2:]) in _PAIRS


def hints_at_secrets(text: str) -> bool:
    """Whether a cheap look at a whole text finds a reason for the careful one."""
    return _HINT.search(text) is not None


def holds_secrets(obj: KubeObject) -> bool:
    """Whether something in it would be hidden."""
    return Hiding(b"").body(obj) is not obj.body


def _means_value(name: str, value: str) -> bool:
    """Whether a field of a kind that we do not know holds the secret: others hold the name of a Secret, or of a key in one."""
    words = [word.lower() for word in _WORDS.findall(name)]
    if words[-1].endswith(_PASSWORDS):
        return _PATH.fullmatch(value) is None
    return words[-2:] != ["secret", "key"] and _PLAIN_WORD.fullmatch(value) is None and _PATH.fullmatch(value) is None


def _is_login(value: str) -> bool:
    """`user:password` in base64, as registries have it."""
    try:
        return b":" in base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False


class Hiding:
    """Replaces by keyed digests, and remembers what it replaced: `found` holds every value as it was written."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.found: dict[str, str] = {}

    def body(self, obj: KubeObject) -> Mapping[str, JSONValue]:
        """The object's body as it may be shown; the very same where nothing is hidden."""
        if obj.kind == "CustomResourceDefinition":
            return obj.body
        by_key = obj.kind in _NAMED_BY_KEY
        made = {name: self._value(name, value, by_key=by_key) for name, value in obj.body.items()}
        if obj.kind == "Secret" and not obj.group:
            made |= {name: self._all(value) for name, value in obj.body.items() if name not in _SECRET_FIELDS}
        return obj.body if made == obj.body else made

    def text(self, text: str) -> str:
        """A message in which every value that was found is replaced.

        Short values are words like others, and a plain word is a name as well: that one only where it is quoted or assigned.
        """
        for value, digest in self.found.items():
            if len(value) >= 6 and value in text:
                before = r"(?<=[\"'`=])" if _PLAIN_WORD.fullmatch(value) else r"(?<![A-Za-z0-9])"
                text = re.sub(rf"{before}{re.escape(value)}(?![A-Za-z0-9])", digest, text)
        return text

    def leaf(self, value: JSONValue) -> JSONValue:
        """A value in which every leaf that was replaced elsewhere is replaced."""
        match value:
            case str():
                return self.found.get(value, value)
            case list():
                return [self.leaf(item) for item in value]
            case dict():
                return {name: self.leaf(item) for name, item in value.items()}
            case _:
                return value

    def _value(self, name: str, value: JSONValue, *, by_key: bool) -> JSONValue:
        if isinstance(value, str) and is_secret_name(name) and (by_key or _means_value(name, value)):
            return self.secret(value)
        if by_key and isinstance(value, (int, float)) and not isinstance(value, bool) and is_secret_name(name):
            return self.secret(value)
        match value:
            case str():
                return self._string(value)
            case list():
                return self._arguments(value) if name in ("args", "command") else [self._value("", item, by_key=by_key) for item in value]
            case dict():
                named, held = value.get("name"), value.get("value")
                if isinstance(named, str) and isinstance(held, (str, list, int)) and is_secret_name(named):
                    return {**value, "value": self._all(held), **{key: self._all(one) for key, one in value.items() if key not in _PAIR}}
                return {key: self._value(key, one, by_key=by_key) for key, one in value.items()}
            case _:
                return value

    def _arguments(self, items: list[JSONValue]) -> list[JSONValue]:
        made: list[JSONValue] = []
        after = False
        for item in items:
            flag = _FLAG.fullmatch(item) if isinstance(item, str) else None
            if flag is not None and is_secret_name(flag[2]):
                after = flag[3] is None
                made.append(item if after else self._kept(str(item), f"{flag[1]}={self.secret(flag[3])}"))
            else:
                made.append(self.secret(item) if after and isinstance(item, str) else self._value("", item, by_key=False))
                after = False
        return made

    def _all(self, value: JSONValue) -> JSONValue:
        match value:
            case str() | int() | float() if not isinstance(value, bool):
                return self.secret(value)
            case list():
                return [self._all(item) for item in value]
            case dict():
                return {name: self._all(item) for name, item in value.items()}
            case _:
                return value

    def secret(self, value: str | float) -> str:
        """The digest that stands for a value; the value itself where it only points elsewhere."""
        written = str(value)
        if not written or written.startswith(REDACTED) or _POINTER.fullmatch(written.strip()):
            return written
        return self._kept(
            written, REDACTED + hmac.new(self._key, written.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:16]
        )

    def _string(self, text: str) -> str:
        made = text
        if "://" in made and "@" in made:
            made = _ADDRESS.sub(lambda match: f"{match[1]}:{self.secret(match[2])}", made)
        if "-----BEGIN " in made:
            made = _BLOCK.sub(lambda match: f"{match[1]}\n{self.secret(match[2].strip())}\n{match[3]}", made)
        if made.startswith("ENC["):
            made = self.secret(made)
        if "\n" in made:
            made = self.lines(made)
        elif _HINT.search(made):
            made = self._inside(made)
        return self._kept(text, made) if made != text else text

    def lines(self, text: str) -> str:
        """A file of settings: YAML, properties, variables."""
        made = _LINE.sub(self._line, text)
        return self._inside(made) if _HINT.search(made) else made

    def _inside(self, text: str) -> str:
        """What is said in the middle of a line: assignments, members of JSON, headers, tokens of known shapes."""
        made = _LISTED.sub(lambda match: f"{match[1]}{self.secret(match[3])}" if is_secret_name(match[2]) else match[0], text)
        made = _ASSIGNED.sub(self._assigned, made)
        made = _SCHEME.sub(lambda match: match[0] if _WORD.fullmatch(match[2]) else f"{match[1]}{self.secret(match[2])}", made)
        return _SHAPED.sub(lambda match: self.secret(match[0]), made)

    def _assigned(self, match: re.Match[str]) -> str:
        written, _, name, sign, double, single, equals, bare = match.groups()
        held = next((value for value in (double, single, bare) if value), "")
        last = name.rpartition(".")[2] or name
        if not held or not (is_secret_name(last) or (last == "auth" and _is_login(held))):
            return match[0]
        quote = '"' if double else "'" if single else ""
        return f"{written}{sign or equals}{quote}{self.secret(held)}{quote}"

    def _line(self, match: re.Match[str]) -> str:
        start, name, quote, value = match.groups()
        if not value or value in ("|", ">", "|-", ">-") or not is_secret_name(name.rpartition(".")[2] or name):
            return match[0]
        return f"{start}{quote}{self.secret(value)}{quote}"

    def _kept(self, value: str, digest: str) -> str:
        self.found[value] = digest
        return digest


_PAIR = ("name", "value", "valueFrom")
