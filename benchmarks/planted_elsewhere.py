"""A second planted set: other tools, other spellings, other habits than those of `planted`."""

# ruff: noqa: ARG001, E501 - what tools print is as long as it is

import base64
import json
import string
from collections.abc import Iterator
from urllib.parse import quote

from planted import ALNUM, B64, LOWER, TOKENS, UPPER, WIDE, Planted, Source


def _ansi(text: str) -> str:
    return f"\x1b[1;33m{text}\x1b[0m"


def secrets(seed: int = 11) -> list[Planted]:
    s = Source(seed)
    return [*_tokens(s), *_named(s), *_passwords(s), *_carried(s), *_blocks(s), *_told(s), *_kept(s)]


def _tokens(s: Source) -> Iterator[Planted]:
    places = (
        lambda v: f"[{_ansi('DEBUG')}] using {_ansi(v)} from keychain",
        lambda v: f"| service | credential |\n|---|---|\n| ci | `{v}` |",
        lambda v: f"curl 'https://api.example.org/v2/items?x=1&key={v}&y=2' --compressed",
        lambda v: (
            f'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\n    login("{v}")\nAuthError: 401'
        ),
        lambda v: f"##[group]Run deploy\nenv:\n  DEPLOY_CREDENTIAL: {v}\n##[endgroup]",
        lambda v: f'resource "x" "y" {{\n  access = "{v}"\n}}',
        lambda v: f'<!-- {v} -->\n<meta content="{v}">',
        lambda v: f"I used the key {v}, which worked.",
        lambda v: f"echo {v} | tool login --stdin",
        lambda v: f"+++ b/.env.local\n@@ -1 +1,2 @@\n+VALUE={v}",
        lambda v: f"Location: https://app.example.org/cb#state=1%26t%3D{v}",
        lambda v: "grep -rn x .\n./conf/app.ini:12:x=" + v + "\n",
    )
    for number, (kind, make) in enumerate(TOKENS.items()):
        for step in range(4):
            value = make(s)
            yield Planted(kind, places[(3 * number + step * 5) % len(places)](value), value)
    others = {
        "slack-user": "xo" + "xp-" + "-".join(s.of("123456789", 12) for _ in range(3)) + "-" + s.hex(32),
        "slack-app": "xa" + "pp-1-A" + s.of(UPPER, 10) + "-" + s.of("123456789", 13) + "-" + s.hex(64),
        "github-app": "v1." + s.hex(40),
        "gitlab-runner": "gl" + "rt-" + s.of(WIDE, 19) + "x",
        "gitlab-deploy": "gl" + "dt-" + s.of(WIDE, 19) + "x",
        "gitlab-routable": "gl" + "pat-" + s.of(WIDE, 26) + "x." + s.of("0123456789abcdef", 2) + "." + s.of(LOWER, 9),
        "aws-sts": "AS" + "IA" + s.of(string.ascii_uppercase + "234567", 16),
        "openai-service": "sk-" + "svcacct-" + s.of(WIDE, 60) + "T3Blbk" + "FJ" + s.of(WIDE, 60),
        "openrouter": "sk-" + "or-v1-" + s.hex(64),
        "deepseek": "sk" + "-" + s.hex(32),
        "replicate": "r8" + "_" + s.of(ALNUM, 37),
        "google-refresh": "1/" + "/0" + s.of("123456789", 1) + s.of(WIDE, 60),
        "resend": "re" + "_" + s.of(ALNUM, 8) + "_" + s.of(ALNUM, 24),
        "twilio-2": "S" + "K" + s.hex(32),
        "heroku-new": "HR" + "KU-AA" + s.of(WIDE, 58),
        "npm-legacy-uuid": "//registry.npmjs.org/:_authToken=" + s.uuid(),
        "azure-devops": "AZURE_DEVOPS_EXT_PAT=" + s.of(LOWER, 52),
        "snyk": "SNYK_TOKEN=" + s.uuid(),
        "codecov": "CODECOV_TOKEN: " + s.uuid(),
        "algolia": "ALGOLIA_ADMIN_KEY=" + s.hex(32),
        "pinecone": "pc" + "sk_" + s.of(ALNUM, 60),
        "planetscale": "psc" + "ale_tkn_" + s.of(WIDE, 43),
        "tailscale": "ts" + "key-auth-" + s.of(ALNUM, 12) + "-" + s.of(ALNUM, 32),
        "fly": "Fly" + "V1 fm" + "2_" + s.base64(120),
        "vault-batch": "hv" + "b." + s.of(WIDE, 150),
        "buildkite": "bk" + "ua_" + s.hex(40),
        "lark": "LARK_APP_SECRET=" + s.of(ALNUM, 32),
        "sonar": "sq" + "u_" + s.hex(40),
    }
    for kind, value in others.items():
        secret = value if not any(sign in value for sign in "= ") or value.startswith("Fly") else ""
        secret = secret or value.replace("AuthToken=", "=").rpartition("=" if "=" in value[:45] else " ")[2]
        for text in (f"{value}\n", f"debug: [{value}]", f'  "{value}",\n'):
            yield Planted(kind, text, secret.removeprefix("FlyV1 "))


