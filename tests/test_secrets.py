"""What is taken for a secret, what is not, and that no text keeps the finder busy for long."""

import json
import sys
import time

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from notations import LOOK_ALIKES, SECRETS

from acontext_cli.secrets import Secret, find

sys.path.insert(0, str(ROOT / "benchmarks"))

import planted
import planted_elsewhere

RANDOM = "x9Kq2LmV7tBz4WnR8sYc1PdG6hJf3QaE5uTo"
TOKEN = "gh" + "p_" + RANDOM
WORD = "S3cretPw1"
JWT = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0In0." + RANDOM


def cut(text: str) -> list[str]:
    return [text[secret.start : secret.end] for secret in find(text)]


def test_a_secret_is_found_where_it_stands_and_named() -> None:
    assert find(f"export GITHUB_TOKEN={TOKEN}\n") == [Secret(20, 20 + len(TOKEN), "github-token")]


@pytest.mark.parametrize(
    "text",
    [
        f"'{TOKEN}'",
        f"a\\n{TOKEN}\\n",
        f"t%3D{TOKEN}&x",
        f"\\u0026{TOKEN}",
        f"\x1b[32m{TOKEN}\x1b[0m",
        f"https://x-access-token:{TOKEN}@github.com/o/r",
        f"/tmp/{TOKEN}.txt",
        f"ä{chr(0x1F600)}{TOKEN}",
    ],
)
def test_a_key_is_found_by_its_shape_in_any_notation(text: str) -> None:
    assert cut(text) == [TOKEN]


@pytest.mark.parametrize(
    "text",
    [
        "DB_PASSWORD={}",
        "password: {}\n",
        "password = '{}'",
        '"password": "{}"',
        '\\"password\\": \\"{}\\"',
        "password=>'{}'",
        "login(password='{}', user='x')",
        "--password {}",
        '["--password", "{}"]',
        "- name: DB_PASSWORD\n  value: {}\n",
        '{{"name": "DB_PASSWORD", "value": "{}"}}',
        "<password>{}</password>",
        "machine x login bob password {}",
        "spring.datasource.password={}",
        "User Id=sa;Password={};Encrypt=True",
        "my password is {}",
        "IDENTIFIED BY '{}'",
        "ALTER USER x WITH PASSWORD '{}'",
        "curl -u bob:{} https://x",
        "curl -X POST \\\n  -u bob:{} https://x",
        "mysql -uroot -p{} db",
        "sshpass -p '{}' ssh x",
        "redis-cli -a {} ping",
        "auth=('bob', '{}')",
        "postgres://app:{}@db:5432/x",
        "redis://:{}@cache:6379/0",
        "git remote: https://bob:{}@git.example.org/a.git (fetch)",
        "define( 'DB_PASSWORD',          '{}' );",
        "await page.fill('#password', '{}')",
        "page.getByLabel('Password').fill('{}')",
        "setenv DB_PASSWORD {}",
        "consul kv put app/db/password {}",
        "\x1b[36mDB_PASSWORD\x1b[0m=\x1b[32m{}\x1b[0m",
        "CREATE LOGIN x WITH PASSWORD = N'{}'",
        '"Name": "/db/password", "Type": "SecureString", "Value": "{}"',
        '"ParameterKey": "DBPassword", "ParameterValue": "{}"',
        '<wsse:Password Type="text">{}</wsse:Password>',
        "password: >-\n  {}\n",
        'req.SetBasicAuth("bob", "{}")',
        'DriverManager.getConnection("jdbc:x:y", "root", "{}")',
        "new PDO('mysql:host=db', 'root', '{}')",
        "jdbc:oracle:thin:scott/{}@//db:1521/XE",
        "[smtp.example.org]:587 bob@example.org:{}\n",
        'echo "root:{}" | chpasswd',
        "echo {} | docker login -u bob --password-stdin",
        "htpasswd -bc users bob {}",
        "htpasswd -nbB bob {}",
        "cat ~/.pgpass\ndb:5432:app:bob:{}\n",
        'ConvertTo-SecureString "{}" -AsPlainText -Force',
        "mosquitto_pub -u bob -P {} -t x",
        "smbclient //nas/x -U 'bob%{}'",
        "http -a bob:{} GET example.org",
        'psk="{}"',
        "Password for user admin: {}",
        " id | password\n----+----------\n  1 | {}\n(1 row)",
    ],
)
def test_of_a_password_in_any_notation_only_the_password_is_cut(text: str) -> None:
    assert cut(text.format(WORD)) == [WORD]


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer {}",
        "'Authorization': 'token {}'",
        '{{"Authorization": "Bearer {}"}}',
        "Cookie: theme=dark; sessionid={}; lang=en",
        "Set-Cookie: sid={}; Path=/; HttpOnly",
        "x-api-key: {}",
        "?access_token={}&page=2",
        "//registry.npmjs.org/:_authToken={}",
        "const apiKey: string = '{}';",
        'variable "db_password" {{\n  type    = string\n  default = "{}"\n}}',
        '"db_password": {{\n  "sensitive": true,\n  "type": "string",\n  "value": "{}"\n}}',
        "INSERT INTO users (email, password, age) VALUES ('a@b.c', '{}', 3);",
        "sql.Open('mysql', 'bob:{}@tcp(db:3306)/x')",
        "smtp.login('bob@x.io', '{}')",
        "jwt.sign(claims, '{}', options)",
        "ngrok config add-authtoken {}",
        "gh auth login --with-token <<< {}",
        "BACKUP_TOKEN=${{BACKUP_TOKEN:-{}}}",
        '{{"text": "here:\\n--license_key {}"}}',
        "curl --cookie 'JSESSIONID={}' http://x",
        "cookies.set('sessionid', '{}')",
        "# Netscape HTTP Cookie File\n.x.io\tTRUE\t/\tTRUE\t1799999999\tsid\t{}\n",
        "GET /v1/items?auth={} HTTP/1.1",
        "https://x.blob.core.windows.net/c?sv=1&sig={}&sp=r",
        'new AuthenticationHeaderValue("Bearer", "{}")',
        '.bearer_auth("{}")',
        'api_token: Some("{}")',
        "PresharedKey = {}",
        "Unseal Key 1: {}",
        "use this token {} for the tests",
        "my key: {}",
        '{{"username": "bob", "key": "{}"}}',
        "[(b'x-api-key', b'{}')]",
        '{{"cookies": [{{"name": "session", "value": "{}", "path": "/"}}]}}',
        '{{"kty": "EC", "x": "abc", "d": "{}"}}',
        "| user | token |\n|------|:---:|\n| bob | {} |\n",
        "router(config)# username bob privilege 15 secret {}",
    ],
)
def test_what_is_drawn_at_random_is_found_by_its_name_or_place(text: str) -> None:
    assert cut(text.format(RANDOM)) == [RANDOM]


