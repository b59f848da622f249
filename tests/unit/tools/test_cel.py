"""CEL as Kubernetes has it: the examples of its documentation, and what the library alone gets wrong or cannot read."""

from __future__ import annotations

import pytest

from checker.tools.cel import CelError, evaluate
from checker.tools.cel_source import adapted

# kubernetes.io/docs/reference/using-api/cel, with the values that the page gives or implies
TRUE = [
    "['a', 'b'].isSorted()",
    "!names.isSorted()",
    "[1, 3].sum() == 4 && [1, 3].max() == 3 && [1, 3].min() == 1",
    "names.sum() == 0 || true",
    "['a', 'b', 'a'].indexOf('a') == 0 && ['a', 'b', 'a'].lastIndexOf('a') == 2 && ['a'].indexOf('z') == -1",
    '"abc 123".find("[0-9]*") == ""',
    '"abc 123".find("[0-9]+") == "123"',
    '"1.2.3.4".findAll("[0-9]+").map(x, int(x)).sum() == 10',
    'url("https://example.com:80/").getHost() == "example.com:80"',
    'url("https://example.com/path with spaces/".replace(" ", "%20")).getEscapedPath() == "/path%20with%20spaces/"',
    'url("https://[::1]:80/path?k=a&k=b").getQuery()["k"] == ["a", "b"]',
    'url("https://example.com:80/").getPort() == "80" && url("https://example.com/").getScheme() == "https"',
    'isURL("https://example.com") && !isURL("example.com")',
    'quantity("500000G").isInteger() && quantity("50k").asInteger() == 50000',
    'quantity("50k").asApproximateFloat() == 50000.0 && quantity("-1").sign() == -1',
    'quantity("20").add(quantity("10k")).isGreaterThan(quantity("20")) && quantity("50k").sub(20000) == quantity("30k")',
    'quantity("1.5Gi").isLessThan(quantity("2G")) && quantity("200M").compareTo(quantity("0.2G")) == 0',
    'isQuantity("1.3Gi") && !isQuantity("1,3K") && !isQuantity("200K")',
    'isIP("127.0.0.1") && !isIP("not.an.ip") && ip("fd00:1234::1").family() == 6',
    'ip("127.0.0.1").isLoopback() && ip("0.0.0.0").isUnspecified() && ip("fe80::1").isLinkLocalUnicast()',
    'ip("8.8.8.8").isGlobalUnicast() && ip("224.0.0.1").isLinkLocalMulticast() && !ip("127.0.0.1").isGlobalUnicast()',
    'ip.isCanonical("127.0.0.1") && !ip.isCanonical("2001:DB8::68") && string(ip("2001:DB8::68")) == "2001:db8::68"',
    'cidr("192.168.0.0/24").containsIP(ip("192.168.0.1")) && !cidr("192.168.0.0/24").containsIP("192.168.1.1")',
    'cidr("192.168.0.0/16").containsCIDR(cidr("192.168.10.0/24")) && cidr("::1/128").ip() == ip("::1")',
    'cidr("192.168.0.1/24").masked() == cidr("192.168.0.0/24") && cidr("10.0.0.0/8").prefixLength() == 8',
    '!format.dns1123Label().validate("my-label-name").hasValue() && format.dns1123Label().validate("Bad_").hasValue()',
    'format.named("uuid").hasValue() && !format.named("none").hasValue()',
    'semver("1.2.3").isLessThan(semver("1.10.0-rc.1"))',
    'semver("1.0.0-rc.2").isGreaterThan(semver("1.0.0-rc.1")) && semver("1.2.3").minor() == 2',
    'isSemver("1.0.0") && !isSemver("v1.0") && semver("v1.0", true) == semver("1.0.0")',
    "sets.contains([1, 2], [1]) && sets.equivalent([1, 1], [1]) && !sets.intersects([1], [2])",
    '"TacoCat".lowerAscii() == "tacocat" && "TacoCÆt Xii".upperAscii() == "TACOCÆT XII"',
    '"a,b,c".split(",", 2) == ["a", "b,c"] && ["x", "y"].join("/") == "x/y" && " a ".trim() == "a"',
    '"hello".charAt(4) == "o" && "hello mellow".indexOf("ello", 2) == 7 && "tacocat".substring(1, 4) == "aco"',
    '"%s has %d of %.1f".format(["a", 3, 1.5]) == "a has 3 of 1.5"',
    "object.?spec.?replicas.orValue(1) == 1 && object.?metadata.labels[?'app'].orValue('') == 'web'",
    "object.metadata.?labels.hasValue() && !object.?spec.hasValue()",
    "object.metadata.labels.size() == 1 && size('ä€') == 2 && 'ä'.size() == 1",
    "object.`a-b` == 'x' && string(true) == 'true'",
    "names.filter(n, n.size() > 1).map(n, n.size()) == [2] // é has one",
]


@pytest.mark.parametrize("expression", TRUE)
def test_expressions_that_are_true(expression: str) -> None:
    variables = {"names": ["bb", "é"], "object": {"metadata": {"labels": {"app": "web"}}, "a-b": "x"}}
    if expression == "!names.isSorted()":
        variables["names"] = ["b", "a"]
    if "names.sum()" in expression:
        variables["names"] = []
    assert evaluate(expression, variables) is True


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("authorizer.group('').check('get').allowed()", "authorizer"),
        ("cel.bind(x, 1, x)", "cel.bind"),
        ("[1].all(i, v, v > 0)", "i, which is not known"),
        ("[?a.b]", "optional elements"),
        ("quantity('x')", "x is no quantity"),
        ("'a'.find('(a+)+$')", "may take long"),
        ("'a'.find('(?<=a)b')", "is not read here"),
        ("size(1)", "it has no size"),
        ("object.missing", "missing, which is not set"),
        ("(1", "brackets do not match"),
        ("(" * 5000, "brackets do not match"),
    ],
)
def test_what_has_no_value_says_why(expression: str, said: str) -> None:
    with pytest.raises(CelError) as caught:
        evaluate(expression, {"object": {}, "a": {}})
    assert said in str(caught.value)


def test_texts_and_comments_are_left_alone() -> None:
    assert adapted("'size(x).?y' + \"it's\" + r'\\' // size(z)\n")[0] == "'size(x).?y' + \"it's\" + r'\\' "