def _named(s: Source) -> Iterator[Planted]:
    names = (
        "apiKey", "api-key", "X-Api-Key", "x-auth-token", "accessToken", "refresh_token", "id_secret", "clientSecret",
        "SECRET_KEY_BASE", "APP_SECRET", "webhook_secret", "signingSecret", "SLACK_SIGNING_SECRET", "authToken", "bearer_token",
        "private_token", "PRIVATE-TOKEN", "consumer_secret", "NEXTAUTH_SECRET", "masterKey", "MEILI_MASTER_KEY", "storageKey",
        "SharedAccessKey", "subscription-key", "Ocp-Apim-Subscription-Key", "session_token", "deployKey", "GH_TOKEN_RO", "adminToken",
        "credential", "TOKEN", "token", "secret", "sas_token", "APIKEY", "ACCESS_KEY_SECRET", "client-secret", "app_key",
    )  # fmt: skip
    for number, name in enumerate(names):
        for make in (lambda: s.of(ALNUM, 32), lambda: s.hex(40), lambda: s.base64(24), lambda: s.of(WIDE, 22) + "9"):
            value = make()
            places = (
                f"{name}: {value}",
                f'{name}="{value}"',
                f"  '{name}' => '{value}',",
                f'"{name}" : "{value}",',
                f"set {name}={value}\r\n",
                f"$env:{name} = '{value}'",
                f"{name} = {value}\n",
                f'<add key="{name}" value="{value}" />',
                f"ARG {name}={value}",
                f'let {name.replace("-", "_")} = "{value}";',
                f'.with_header("{name}", "{value}")',
                f"{name}\t{value}\n",
                f"--set env.{name}={value} --wait",
                f'{{"key": "{name}", "value": "{value}", "type": "text"}}',
                f"[{name}]: {value}",
                f'static final String {name.upper().replace("-", "_")} = "{value}";',
                f'os.environ["{name}"] = "{value}"',
                f'{name}:\n  "{value}"\n' if number % 2 else f'@"{name}": @"{value}"',
            )
            yield Planted("named-" + name, places[s.random.randrange(len(places))], value)


def _passwords(s: Source) -> Iterator[Planted]:
    chosen = ("Tr0ub4dor&3", "correct-horse-battery-staple", "S3cr3t!2024", "hunter22", "Winter2025!", "p@ssw0rd-prod-77", "kX9$mQ2v",
              "Bl4ck.Sheep.99", "zaq1@WSX", "Juventus1897")  # fmt: skip
    for word in chosen:
        for text in (
            f"root_password: {word}\n",
            f'password = "{word}"\n',
            f"export MYSQL_ROOT_PASSWORD='{word}'\n",
            f'{{"username": "admin", "password": "{word}"}}',
            f"ALTER USER app WITH PASSWORD '{word}';",
            f"CREATE USER 'app'@'%' IDENTIFIED BY '{word}';",
            f"docker run -e POSTGRES_PASSWORD={word} -d postgres:16",
            f"my password is {word}\n",
            f"  password: '{word}'  # prod\n",
            f"jdbc:mysql://db:3306/app?user=root&password={word}&ssl=true" if "&" not in word else f"passwd={word}\n",
            f"vault_password => {word}\n",
            f"requests.get(url, auth=('bob', '{word}'))",
            f"Login with user bob and password: {word}\n",
            f"(db) PASSWORD={word} npm run migrate",
        ):
            yield Planted("password", text, word)