HASHES = ("$2b$12$" + RANDOM + RANDOM[:17], "$6$aB3dE6gH$" + RANDOM * 2 + RANDOM[:14], "$apr1$aB3dE6gH$" + RANDOM[:22])


@pytest.mark.parametrize("value", HASHES)
def test_a_kept_password_is_cut_as_well(value: str) -> None:
    assert cut(f"bob:{value}:19000:0\n") == [value]
    assert find(f"| bob | {value} |")[0].kind == "password-hash"


def test_of_the_address_of_a_hook_all_that_is_of_somebody_is_cut() -> None:
    assert cut(f"https://hooks.slack.com/services/T000AAAA1/B000AAAA1/{RANDOM}") == [f"T000AAAA1/B000AAAA1/{RANDOM}"]


def test_a_key_of_azure_is_found_though_its_signs_part_it() -> None:
    secret = "aB38" + "Q~KcWh~G_ckgw.HKEiK~Hv.G4JR5FNaa0hms"
    assert cut(f"{{'a': '{secret}'}}") == [secret]


def test_the_end_of_a_sentence_is_no_part_of_a_key() -> None:
    for key in ("glp" + f"at-{RANDOM[:20]}", "xox" + f"b-123456789012-{RANDOM[:24]}"):
        assert cut(f"It is {key}. Thanks") == [key]


@pytest.mark.parametrize("kind", ["api-key", "npm-token", "e2b-key", "password"])
def test_what_stands_for_a_secret_is_none_whatever_its_number(kind: str) -> None:
    for number in (1, 93, 499, 10_312):
        assert cut(f'API_KEY=<secret:{kind}:{number}> "password": "<secret:{kind}:{number}>"') == []


def test_of_an_address_for_an_authenticator_the_secret_is_cut() -> None:
    assert cut("otpauth://totp/X:bob?secret=JBSWY3DPEHPK3PXQ&issuer=X") == ["JBSWY3DPEHPK3PXQ"]


