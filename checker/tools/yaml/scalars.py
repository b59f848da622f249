"""What a plain scalar means: text in, JSON value out, by the rules of go-yaml v2 (Kubernetes) or v3 (kustomize).

Follows https://pkg.go.dev/go.yaml.in/yaml/v2 and v3: integers as Go's strconv.ParseInt with base 0 reads them, no
base 60. One surprise: a date is text to v2, and to kustomize the timestamp that Go's encoding/json would print.
"""

from __future__ import annotations

from checker.model.enums import Enum
from checker.model.patterns import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import timezone


class Rules(Enum):
    """Which reader's rules hold."""

    KUBERNETES = "kubernetes"
    """sigs.k8s.io/yaml on go-yaml v2: kubectl, Flux, Helm output, kustomization.yaml itself."""
    KUSTOMIZE = "kustomize"
    """kyaml on go-yaml v3: the resources and patches that kustomize reads."""


class ScalarError(ValueError):
    """An explicit tag that the text does not fit, or a key or number that JSON cannot hold."""


Scalar = None | bool | int | float | str

_NULLS: dict[str, Scalar] = dict.fromkeys(("", "~", "null", "Null", "NULL"))
_BOOLS: dict[str, Scalar] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), False),
}
_INFINITIES: dict[str, Scalar] = {
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{sign + word: float(sign + "inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
}
WORDS: dict[Rules, dict[str, Scalar]] = {
    Rules.KUBERNETES: {**_NULLS, **_BOOLS, **_WORDS, **_INFINITIES},
    Rules.KUSTOMIZE: {**_NULLS, **_BOOLS, **_INFINITIES},
}
"""Plain scalars that mean something else than their text, whole."""

NUMERIC_STARTS = frozenset("+-.0123456789")
TAG_PREFIX = "tag:yaml.org,2002:"
MERGE_TAG = TAG_PREFIX + "merge"
STR_TAG = TAG_PREFIX + "str"
_TYPES: dict[str, str] = {TAG_PREFIX + name: name for name in ("str", "bool", "int", "float", "null", "timestamp")}

_INTEGER = pattern(r"[-+]?(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<bin>[01]+)|0[oO]?(?P<oct>[0-7]+)|(?P<dec>0|[1-9][0-9]*))")
_IN_NUMBERS = "0123456789abcdefABCDEFxXoO+-._"
_BASES = {"hex": 16, "bin": 2, "oct": 8, "dec": 10}
_FLOAT = pattern(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_DOTTED_FLOAT = pattern(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?")
_SIGN_INSIDE = pattern(r"0(?:b(?P<bin>[-+][01]+)|o(?P<oct>[-+][0-7]+))")
_NEVER_A_BLOCK = pattern(r" \n| \Z|\A\n+\Z|[^\t\n\x20-\x7e\xa0-\ufefe\uff00-\ufffd]")
_LINES = pattern(r"([^\n]+)(\n*)")
_BASE_60 = pattern(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_TIMESTAMP = pattern(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
    r"(?:(?P<mark>[Tt ])(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{1,2}):(?P<second>[0-9]{1,2})(?:[.,](?P<fraction>[0-9]+))?"
    r"(?P<zone>Z|[-+][0-9]{2}:[0-9]{2})?)?"
)


def plain(text: str, rules: Rules) -> Scalar:
    """The value of an untagged plain scalar. Floats are not yet narrowed: see `narrowed`."""
    words = WORDS[rules]
    if text in words:
        return words[text]
    if text[0] not in NUMERIC_STARTS:
        return text
    if rules is Rules.KUSTOMIZE and (date := _timestamp(text)) is not None:
        return date
    return _number(text, rules)


def tagged(text: str, tag: str, rules: Rules) -> Scalar:
    """The value of a scalar with an explicit tag. Raises ScalarError where the text does not fit it."""
    if tag == TAG_PREFIX + "binary":
        return _binary(text)
    wanted = _TYPES.get(tag)
    if wanted is None or wanted == "str":
        return text
    if wanted == "timestamp":
        date = _timestamp(text)
        if date is None:
            raise ScalarError(f"cannot read {_shown(text)} as !!timestamp")
        return date if rules is Rules.KUSTOMIZE else text
    value = _number(text, rules) if text and text not in WORDS[rules] and text[0] in NUMERIC_STARTS else WORDS[rules].get(text, text)
    if wanted == "float" and type(value) is int and -(1 << 63) <= value < 1 << 63:
        return float(value)
    if type(value) is not {"bool": bool, "int": int, "float": float, "null": type(None)}[wanted]:
        raise ScalarError(f"cannot read {_shown(text)} as !!{wanted}")
    return value


def refolded(text: str) -> str:
    """The value of a folded block (`>`) after kustomize has printed it and read it again.

    go-yaml v3 decides by the first character of the text, not by the one after the line break, whether a break must be
    doubled to survive folding; so lines that are indented more get an empty line before them.
    """
    if "\n" not in text or _NEVER_A_BLOCK.search(text):
        return text
    doubled = int(text.lstrip("\n")[0] not in " \t")
    lines = _LINES.findall(text.lstrip("\n"))
    read = ["\n" * (len(text) - len(text.lstrip("\n")))]
    for (line, breaks), (following, _) in zip(lines, [*lines[1:], ("", "")], strict=True):
        indented = line[0] in " \t"
        count = len(breaks) + (0 if indented else doubled)
        if following:
            folds = not indented and following[0] not in " \t"
            read.append(line + (("\n" * (count - 1) or " ") if folds else "\n" * count))
        else:
            read.append(line + ("\n" * count if len(breaks) > 1 else breaks))
    return "".join(read)


def narrowed(number: float) -> int | float:
    """A float as it comes out of JSON, which prints whole numbers below 1e21 without a point. Raises ScalarError for .inf and .nan."""
    import math

    if not math.isfinite(number):
        raise ScalarError("JSON has no .inf and no .nan; quote it if text is meant")
    if not number.is_integer() or abs(number) >= 1e21:
        return number
    if abs(number) < 1 << 53:
        return int(number)
    from decimal import Decimal

    return int(Decimal(repr(number)))


def key_text(value: Scalar) -> str:
    """A key as the text that Kubernetes makes of it. Raises ScalarError for null and for integers over 63 bits."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return go_float(value, 32)
    if value is None or not -(1 << 63) <= value < 1 << 63:
        raise ScalarError(f"a key cannot be {'null' if value is None else value}; quote it if text is meant")
    return str(value)


def _number(text: str, rules: Rules) -> Scalar:
    if text.strip(_IN_NUMBERS):
        return text
    if text[0] == ".":
        return _float(text.replace("_", "")) if _DOTTED_FLOAT.fullmatch(text) else text
    digits = text.replace("_", "")
    found = _INTEGER.fullmatch(digits)
    if found is not None and found.lastgroup is not None:
        value = _in_range(found[found.lastgroup], found.lastgroup, digits[0])
        if value is not None:
            return value
    if _FLOAT.fullmatch(digits):
        value_or_text = _float(digits)
        return text if isinstance(value_or_text, str) else value_or_text
    # ParseInt is handed what follows 0b and 0o, sign included.
    odd = _SIGN_INSIDE.fullmatch(digits)
    if odd is not None and (odd["bin"] or rules is Rules.KUSTOMIZE):
        return int(odd["bin"] or odd["oct"], 2 if odd["bin"] else 8)
    return text


def _in_range(digits: str, base: str, sign: str) -> int | None:
    """The integer if Go's int64 or, without a sign, uint64 holds it."""
    if base == "dec" and len(digits) > 20:
        return None  # Python would refuse thousands of digits
    value = int(digits, _BASES[base])
    value = -value if sign == "-" else value
    return value if -(1 << 63) <= value < 1 << (63 if sign == "+" else 64) else None


def _float(text: str) -> float | str:
    number = float(text)
    return text if number in (float("inf"), float("-inf")) else number


def _binary(text: str) -> str:
    import base64
    import binascii
    import re

    try:
        data = base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except binascii.Error as error:
        raise ScalarError("!!binary holds invalid base64") from error
    # as Go, a replacement for every byte that is no text; Python's own makes one of several
    return re.sub("[\udc80-\udcff]", "\ufffd", data.decode("utf-8", "surrogateescape"))


def is_timestamp(text: str) -> bool:
    return text[:1].isdigit() and _timestamp(text) is not None


def _timestamp(text: str) -> str | None:
    """RFC 3339 as encoding/json prints a time.Time; None where go-yaml sees no timestamp."""
    found = _TIMESTAMP.fullmatch(text)
    if found is None or (found["mark"] in ("T", "t")) != (found["zone"] is not None):
        return None
    from datetime import UTC, datetime

    try:
        zone = _zone(found["zone"])
        clock = [int(found[part] or 0) for part in ("year", "month", "day", "hour", "minute", "second")]
        moment = datetime(clock[0], clock[1], clock[2], clock[3], clock[4], clock[5], tzinfo=zone)
    except ValueError:
        return None
    fraction = (found["fraction"] or "")[:9].rstrip("0")
    offset = "Z" if zone is UTC else moment.strftime("%z")[:3] + ":" + moment.strftime("%z")[3:]
    return f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}{'.' + fraction if fraction else ''}{offset}"


def _zone(text: str | None) -> timezone:
    from datetime import UTC, timedelta, timezone

    if text in (None, "Z", "+00:00"):
        return UTC
    assert text is not None
    minutes = int(text[1:3]) * 60 + int(text[4:6])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def go_float(number: float, bits: int) -> str:
    """Go's FormatFloat(number, 'g', -1, bits) as go-yaml prints it; 32 bits is what sigs.k8s.io/yaml uses for keys."""
    import math

    if bits == 32:
        number = _single(number)
    if math.isnan(number):
        return ".nan"
    if math.isinf(number):
        return ".inf" if number > 0 else "-.inf"
    if number == 0:
        return "-0" if math.copysign(1, number) < 0 else "0"
    shortest = next(text for digits in range(17) if _reads_back(text := f"{number:.{digits}e}", number, bits))
    mantissa, _, exponent = shortest.partition("e")
    power = int(exponent)
    # without a precision Go writes an exponent below 1e-4 and from 1e6
    if power < -4 or power >= 6:
        return f"{mantissa}e{'-' if power < 0 else '+'}{abs(power):02d}"
    from decimal import Decimal

    return f"{Decimal(shortest):f}"


def _single(number: float) -> float:
    import math
    import struct

    try:
        return float(struct.unpack("<f", struct.pack("<f", number))[0])
    except OverflowError:
        return math.copysign(math.inf, number)


def _reads_back(text: str, number: float, bits: int) -> bool:
    return (_single(float(text)) if bits == 32 else float(text)) == number


def reads_as_text(text: str) -> bool:
    """Whether an unquoted `text` is that text to every reader: no other type, no date, no merge, no base 60 number of YAML 1.1."""
    if text in WORDS[Rules.KUBERNETES] or text == "<<":
        return False
    return text[0] not in NUMERIC_STARTS or (
        type(_number(text, Rules.KUSTOMIZE)) is str and _timestamp(text) is None and _BASE_60.fullmatch(text) is None
    )


def _shown(text: str) -> str:
    return repr(text if len(text) <= 20 else text[:17] + "...")