def _carried(s: Source) -> Iterator[Planted]:
    for _ in range(6):
        word = s.of(ALNUM, 12) + "7"
        user = s.word()
        for text in (
            f"git clone https://{user}:{word}@bitbucket.org/team/repo.git",
            f"origin\thttps://{user}:{word}@git.example.org/a/b.git (fetch)",
            f"HTTP_PROXY=http://{user}:{word}@proxy.corp:3128",
            f"pip install --index-url https://{user}:{word}@pypi.corp/simple pkg",
            f"mongodb://{user}:{word}@a.example.org:27017,b.example.org:27017/db?replicaSet=rs0",
            f"sqlalchemy.exc.OperationalError: (postgresql+psycopg2://{user}:{word}@db/app)",
            f"amqps://{user}:{word}@rabbit.example.org/%2F",
            f"smtp://{user}%40example.org:{word}@smtp.example.org:587",
            f"rediss://default:{word}@cache.example.org:6380/0",
            f"curl --user {user}:{word} -X POST https://example.org",
            f"curl -s -u '{user}:{word}' https://example.org",
            f"wget --http-user={user} --http-password={word} https://example.org",
            f"mysqldump -u{user} -p'{word}' db > x.sql",
            f"redis-cli -h cache -a {word} ping",
            f"docker login -u {user} -p {word} registry.example.org",
            f"ldapsearch -x -D cn=admin -w {word} -b dc=x",
            f"mongosh --username {user} --password {word} --host db",
            f"helm upgrade --install app ./chart --set db.password={word}",
            f"ansible-playbook site.yml -e 'ansible_become_pass={word}'",
            f"PGPASSWORD={word} psql -h db -U {user} -c 'select 1'",
            f"machine api.example.org\n  login {user}\n  password {word}\n",
            f"db:5432:app:{user}:{word}\n# ~/.pgpass"
            if False
            else f'psql "host=db user={user} password={word} sslmode=require"',
            f"Data Source=db;Initial Catalog=app;User Id={user};Pwd={word};",
            f"snowflake://{user}:{word}@acct/db/schema",
        ):
            yield Planted("carried-" + text.split(" ")[0][:16], text, word)
        opaque, pair = s.of(ALNUM + "-", 43) + "1", base64.b64encode(f"{user}:{word}".encode()).decode()
        for text, secret in (
            (f"-H 'authorization: Bearer {opaque}' \\", opaque),
            (f"requests.get(u, headers={{'Authorization': 'Bearer {opaque}'}})", opaque),
            (f"authorization: [\n  'Bearer {opaque}'\n]", opaque),
            (f"< Authorization: Basic {pair}", pair),
            (f"Proxy-Authorization: Basic {pair}", pair),
            (f'"authorization":"Token {opaque}"', opaque),
            (f"Authorization: ApiKey {opaque}", opaque),
            (f'req.Header.Set("Authorization", "Bearer {opaque}")', opaque),
            (f"  -b 'session={opaque}; theme=1'", opaque),
            (f"Set-Cookie: connect.sid=s%3A{opaque}; Path=/", opaque),
            (f'cookies = {{"sessionid": "{opaque}"}}', opaque),
            (f'"cookie": "_ga=GA1.1; auth_session={opaque}"', opaque),
            (f"wss://stream.example.org/?access_token={opaque}", opaque),
            (f"https://s3.example.org/b/k?X-Amz-Credential=AAA&X-Amz-Signature={s.hex(64)[:63]}a", ""),
            (f"https://example.org/download?file=a&signature={quote(s.base64(32), safe='')}", ""),
            (f"AccountName=acct;AccountKey={s.base64(64)};EndpointSuffix=core.windows.net", ""),
            (f"Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={s.base64(32)}", ""),
            (f"https://{s.hex(32)}@o1234.ingest.sentry.io/567", ""),
            (f"_auth={pair}", pair),
            (f'"registry.example.org": {{"username": "x", "auth": "{pair}"}}', pair),
            (
                f"https://example.webhook.office.com/webhookb2/{s.uuid()}@{s.uuid()}/IncomingWebhook/{s.hex(32)}/{s.uuid()}",
                "",
            ),
            (f"aws_session_token = {s.of(B64, 300)}", ""),
            (f'"SecretAccessKey": "{s.of(B64, 40)}", "SessionToken": "x"', ""),
        ):
            yield Planted("header-" + text[:14], text, secret or _hidden(text))