def test_a_key_of_all_signs_is_no_code() -> None:
    salt = "utP{~oUl)mT:N&mn4[z`hiExJ8uJNB=Q;STG=|{27lD.3TG~K9Jk=s49,6G#"
    assert cut(f"define('AUTH_KEY', '{salt}');") == [salt]


def test_the_secrets_of_one_manifest_are_found_though_others_stand_around_it() -> None:
    values = ["cHJvZC0weDdmMQ==", "Ymx1ZS1mMHgtNzE="]
    text = "---\n".join(f"data:\n  a.conf: {value}\nkind: Secret\n" for value in values)
    assert cut(text) == values


def test_a_private_key_is_cut_whole_with_its_lines_numbered_or_escaped() -> None:
    lines = ["-----BEGIN PRIV" + "ATE KEY-----", *("aB3dE6gH9kLmN2pQ" * 4,) * 4, "-----END PRIV" + "ATE KEY-----"]
    for text in ("\n".join(lines), "\\n".join(lines), "\n".join(f"{n:5}→{line}" for n, line in enumerate(lines, 1))):
        found = cut(f"before {text} after")
        assert len(found) == 1
        assert found[0].startswith("-----BEGIN")
        assert found[0].endswith("KEY-----")


def test_of_a_private_key_that_was_cut_off_the_rest_is_cut() -> None:
    lines = ["-----BEGIN RSA PRIV" + "ATE KEY-----", *("aB3dE6gH9kLmN2pQ" * 4,) * 4]
    assert cut("\n".join(lines)) == ["\n".join(lines)]
    assert "\n".join(cut("\n".join([*lines[1:], "-----END RSA PRIV" + "ATE KEY-----"]))).count("aB3d") == 16


def test_a_placeholder_key_in_a_document_is_none() -> None:
    assert cut("-----BEGIN PRIV" + "ATE KEY-----\n...\n-----END PRIV" + "ATE KEY-----") == []


def test_the_secret_key_beside_an_access_key_is_found_without_a_name() -> None:
    secret = "q7Rt2LmVpXw4/K7MzENGobPxRfiCYs9dEuTb3AqZ"
    assert cut("AK" + f"IAQ7RT2LMVPXW4K7MZ,{secret}") == ["AK" + "IAQ7RT2LMVPXW4K7MZ", secret]


@pytest.mark.parametrize(
    "text",
    [
        "password: str",
        "password: !vault_lookup",
        "password: @password",
        "password: process.env.DB_PASSWORD!,",
        f"checksum/secret: {'3f78' * 16}",
        "INSERT INTO users (email, password) VALUES (?, ?)",
        "INSERT INTO users (email, password) VALUES ('a@b.c', crypt('x', 'bf'))",
        "token: { type: String, default: 'none' }",
        "jwt.verify(token, process.env.JWT_SECRET)",
        'password=os.environ["X1"]',
        "password = getpass.getpass()",
        "the token count is 12, the password field",
        "max_tokens: 4096, token_count=123",
        '"token": "<your-token>"',
        "TOKEN=${TOKEN}",
        "password=changeme",
        "API_KEY=xxxxxxxxxxxxxxxxxxxx",
        "api_key=settings.API_KEY2,",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b",
        f"sha512-{RANDOM}{RANDOM}==",
        "toolu_01A09q90qw90lq917835lq9",
        "https://registry.npmjs.org:443/@scope/pkg",
        "git@github.com:org/repo.git",
        "postgres://user:password@localhost/db",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8x9Kq2LmV7tBz4WnR8sYc1PdG6hJf3QaE5 me",
        "--- PASS: TestInstallHooks_LocalDev_Idempotent",
        "arn:aws:secretsmanager:eu-west-1:1:secret:prod/queue-x11g4y",
        "Authorization: Bearer ${TOKEN}",
        "next_token=abc123def456ghi789jkl",
        '{"password": "Passwort", "token": "Zugangsschlüssel"}',
        "pass `autospec=some_object2` to it",
        'TOKEN_PAT = r"[a-zA-Z](?:[a-zA-Z0-9-]{1,4})"',
        'print(f"password={password!r}")',
        'Token::Ident(String::from("identifier_name_1"))',
        "token: v1.21.3-rc1+829aa04",
        'KEY_PASSWORD = "settings_password_v1"',
        "- secret: my-app-tls-v2",
        "password reset for user: bob970",
        " token_type | count\n------------+-------\n access     | 12345\n",
        "| key | value |\n|---|---|\n| colour | blue12345 |\n",
        "private_key: ed25519.Ed25519PrivateKey, name: str",
        "new PDO($dsn, $user, $password); awk '{print $2, $6}'",
        'echo "$PASSWORD" | docker login -u x --password-stdin',
        "that password is 12characters long",
        "bcrypt hashes start with $2b$ or $2y$",
    ],
)
def test_what_only_looks_like_a_secret_is_left(text: str) -> None:
    assert cut(text) == []


