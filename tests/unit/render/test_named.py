"""Which names make a value a secret, and what becomes of it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from checker.model.objects import KubeObject, Origin
from checker.model.paths import RepoPath
from checker.render.named import Hiding, hints_at_secrets, holds_secrets, is_secret_name


@pytest.mark.parametrize(
    "name",
    [
        "password", "DB_PASSWORD", "adminPassword", "spring.datasource.password", "PGPASSWD", "PGPASSWORD",
        "api-key", "apiKey", "APIKEY", "API_KEY",
        "AWS_SECRET_ACCESS_KEY", "clientSecret", "CLIENT_SECRET", "SECRET", "APP_SECRET", "jwtSecret", "token", "SLACK_TOKEN", "privateKey",
        "PASSPHRASE", "awsCredentials", "encryption-key",
    ],
)  # fmt: skip
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)
    assert hints_at_secrets(name)


@pytest.mark.parametrize(
    "name",
    [
        "", "passwordFile", "PASSWORD_FILE", "secretName", "existingSecret", "imagePullSecret", "tlsSecret", "secret", "tokenUrl",
        "TOKEN_TTL",
        "secretKeyRef", "key", "publicKey", "automountServiceAccountTokens", "compass", "monkey", "tokenizer", "sortKey",
        "passwordSecretRef",
    ],
)  # fmt: skip
def test_names_of_other_things(name: str) -> None:
    assert not is_secret_name(name)


def hidden(kind: str, body: dict[str, Any], api: str = "v1") -> Any:
    whole = {"apiVersion": api, "kind": kind, "metadata": {"name": "x"}, **body}
    return Hiding(b"k").body(KubeObject(body=whole, origin=Origin(path=RepoPath("x.yaml"))))


def digest(value: object) -> bool:
    return isinstance(value, str) and value.startswith("digest:") and len(value) == len("digest:") + 16


@pytest.mark.parametrize("value", ["$(OTHER)", "${OTHER}", "{{ .Values.x }}", "/var/run/secrets/token", "true", "", "vault:secret/x"])
def test_what_points_elsewhere_is_shown(value: str) -> None:
    made = hidden("Pod", {"spec": {"containers": [{"name": "a", "env": [{"name": "PASSWORD", "value": value}]}]}})
    assert made["spec"]["containers"][0]["env"][0]["value"] == value


def test_variables_arguments_and_addresses() -> None:
    container = {
        "name": "a",
        "env": [
            {"name": "DB_PASSWORD", "value": "hunter2"},
            {"name": "MODE", "value": "fast"},
            {"name": "URL", "value": "pg://me:hunter2@db/x"},
        ],
        "args": ["--password=hunter2", "--token", "hunter2", "--verbose", "--api-key=$(KEY)"],
    }
    (made,) = hidden("Pod", {"spec": {"containers": [container]}})["spec"]["containers"]
    password, mode, url = (one["value"] for one in made["env"])
    assert digest(password)
    assert mode == "fast"
    assert url == f"pg://me:{password}@db/x"
    assert made["args"] == [f"--password={password}", "--token", password, "--verbose", "--api-key=$(KEY)"]


def test_settings_under_free_keys() -> None:
    spec = {"values": {"auth": {"password": "hunter2", "port": 5432, "pin": {"password": 1234}}, "existingSecret": "name"}}
    values = hidden("HelmRelease", {"spec": spec}, "helm.toolkit.fluxcd.io/v2")["spec"]["values"]
    assert digest(values["auth"]["password"])
    assert digest(values["auth"]["pin"]["password"])
    assert (values["auth"]["port"], values["existingSecret"]) == (5432, "name")


def test_files_inside_of_config_maps() -> None:
    text = "a: 1\ndb:\n  password: 'hunter2'\nspring.datasource.password=hunter2\nexport API_KEY=x1y2z3\nnote: the password is long\n"
    made = hidden("ConfigMap", {"data": {"all": text, "ADMIN_PASSWORD": "hunter2"}})["data"]
    assert "hunter2" not in str(made)
    assert "x1y2z3" not in str(made)
    assert "note: the password is long\n" in made["all"]
    assert digest(made["ADMIN_PASSWORD"])


def test_keys_and_encrypted_text() -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----\n"
    certificate = pem.replace("PRIVATE KEY", "CERTIFICATE")
    made = hidden("ConfigMap", {"data": {"key": pem, "cert": certificate, "sops": "ENC[AES256_GCM,data:abc]"}})["data"]
    assert "MIIabc" not in made["key"]
    assert made["cert"] == certificate
    assert digest(made["sops"])


def test_a_definition_describes_and_holds_nothing() -> None:
    body = {"spec": {"versions": [{"schema": {"properties": {"password": {"type": "string", "default": "x"}}}}]}}
    assert hidden("CustomResourceDefinition", body)["spec"] == body["spec"]


def test_what_is_hidden_nowhere_is_the_very_same() -> None:
    obj = KubeObject(
        body={"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"a": "b"}}, origin=Origin(path=RepoPath("x"))
    )
    assert Hiding(b"k").body(obj) is obj.body
    assert not holds_secrets(obj)
    assert holds_secrets(replace(obj, body={**obj.body, "data": {"PASSWORD": "hunter2"}}))


def test_messages_forget_what_was_found() -> None:
    hiding = Hiding(b"k")
    hiding.secret("hunter2!")
    assert "hunter2!" not in hiding.text("refused: 'hunter2!' is too short")
    hiding.secret("db")
    assert hiding.text("the db of hunter2!x") == "the db of hunter2!x"


def test_a_plain_word_stays_a_word_where_it_is_one() -> None:
    hiding = Hiding(b"k")
    hiding.secret("windmill")
    assert hiding.text("apps/windmill/app.yaml of Deployment windmill") == "apps/windmill/app.yaml of Deployment windmill"
    assert "windmill" not in hiding.text("'windmill' is too short, and so is x=windmill")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"db": {"password": "hunter2", "port": 1}}', '{"db": {"password": "*", "port": 1}}'),
        ('[{"name":"A_TOKEN","value":"hunter2"},{"name":"M","value":""}]', '[{"name":"A_TOKEN","value":"*"},{"name":"M","value":""}]'),
        ('{"auths": {"r": {"auth": "c2hvcDpodW50ZXIy"}}}', '{"auths": {"r": {"auth": "*"}}}'),
        ("secret_key = 'hunter2'", "secret_key = '*'"),
        ("PGPASSWORD=hunter2 psql -h db", "PGPASSWORD=* psql -h db"),
        ("mysqldump --password=hunter2 shop && echo done", "mysqldump --password=* shop && echo done"),
        ("--set auth.password=hunter2,replicas=2", "--set auth.password=*,replicas=2"),
        ("https://h.example/in?token=hunter2&channel=shop", "https://h.example/in?token=*&channel=shop"),
        ("Authorization: Bearer hunter2hunter2", "Authorization: Bearer *"),
        ("Authorization: Basic c2hvcDpodW50ZXIy", "Authorization: Basic *"),
        ("use ghp_0123456789abcdefghijklmnopqrstuvwxyz here", "use * here"),
        ("key AKIAIOSFODNN7EXAMPLE", "key *"),
    ],
)  # fmt: skip
def test_secrets_inside_of_texts(text: str, shown: str) -> None:
    made = hidden("ConfigMap", {"data": {"x": text}})["data"]["x"]
    assert re.sub(r"digest:[0-9a-f]{16}", "*", made) == shown
    assert hints_at_secrets(text)


@pytest.mark.parametrize(
    "text",
    [
        "Enter the password: then press return",
        "Basic authentication is used, with a Bearer token of the cluster",
        "password=$(cat /run/secret)",
        "token=$TOKEN; curl",
        "--password-file=/etc/x --token-ttl=5m",
        '{"passwordFile": "/x", "secretName": "shop", "password": "{{ .password }}"}',
        "sort_key=name&monkey=1",
        'auth: "none", "auth": "basic"',
        "the private key is kept by the operator",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert hidden("ConfigMap", {"data": {"x": text}})["data"]["x"] == text


def test_kinds_that_nobody_knows_hold_values_and_names_of_secrets() -> None:
    spec = {
        "adminPassword": "changeme",
        "apiToken": "s3cr3tValue",
        "token": "db-token",
        "secretKey": "DB_PASS",
        "credential": "secret/data/x",
    }
    made = hidden("Database", {"spec": spec}, "example.com/v1")["spec"]
    assert digest(made["adminPassword"])
    assert digest(made["apiToken"])
    assert [made[name] for name in ("token", "secretKey", "credential")] == ["db-token", "DB_PASS", "secret/data/x"]