def _hidden(text: str) -> str:
    """The longest run of signs of keys in it."""
    import re

    return max(re.findall(r"[A-Za-z0-9%][A-Za-z0-9+/%_]{19,}=*", text), key=len)


def _blocks(s: Source) -> Iterator[Planted]:
    for name in ("RSA ", "OPENSSH ", "EC "):
        block = s.pem(name, 8)
        lines = block.split("\n")
        yield Planted("pem-env", 'KEY="' + block.replace("\n", "\\n") + '"', lines[4])
        yield Planted("pem-diff", "".join(f"+{line}\n" for line in lines), lines[4])
        yield Planted("pem-head", "$ head -5 id_rsa\n" + "\n".join(lines[:5]) + "\n$ ", lines[4])
        yield Planted("pem-code", " +\n".join(f'  "{line}\\n"' for line in lines), lines[4])
        yield Planted("pem-cat-n", "".join(f"     {n}\t{line}\n" for n, line in enumerate(lines, 1)), lines[4])
        yield Planted("pem-tail", "\n".join(lines[5:]), lines[6])
    pgp = (
        f"-----BEGIN PGP {'PRIVATE'} KEY BLOCK-----\n\n"
        + "\n".join(s.of(B64, 64) for _ in range(9))
        + f"\n=aB3d\n-----END PGP {'PRIVATE'} KEY BLOCK-----"
    )
    yield Planted("pgp", pgp, pgp.split("\n")[5])
    putty = f"PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n{'Private'}-Lines: 8\n" + "\n".join(
        s.of(B64, 64) for _ in range(8)
    )
    yield Planted("putty", putty, putty.split("\n")[6])