@pytest.mark.parametrize("text", SECRETS)
def test_many_programs_write_them_in_their_own_way(text: str) -> None:
    secret = RANDOM if "{random}" in text else "Gr33n.Apple_47"
    filled = text.replace("{random}", RANDOM).replace("{word}", secret)
    assert any(secret in found for found in cut(filled))
    assert any(secret in found for found in cut(json.dumps({"content": filled})))


@pytest.mark.parametrize("line", LOOK_ALIKES.strip().split("\n"))
def test_much_that_programs_write_only_looks_alike(line: str) -> None:
    assert cut(line) == []
    assert cut(json.dumps({"content": line})) == []


@pytest.mark.parametrize("kept", [planted, planted_elsewhere], ids=["planted", "elsewhere"])
def test_planted_secrets_are_found_plain_and_within_json(kept: object) -> None:
    missed = 0
    for each in kept.secrets():  # type: ignore[attr-defined]
        line = json.dumps({"arguments": json.dumps({"input": each.text})})
        inner = json.dumps(json.dumps(each.secret)[1:-1])[1:-1]
        missed += not any(each.secret in found for found in cut(each.text))
        missed += not any(inner in found for found in cut(line))
    assert missed <= 6


@pytest.mark.parametrize("kept", [planted, planted_elsewhere], ids=["planted", "elsewhere"])
def test_of_look_alikes_nothing_is_cut(kept: object) -> None:
    wrong = [(each.kind, cut(each.text)) for each in kept.look_alikes(rounds=4) if cut(each.text)]  # type: ignore[attr-defined]
    assert wrong == []


@given(st.text())
def test_places_are_within_the_text_and_do_not_overlap(text: str) -> None:
    found = find(f'{text}{TOKEN} password="{text}{WORD}" {text}')
    ends = [0, *(secret.end for secret in found)]
    assert all(end <= secret.start < secret.end for end, secret in zip(ends, found, strict=False))


@given(st.text(alphabet="pasword=:\"'\\ \n-_tokenAuthrizBe@/.,;{}[]<>x1"))
def test_cutting_twice_changes_nothing(text: str) -> None:
    once = text
    for secret in reversed(find(text)):
        once = f"{once[: secret.start]}<secret:{secret.kind}:123>{once[secret.end :]}"
    assert find(once) == []


@pytest.mark.parametrize(
    "text",
    [
        "a" * 200_000,
        "password" + " " * 200_000,
        'password="' * 20_000,
        'token="' + "\\" * 200_000,
        "https://a:" * 20_000 + "@",
        ("-----BEGIN PRIV" + "ATE KEY-----") * 7_000,
        "Cookie: a=b; " * 15_000,
        "password: {" * 20_000,
        "password { default" * 12_000,
        "(password, " * 20_000 + ") values (",
        "(password) values (" * 10_000,
        "Netscape HTTP Cookie\tTRUE\t/" * 7_000,
        ".login('a', " * 15_000,
        "jwt.sign(" * 20_000,
        "token <<< " * 20_000,
        "a:b@tcp(" * 20_000,
        "aB38Q~" * 30_000,
        "<secret:api-key:1>" * 10_000,
        "eyJ" + "a" * 100 + ("." + "eyJa" * 20) * 2_000,
        "curl -u a " * 20_000,
        "a-" * 100_000 + "@" + "://" * 1000,
        "key" + "\\n" * 100_000,
        "api_key=" * 8_000,
        "secret: kind: secret" * 8_000,
        "otpauth://x?secret=" * 8_000,
        '"kty","d":"aaaaaaaaaaaaaaaaaaaaaaaaa",' * 4_000,
        "pgpass a:1:a:a:b1 " * 8_000,
        "|-" * 80_000,
        "-+-" * 60_000,
        "token | " * 20_000,
    ],
    ids=lambda text: text[:12],
)
def test_no_text_takes_long(text: str) -> None:
    start = time.process_time()
    find(text)
    assert time.process_time() - start < 3  # a careless pattern takes hours