def _told(s: Source) -> Iterator[Planted]:
    """Where commands, calls and tables take them without `=` or `:` between name and value."""
    for _ in range(4):
        word, opaque, user = s.of(ALNUM, 12) + "7", s.of(ALNUM, 31) + "7", s.word()
        for kind, text in (
            ("setenv", f"setenv API_TOKEN {opaque}"),
            ("setx", f'setx CI_TOKEN "{opaque}"'),
            ("fish", f"set -x DEPLOY_TOKEN {opaque}"),
            ("docker-env", f"FROM node:22\nENV API_SECRET {opaque}\nRUN npm ci"),
            ("aws-set", f"aws configure set aws_secret_access_key {opaque} --profile prod"),
            ("npm-set", f"npm config set //npm.example.org/:_authToken {opaque}"),
            ("ansi", f"{_ansi('WEB_API_KEY')}={_ansi(opaque)}\n"),
            ("csharp", f'new AuthenticationHeaderValue("Bearer", "{opaque}");'),
            ("bearer-call", f'Client::new().get(url).bearer_auth("{opaque}").send()'),
            ("rust-debug", f'Config {{ host: "db", api_token: Some("{opaque}"), retries: 3 }}'),
            ("python-bytes", f"request headers=[(b'host', b'x'), (b'x-api-key', b'{opaque}')]"),
            ("storage-state", f'{{"cookies": [{{"name": "session", "value": "{opaque}", "domain": "x"}}]}}'),
            ("cookie-jar", f"# Netscape HTTP Cookie File\n.x.org\tTRUE\t/\tTRUE\t1799999999\tsessionid\t{opaque}\n"),
            ("cookie-option", f'curl --cookie "JSESSIONID={opaque}" https://example.org'),
            ("cookie-set", f"cookies.set('session', '{opaque}')"),
            ("here-string", f"gh auth login --with-token <<< {opaque}"),
            ("default", f"API_TOKEN=${{API_TOKEN:-{opaque}}}"),
            ("given", f"ngrok config add-authtoken {opaque}"),
            ("jwt-call", f"jwt.sign(payload, '{opaque}', {{ expiresIn: '1h' }})"),
            ("header", f"Authorization: GenieKey {opaque}"),
            ("query", f"GET /v1/items?auth={opaque}&page=2 HTTP/1.1"),
            ("person", f"use this token {opaque} for the tests"),
            ("person", f"here you are, my key: {opaque}"),
            ("table", f" id | login | api_token\n----+-------+-----------\n  1 | {user} | {opaque}\n(1 row)"),
            ("table", f"| user | token |\n|------|:-----:|\n| {user} | {opaque} |\n"),
        ):
            yield Planted("told-" + kind, text, opaque)
        for kind, text in (
            ("define", f"define( 'DB_PASSWORD',     '{word}' );"),
            ("form", f"await page.fill('#password', '{word}');"),
            ("form", f"await page.getByLabel('Password').fill('{word}')"),
            ("basic-call", f'req.SetBasicAuth("{user}", "{word}")'),
            ("connection", f'DriverManager.getConnection("jdbc:mysql://db:3306/app", "{user}", "{word}");'),
            ("connection", f"$pdo = new PDO('mysql:host=db;dbname=app', '{user}', '{word}');"),
            ("insert", f"INSERT INTO users (email, password, age) VALUES ('a@b.c', '{word}', 3);"),
            ("set-password", f"SET PASSWORD FOR '{user}'@'%' = PASSWORD('{word}');"),
            ("go-address", f'sql.Open("mysql", "{user}:{word}@tcp(db:3306)/app")'),
            ("login-call", f'smtp.login("{user}@example.org", "{word}")'),
            ("terraform", f'variable "db_password" {{\n  type    = string\n  default = "{word}"\n}}'),
            (
                "terraform",
                f'"db_password": {{\n    "sensitive": true,\n    "type": "string",\n    "value": "{word}"\n  }}',
            ),
            ("oracle", f"jdbc:oracle:thin:{user}/{word}@//db:1521/XE"),
            ("login-sql", f"CREATE LOGIN {user} WITH PASSWORD = N'{word}', CHECK_POLICY = OFF"),
            ("parameter", f'"Name": "/prod/db/password",\n    "Type": "SecureString",\n    "Value": "{word}",'),
            ("parameter", f'[{{"ParameterKey": "DBPassword", "ParameterValue": "{word}"}}]'),
            ("soap", f'<wsse:Password Type="http://example.org#PasswordText">{word}</wsse:Password>'),
            ("yaml-block", f"db:\n  password: >-\n    {word}\n  user: {user}"),
            ("piped", f'echo "{user}:{word}" | chpasswd'),
            ("piped", f"echo '{word}' | docker login -u {user} --password-stdin registry.example.org"),
            ("htpasswd", f"htpasswd -bc /etc/nginx/.htpasswd {user} {word}"),
            ("pgpass", f"$ cat ~/.pgpass\ndb.example.org:5432:app:{user}:{word}\n"),
            ("relay", f"[smtp.example.org]:587 {user}@example.org:{word}\n"),
            ("powershell", f'ConvertTo-SecureString "{word}" -AsPlainText -Force'),
            ("option", f"mosquitto_pub -h mq -u {user} -P {word} -t x -m 1"),
            ("option", f"smbclient //nas/share -U '{user}%{word}' -c ls"),
            ("wifi", f'network={{\n  ssid="home"\n  psk="{word}"\n}}'),
            ("prompt", f"Password for user {user}: {word}"),
            ("table", f"+----+---------------+\n| id | password      |\n+----+---------------+\n|  1 | {word} |\n"),
        ):
            yield Planted("told-" + kind, text, word)


def _kept(s: Source) -> Iterator[Planted]:
    """As programs keep them: hashed, as numbers of a key, for an authenticator."""
    base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    for _ in range(4):
        user, hashed = s.word(), ALNUM + "./"
        for kind, head, value, tail in (
            ("bcrypt", f"{user} | ", "$2b$12$" + s.of(hashed, 53), "\n"),
            ("shadow", f"{user}:", f"$6${s.of(ALNUM, 8)}${s.of(hashed, 86)}", ":19000:0:99999:7:::\n"),
            ("apr1", f"{user}:", f"$apr1${s.of(ALNUM, 8)}${s.of(hashed, 22)}", "\n"),
            ("jwk", f'{{"kty": "EC", "x": "{s.of(WIDE, 43)}", "d": "', s.of(WIDE, 43), '"}'),
            ("otpauth", f"otpauth://totp/Acme:{user}?secret=", s.of(base32, 32), "&issuer=Acme"),
            ("wireguard", "[Peer]\nPresharedKey = ", s.base64(32), "\nAllowedIPs = 10.0.0.0/24"),
            ("unseal", "Unseal Key 1: ", s.base64(33), "\n"),
            ("bot-url", "POST https://api.telegram.org/bot", s.of("123456789", 10) + ":A" + "A" + s.of(WIDE, 33), "/x"),
        ):
            yield Planted("kept-" + kind, head + value + tail, value)


def look_alikes(seed: int = 12, rounds: int = 40) -> list[Planted]:
    s = Source(seed)
    return [Planted(kind, text) for _ in range(rounds) for kind, text in _look_alikes(s)]


def _look_alikes(s: Source) -> Iterator[tuple[str, str]]:
    n = s.random.randint(10, 9999)
    yield "ulid", f"01{s.of('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 24)} created"
    yield "nanoid", f'{{"id":"{s.of(WIDE, 21)}","ref":"{s.of(WIDE, 21)}"}}'
    yield "object-id", f"ObjectId('{s.hex(24)}') _id: {s.hex(24)}"
    yield "git-log", "\n".join(f"{s.hex(7)} Fix token refresh ({s.word()})" for _ in range(4))
    yield "git-tree", f"100644 blob {s.hex(40)}\tsrc/auth/token.py\n040000 tree {s.hex(40)}\tsecrets"
    yield (
        "diff",
        f"index {s.hex(7)}..{s.hex(7)} 100644\n--- a/password.py\n+++ b/password.py\n+    token = parse(token)",
    )
    yield "poetry", f'content-hash = "{s.hex(64)}"\n{{file = "x.tar.gz", hash = "sha256:{s.hex(64)}"}}'
    yield "cargo", f'name = "secrecy"\nversion = "0.{n}.0"\nchecksum = "{s.hex(64)}"'
    yield "yarn", f'resolved "https://r.example.org/x/-/x-1.0.{n}.tgz#{s.hex(40)}"\n  integrity sha512-{s.base64(64)}'
    yield "pip-hash", f"requests==2.{n}.0 \\\n    --hash=sha256:{s.hex(64)} \\\n    --hash=sha256:{s.hex(64)}"
    yield "docker-build", f"#{n} [2/9] sha256:{s.hex(64)} 28.2MB / 29.1MB\n ---> {s.hex(12)}"
    yield (
        "kube",
        f"pod/{s.word()}-{s.hex(9)}-{s.of(LOWER, 5)} 1/1 Running\nuid: {s.uuid()}\nsecret/{s.word()}-token-{s.of(LOWER, 5)} created",
    )
    yield "helm", f"checksum/secret: {s.hex(64)}\nexistingSecret: {s.word()}-credentials-v{n}"
    yield "placeholder", f'API_KEY=<secret:api-key:{n}> "password": "<secret:npm-token:{n}>"'
    yield "reference", f"password: !vault_lookup\ntoken: process.env.{s.word().upper()}_TOKEN!,\npassword: @password"
    yield "insert", "INSERT INTO users (email, password) VALUES (?, ?)"
    yield "schema", f"password: {{ type: String, default: null, minlength: {n} }}"
    yield "svg", f'<path d="M{n}.5 3.2c-1.4 0-2.6.8-3.2 2L{n} 9z" fill="#{s.hex(6)}"/>'
    yield "font", f"src:url(data:font/woff2;base64,d09GMgABAAAAA{s.base64(300)})"
    yield "wasm", "AGFzbQEAAAAB" + s.base64(400)
    yield "pdf", "JVBERi0xLjQK" + s.base64(300)
    yield "cert-b64", "certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JS" + s.base64(300)
    yield "csr", f"-----BEGIN CERTIFICATE REQUEST-----\n{s.of(B64, 64)}\n-----END CERTIFICATE REQUEST-----"
    yield "pgp-public", f"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{s.of(B64, 64)}\n-----END PGP PUBLIC KEY BLOCK-----"
    yield (
        "pgp-signature",
        f"-----BEGIN PGP SIGNATURE-----\n\niQIzBAABCAAdFiEE{s.of(B64, 48)}\n-----END PGP SIGNATURE-----",
    )
    yield "age-public", f"age1{s.of('acdefghjklmnpqrstuvwxyz023456789', 58)}"
    yield "btc", f"bc1q{s.of('acdefghjklmnpqrstuvwxyz023456789', 38)} 0x{s.hex(40)}"
    yield "thinking", json.dumps({"type": "thinking", "signature": "ErUB" + s.base64(260)})
    yield "encrypted", json.dumps({"type": "reasoning", "encrypted_content": "gAAAAAB" + s.base64(300)})
    yield (
        "claude",
        f'{{"requestId":"req_01{s.of(ALNUM, 22)}","uuid":"{s.uuid()}","leafUuid":"{s.uuid()}","sessionId":"{s.uuid()}"}}',
    )
    yield "session", f'session_id: {s.uuid()}\n"session_key": null, "sessionToken": undefined'
    yield "typed", "interface Login { password: string; token?: string; apiKey: string | undefined; secretKey: Buffer }"
    yield "go", 'type Config struct {\n\tPassword string `json:"password"`\n\tAPIKey   string `yaml:"api_key"`\n}'
    yield "rust", "pub struct Auth { token: SecretString, password: Option<String> }\nlet token = Token::new(&secret2);"
    yield "java", f'String password = request.getParameter("password"); this.apiKey{n} = config.getApiKey{n}();'
    yield (
        "ruby",
        "password: params[:password], token: ENV.fetch('API_TOKEN'), secret: Rails.application.credentials.secret_key_base",
    )
    yield "php", "$password = $_POST['password']; $token = csrf_token(); 'key' => env('APP_KEY'),"
    yield "shell", f"TOKEN=$(vault read -field=token secret/app{n}); PASSWORD=\"$1\"; read -s -p 'Password: ' PASSWORD"
    yield (
        "shell",
        'if [ -z "$API_KEY" ]; then echo "API_KEY is not set"; fi; export TOKEN="${TOKEN:-}"; : "${SECRET:?}"',
    )
    yield (
        "tf",
        'password = var.db_password\n  token    = data.vault_generic_secret.app.data["token"]\n  secret   = random_password.db.result',
    )
    yield "tf-plan", "+ password = (sensitive value)\n+ token = (known after apply)\n+ secret_id = (known after apply)"
    yield (
        "helm",
        "password: {{ .Values.auth.password | quote }}\n  existingSecret: my-release-postgresql\n  secretKey: postgres-password",
    )
    yield (
        "compose",
        "POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:-postgres}\n  POSTGRES_PASSWORD_FILE: /run/secrets/db_password",
    )
    yield (
        "gh",
        "token: ${{ github.token }}\n  with:\n    token: ${{ secrets.GITHUB_TOKEN }}\n    password: ${{ secrets.PYPI }}",
    )
    yield "gh-mask", "  env:\n    TOKEN: ***\n    NPM_TOKEN: ***\n  ##[debug]password: ***"
    yield (
        "docs",
        "Set `OPENAI_API_KEY` to your key (starts with `sk-`). Tokens start with `ghp_` or `github_pat_`; AWS ids with AKIA.",
    )
    yield (
        "docs",
        'curl -u USERNAME:PASSWORD https://api.example.org\ncurl -H "Authorization: Bearer YOUR_TOKEN_HERE" -H "X-API-Key: <key>"',
    )
    yield (
        "docs",
        "Use `Authorization: Bearer <token>` or `Authorization: Basic base64(user:password)`; cookies: session=<id>",
    )
    yield (
        "docs-url",
        "postgresql://username:password@hostname:5432/database mongodb://user:pass@host https://user:token@host redis://:password@host",
    )
    yield (
        "regex",
        r"(?i)(password|token|secret)\s*[:=]\s*['\"]?([A-Za-z0-9_\-]{16,})  ghp_[A-Za-z0-9]{36} AKIA[0-9A-Z]{16}",
    )
    yield (
        "test",
        f'assert "password" not in response.text; user = User(password="test", token="abc"); token="token-{n % 10}"',
    )
    yield "test", "self.client.login(username='admin', password='admin'); authenticate(password='wrong')"
    yield (
        "validation",
        '{"errors": {"password": ["This field is required."], "token": ["Invalid token."], "api_key": "invalid_api_key"}}',
    )
    yield (
        "stats",
        f"tokens: {n}, prompt_tokens={n}, tokens/sec: {n}.5, key_count: {n}, secrets_found: 0, password_changes: 2",
    )
    yield (
        "limits",
        f'"max_output_tokens": {n}, "context_tokens": 200000, "tokenLimit": {n}, "passwordMinLength": 12, "tokenTTL": "3600s"',
    )
    yield (
        "jwt-word",
        'alg: HS256, token_type: "Bearer", "token_endpoint": "https://example.org/oauth2/token", grant: client_credentials',
    )
    yield (
        "policy",
        "PasswordAuthentication no\nPermitRootLogin prohibit-password\nAuthorizedKeysFile .ssh/authorized_keys",
    )
    yield "passwd", f"root:x:0:0:root:/root:/bin/bash\napp:x:{n}:{n}::/home/app:/usr/sbin/nologin"
    yield (
        "kms",
        f"KeyId: arn:aws:kms:eu-west-1:{s.of('123456789', 12)}:key/{s.uuid()}\nSecretId: prod/app/db-{s.of(ALNUM, 6)}",
    )
    yield (
        "blob-url",
        f"blob:https://example.org/{s.uuid()} https://cdn.example.org/{s.hex(32)}/main.{s.hex(8)}.js?v={s.hex(10)}",
    )
    yield (
        "google-doc",
        f"https://docs.example.org/document/d/1{s.of(WIDE, 43)}/edit?usp=sharing https://youtu.be/{s.of(WIDE, 11)}",
    )
    yield "query", f"GET /search?q=password+reset&page={n}&sort=key&token_type=bearer&utm_source=x HTTP/1.1"
    yield "minified-css", f".token.keyword{{color:#07a}}.token.string{{color:#{s.hex(6)}}}.key-{n}{{top:0}}"
    yield "prism", '<span class="token punctuation">:</span> <span class="token string">"a"</span>'
    yield (
        "log",
        f"INFO  token refreshed in {n}ms; password check passed; key rotation: 2025-01-{n % 28 + 1:02}; secret=absent",
    )
    yield "keyboard", f"key: 'Enter', code: 'Enter', keyCode: 13; onKeyDown={{e => e.key === 'a{n}'}} accessKey=\"s\""
    yield "chunk", f"webpack://app/./src/token-{n}.js?{s.hex(4)} chunk-{s.of(UPPER, 8)}.mjs vendors~{s.hex(20)}.js"
    yield (
        "ours",
        f'{{"password": "<secret:password:{n}>", "Authorization": "Bearer <secret:authorization:{n}>"}} curl -u bob:<secret:password:{n}>',
    )
    yield (
        "serial",
        f"Serial Number: {':'.join(s.hex(2) for _ in range(16))}\nSHA1 Fingerprint={':'.join(s.hex(2).upper() for _ in range(20))}",
    )
    yield "port", f"docker run -p {n}:{n} -u {n} -a stdout app; mkdir -p a/b-{n}; cp -p x{n} y{n}; ps -u postgres1"
    yield "pass-verb", f"In addition you can pass `spec=True` or pass `autospec=some_object{n}` to use an object."
    yield (
        "pattern",
        'LONG_PAT = r"[a-zA-Z](?:[a-zA-Z0-9-]*)"; TOKEN_RE = "[0-9A-Fa-f]{1,4}"; print(f"password={password!r}")',
    )
    yield (
        "enum",
        f'KEY_PASSWORD = "settings_password_v{n % 9}"; token: v1.{n}.3-rc1+{s.hex(7)}; - secret: my-app-tls-v2',
    )
    yield "notice", f"password reset for user: bob{n}; generated token for client: web-app-{n % 90 + 10}"
    yield (
        "columns",
        f" token_type | count \n------------+-------\n access     | {n}\n\n| key | value |\n|---|---|\n| c | blue{n} |\n",
    )
    yield (
        "unset",
        'new PDO($dsn, $user, $password); echo "$PW" | docker login -u x --password-stdin; client.bearer_auth(token)',
    )
    yield (
        "dollars",
        f"awk '{{print $2, $6}}' x; price $2,{n % 900 + 100}; bcrypt hashes start with $2b$ or $2y$; `$argon2id$`",
    )
