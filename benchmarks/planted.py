"""Secrets planted in the output of tools, and what looks like secrets and is none. Seeded, and made at run time.

No key stands here whole: each is put together from its parts, drawn at random, and belongs to nobody.
"""

# ruff: noqa: ARG005, E501, SIM905 - what tools print is as long as it is

import base64
import json
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from uuid import UUID

ALNUM = string.ascii_letters + string.digits
WIDE = ALNUM + "_-"
B64 = ALNUM + "+/"
UPPER = string.ascii_uppercase + string.digits
LOWER = string.ascii_lowercase + string.digits
WORDS = "gateway upstream service cache timeout orders billing search mailer report index worker queue latency".split()


@dataclass(frozen=True)
class Planted:
    """A text and what of it must go; of a look-alike nothing."""

    kind: str
    text: str
    secret: str = ""


class Source:
    """Random strings."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def of(self, signs: str, size: int) -> str:
        while True:
            made = "".join(self.random.choices(signs, k=size))
            if len(signs) < 20 or size < 12 or any(map(str.isdigit, made)):
                return made

    def hex(self, size: int) -> str:
        return self.of("0123456789abcdef", size)

    def base64(self, size: int) -> str:
        return base64.b64encode(self.random.randbytes(size)).decode()

    def uuid(self) -> str:
        return str(UUID(bytes=self.random.randbytes(16), version=4))

    def word(self) -> str:
        return self.random.choice(WORDS)

    def password(self) -> str:
        """As people choose them: words with digits and signs, or drawn by a password manager."""
        word = self.word().capitalize()
        return self.random.choice(
            (
                f"{word}{self.random.randint(10, 9999)}!",
                f"{word[:4]}-{self.of(LOWER, 5)}-{self.word()}",
                word.replace("e", "3").replace("o", "0").replace("a", "@") + "#" + self.of(string.digits, 2),
                self.of(ALNUM + "!#%*+", 14) + "7",
                self.of(ALNUM, 20),
            )
        )

    def jwt(self) -> str:
        head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
        body = json.dumps({"sub": self.uuid(), "iat": 1_700_000_000 + self.random.randint(0, 10**7)}).encode()
        return f"{head}.{base64.urlsafe_b64encode(body).decode().rstrip('=')}.{self.of(WIDE, 43)}"

    def pem(self, name: str = "RSA ", lines: int = 12) -> str:
        body = "\n".join(self.of(B64, 64) for _ in range(lines))
        return f"-----{'BEGIN'} {name}{'PRIVATE'} KEY-----\n{body}\n{self.of(B64, 22)}==\n-----END {name}{'PRIVATE'} KEY-----"


Make = Callable[[Source], str]

TOKENS: dict[str, Make] = {
    "github-classic": lambda s: "gh" + s.random.choice("pousr") + "_" + s.of(ALNUM, 36),
    "github-fine": lambda s: "github" + "_pat_" + s.of(ALNUM, 22) + "_" + s.of(ALNUM, 59),
    "gitlab": lambda s: "gl" + "pat-" + s.of(WIDE, 19) + "a",
    "aws-id": lambda s: "AK" + "IA" + s.of(string.ascii_uppercase + "234567", 16),
    "gcp-api": lambda s: "AI" + "za" + s.of(WIDE, 34) + "a",
    "openai": lambda s: "sk-" + "proj-" + s.of(WIDE, 74) + "T3Blbk" + "FJ" + s.of(WIDE, 74),
    "openai-old": lambda s: "sk" + "-" + s.of(ALNUM, 20) + "T3Blbk" + "FJ" + s.of(ALNUM, 20),
    "anthropic": lambda s: "sk-" + "ant-api03-" + s.of(WIDE, 93) + "AA",
    "huggingface": lambda s: "h" + "f_" + s.of(ALNUM, 34),
    "google-secret": lambda s: "GOC" + "SPX-" + s.of(WIDE, 28),
    "google-access": lambda s: "ya" + "29.a0" + s.of(WIDE, 160),
    "slack-bot": lambda s: "xo" + f"xb-{s.of('123456789', 12)}-{s.of('123456789', 13)}-{s.of(ALNUM, 24)}",
    "telegram": lambda s: s.of("123456789", 10) + ":A" + "A" + s.of(WIDE, 32) + "k",
    "discord": lambda s: "MT" + s.of(ALNUM, 24) + "." + s.of(ALNUM, 6) + "." + s.of(WIDE, 38),
    "stripe": lambda s: s.random.choice("sr") + "k_" + s.random.choice(("live_", "test_")) + s.of(ALNUM, 24),
    "stripe-hook": lambda s: "wh" + "sec_" + s.of(ALNUM, 32),
    "twilio": lambda s: "S" + "K" + s.hex(32),
    "sendgrid": lambda s: "S" + "G." + s.of(WIDE, 22) + "." + s.of(WIDE, 42) + "k",
    "mailgun": lambda s: "ke" + "y-" + s.hex(32),
    "npm": lambda s: "np" + "m_" + s.of(ALNUM, 36),
    "pypi": lambda s: "py" + "pi-AgEIcHlwaS5vcmcC" + s.of(WIDE, 150),
    "dockerhub": lambda s: "dckr" + "_pat_" + s.of(WIDE, 27),
    "digitalocean": lambda s: "do" + "p_v1_" + s.hex(64),
    "netlify": lambda s: "nf" + "p_" + s.of(ALNUM, 36),
    "databricks": lambda s: "da" + "pi" + s.hex(32),
    "newrelic": lambda s: "NR" + "AK-" + s.of(UPPER, 27),
    "shopify": lambda s: "sh" + "pat_" + s.hex(32),
    "square": lambda s: "sq" + "0atp-" + s.of(WIDE, 22),
    "linear": lambda s: "lin" + "_api_" + s.of(ALNUM, 40),
    "notion": lambda s: "nt" + "n_" + s.of(ALNUM, 46),
    "airtable": lambda s: "pa" + "t" + s.of(ALNUM, 14) + "." + s.hex(64),
    "atlassian": lambda s: "ATA" + "TT3xFfGF0" + s.of(WIDE, 170) + "=" + s.of("0123456789ABCDEF", 8),
    "figma": lambda s: "fi" + "gd_" + s.of(WIDE, 40),
    "postman": lambda s: "PM" + "AK-" + s.hex(24) + "-" + s.hex(34),
    "terraform": lambda s: s.of(ALNUM, 14) + ".atlas" + "v1." + s.of(ALNUM, 66),
    "vault": lambda s: "hv" + "s." + s.of(ALNUM, 24),
    "grafana": lambda s: "gl" + "sa_" + s.of(ALNUM, 32) + "_" + s.hex(8),
    "supabase": lambda s: "sb" + "p_" + s.hex(40),
    "doppler": lambda s: "dp." + "pt." + s.of(ALNUM, 43),
    "age": lambda s: "AGE-" + "SECRET-KEY-1" + s.of(UPPER, 58),
    "groq": lambda s: "gs" + "k_" + s.of(ALNUM, 52),
    "sentry": lambda s: "snt" + "rys_" + s.of(ALNUM, 60),
    "jwt": lambda s: s.jwt(),
    "azure-client": lambda s: s.of(ALNUM, 3) + "8" + "Q~" + s.of(WIDE, 34),
}
"""Keys that show what they are, wherever they stand."""


def _env(name: str, value: str, s: Source) -> str:
    return (
        f"PATH=/usr/local/bin:/usr/bin\nHOME=/root\n{name}={value}\nLANG=C.UTF-8\nPORT={s.random.randint(3000, 9000)}"
    )


def _header(_: str, value: str, s: Source) -> str:
    return f"> GET /v1/{s.word()} HTTP/2\n> Host: api.example.org\n> User-Agent: curl/8.5.0\n> Authorization: Bearer {value}\n> Accept: */*"


TOKEN_PLACES: tuple[Callable[[str, str, Source], str], ...] = (
    _env,
    _header,
    lambda n, v, s: f"remote: error\n$ git push https://x:{v}@git.example.org/{s.word()}.git\n",
    lambda n, v, s: json.dumps({"id": s.uuid(), "data": {n.lower(): v, "created": 1712345678}}, indent=2),
    lambda n, v, s: f"client = Client({n.lower()!r}, {v!r}, timeout=30)\nclient.ping()",
    lambda n, v, s: f"2026-03-26T10:00:0{s.random.randint(0, 9)}Z WARN {s.word()}: request with {v} was refused (401)",
    lambda n, v, s: f"-  {s.word()}: {v}\n+  {s.word()}: ${{{n}}}\n",
    lambda n, v, s: (
        f"Error: invalid credentials '{v}'\n    at Client.send (/app/src/client.js:{s.random.randint(1, 400)}:15)"
    ),
    lambda n, v, s: json.dumps({"stdout": f"export {n}={v}\nok\n", "code": 0}),
    lambda n, v, s: f"  412  export {n}={v}\n  413  make deploy\n",
)

NAMED: dict[str, tuple[str, Make]] = {
    "aws-secret": ("AWS_SECRET_ACCESS_KEY", lambda s: s.of(B64, 40)),
    "datadog": ("DD_API_KEY", lambda s: s.hex(32)),
    "cloudflare": ("CLOUDFLARE_API_TOKEN", lambda s: s.of(WIDE, 39) + "x"),
    "heroku": ("HEROKU_API_KEY", lambda s: s.uuid()),
    "vercel": ("VERCEL_TOKEN", lambda s: s.of(ALNUM, 24)),
    "twilio-auth": ("TWILIO_AUTH_TOKEN", lambda s: s.hex(32)),
    "client-secret": ("OAUTH_CLIENT_SECRET", lambda s: s.of(WIDE, 31) + "x"),
    "django": ("SECRET_KEY", lambda s: s.of(LOWER + "!@#%^&*(-_=+)", 50)),
    "jwt-secret": ("JWT_SECRET", lambda s: s.base64(32)),
    "azure-storage": ("AZURE_STORAGE_ACCOUNT_KEY", lambda s: s.base64(64)),
    "encryption": ("ENCRYPTION_KEY", lambda s: s.hex(64)),
    "db-password": ("DB_PASSWORD", lambda s: s.password()),
    "pg-password": ("PGPASSWORD", lambda s: s.password()),
    "redis-password": ("REDIS_PASSWORD", lambda s: s.password()),
    "smtp-password": ("SMTP_PASS", lambda s: s.password()),
    "admin-password": ("ADMIN_PASSWORD", lambda s: s.password()),
}


def _camel(name: str) -> str:
    first, *rest = name.lower().split("_")
    return first + "".join(map(str.capitalize, rest))


NAMED_PLACES: tuple[Callable[[str, str, Source], str], ...] = (
    _env,
    lambda n, v, s: f"{s.word()}:\n  {n.lower()}: {json.dumps(v)}\n  port: 5432\n",
    lambda n, v, s: json.dumps({_camel(n): v, "region": "eu-west-1"}),
    lambda n, v, s: f"[default]\n{n.lower()} = {v}\nregion = eu-west-1\n",
    lambda n, v, s: f'{n.lower()} = "{v}"  # rotate me\n',
    lambda n, v, s: f"const config = {{ {_camel(n)}: '{v}', retries: 3 }};",
    lambda n, v, s: f"$ deploy --{n.lower().replace('_', '-')} '{v}' --region eu-west-1\ndone",
    lambda n, v, s: json.dumps([{"Config": {"Env": [f"{n}={v}", "PATH=/bin"], "Image": "app:1.4"}}]),
    lambda n, v, s: f"        - name: {n}\n          value: {json.dumps(v)}\n",
    lambda n, v, s: f"-{n}={s.word()}\n+{n}={v}\n",
)


def carried(s: Source) -> Iterator[Planted]:
    """What only its place shows to be a secret."""
    for scheme in ("postgres", "postgresql", "mysql", "mongodb+srv", "redis", "amqp", "https", "ftp"):
        for place in ("DATABASE_URL={}\n", "could not connect to {}: timeout", 'engine = create_engine("{}")'):
            word = s.password().replace("#", "x").replace("%", "y").replace("@", "a").replace("!", "1")
            user = "" if scheme == "redis" else s.word()
            yield Planted(
                "url-" + scheme.rstrip("ql"),
                place.format(f"{scheme}://{user}:{word}@{s.word()}.internal:5432/app"),
                word,
            )
    for _ in range(8):
        pair = base64.b64encode(f"{s.word()}:{s.password()}".encode()).decode()
        yield Planted("basic", f"curl -H 'Authorization: Basic {pair}' https://api.example.org", pair)
        yield Planted(
            "docker-auth", json.dumps({"auths": {"https://index.docker.io/v1/": {"auth": pair}}}, indent=1), pair
        )
        opaque = s.of(ALNUM, 40)
        yield Planted("bearer", f'headers = {{"Authorization": "Bearer {opaque}", "Accept": "*/*"}}', opaque)
        yield Planted("bearer", f'curl -sS -H "Authorization: token {opaque}" https://api.example.org/user', opaque)
        session = s.of(ALNUM, 26)
        yield Planted("cookie", f"> Cookie: theme=dark; sessionid={session}; lang=en\n", session)
        yield Planted("set-cookie", f"< set-cookie: sid=s%3A{session}; Path=/; HttpOnly; Secure\n", session)
        word = s.password()
        yield Planted("curl-user", f"curl -u {s.word()}:{word} https://example.org", word)
        yield Planted("netrc", f"machine example.org login {s.word()} password {word}\n", word)
        yield Planted("mysql", f"mysql -h db -u root -p{word} shop < dump.sql", word)
        yield Planted("sshpass", f"sshpass -p '{word}' ssh root@10.0.0.5", word)
        yield Planted("dotnet", f"Server=tcp:db,1433;User ID=sa;Password={word};Encrypt=True;", word)
        yield Planted("xml", f"<server><username>ci</username><password>{word}</password></server>", word)
        yield Planted("properties", f"spring.datasource.password={word}\nspring.jpa.show-sql=true", word)
        key = s.of(LOWER, 32)
        yield Planted("query", f"GET /v1/data?limit=10&access_token={key}&page=2 HTTP/1.1", key)
        sig = s.base64(32).replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
        yield Planted("sas", f"https://acct.blob.core.windows.net/c?sv=2022-11-02&se=2026-01-01&sig={sig}&sp=r", sig)
        hook = s.of(ALNUM, 24)
        place = f"T{s.of(UPPER, 10)}/B{s.of(UPPER, 10)}"
        yield Planted("slack-hook", f"POST https://hooks.{'slack.com'}/services/{place}/{hook} 200", hook)
        hook = s.of(WIDE, 68)
        yield Planted("discord-hook", f"https://discord.com/api/webhooks/{s.of('123456789', 18)}/{hook}", hook)
        yield Planted("npmrc", f"//registry.example.org/:_authToken={key}\nalways-auth=true", key)
        secret = s.of(B64, 40)
        yield Planted("aws-pair", f"AK{'IA'}{s.of(UPPER, 16)},{secret}", secret)
        encoded = base64.b64encode(word.encode()).decode()
        yield Planted("k8s-secret", f"apiVersion: v1\ndata:\n  password: {encoded}\nkind: Secret\n", encoded)


def keys(s: Source) -> Iterator[Planted]:
    for name in ("RSA ", "EC ", "OPENSSH ", "", "ENCRYPTED ", "DSA "):
        block = s.pem(name)
        body = block.split("\n")[3]
        yield Planted("pem", f"$ cat key.pem\n{block}\n$ ls", body)
        yield Planted("pem-json", json.dumps({"type": "service_account", "private_key": block + "\n"}), body)
        yield Planted("pem-yaml", "tls:\n  key: |\n" + "".join(f"    {line}\n" for line in block.split("\n")), body)
        yield Planted("pem-read", "".join(f"{n:6}→{line}\n" for n, line in enumerate(block.split("\n"), 1)), body)
    encoded = base64.b64encode(s.pem("EC ").encode()).decode()
    yield Planted("kubeconfig", f"users:\n- user:\n    client-key-data: {encoded}\n", encoded)


def secrets(seed: int = 1) -> list[Planted]:
    s = Source(seed)
    found: list[Planted] = []
    for number, (kind, make) in enumerate(TOKENS.items()):
        for step in range(6):
            value = make(s)
            place = TOKEN_PLACES[(number + step) % len(TOKEN_PLACES)]
            found.append(Planted(kind, place(kind.upper().replace("-", "_") + "_TOKEN", value, s), value))
    for number, (kind, (name, make)) in enumerate(NAMED.items()):
        for step in range(len(NAMED_PLACES)):
            value = make(s)
            found.append(Planted(kind, NAMED_PLACES[(number + step) % len(NAMED_PLACES)](name, value, s), value))
    return [*found, *carried(s), *keys(s)]


def look_alikes(seed: int = 2, rounds: int = 40) -> list[Planted]:
    s = Source(seed)
    return [Planted(kind, text) for _ in range(rounds) for kind, text in _look_alikes(s)]


def _look_alikes(s: Source) -> Iterator[tuple[str, str]]:
    sha, digest, n = s.hex(40), s.hex(64), s.random.randint(1, 9999)
    yield "uuid", f'{{"id": "{s.uuid()}", "request_id": "{s.uuid()}", "parentUuid": "{s.uuid()}"}}'
    yield "commit", f"commit {sha}\nMerge: {sha[:7]} {s.hex(7)}\nAuthor: A B <a@example.org>"
    yield "commit-link", f"https://github.com/o/r/commit/{sha} and HEAD is now at {sha[:9]}"
    yield "digest", f"sha256:{digest}\nStatus: Downloaded newer image for node@sha256:{s.hex(64)}"
    yield (
        "integrity",
        f'"resolved": "https://registry.example.org/a/-/a-{n}.1.0.tgz",\n"integrity": "sha512-{s.base64(64)}"',
    )
    yield "lock", f'{{file = "a-{n}.whl", hash = "sha256:{digest}"}},'
    yield "go-sum", f"golang.org/x/net v0.{n}.0 h1:{s.base64(32)}"
    yield (
        "path",
        f"/home/dev/projects/{s.word()}-{s.word()}/src/main/java/org/example/{s.word().capitalize()}TokenProviderTest{n}.java",
    )
    yield "image", f"data:image/png;base64,iVBORw0KGgo{s.base64(600)}"
    yield "image-block", json.dumps({"type": "image", "source": {"type": "base64", "data": s.base64(900)}})
    yield (
        "source-map",
        '{"version":3,"mappings":"' + ";".join(s.of(ALNUM, 4) + "," + s.of(ALNUM, 5) for _ in range(30)) + '"}',
    )
    yield "hex-dump", "\n".join(f"{i:08x}  {' '.join(s.hex(2) for _ in range(16))}  |{'.' * 16}|" for i in range(4))
    yield "call-id", f'{{"tool_call_id": "call_{s.of(ALNUM, 24)}", "id": "toolu_{s.of(ALNUM, 24)}"}}'
    yield (
        "message-id",
        f'{{"id": "msg_{s.of(ALNUM, 24)}", "request": "req_{s.of(ALNUM, 24)}", "chat": "chatcmpl-{s.of(ALNUM, 29)}"}}',
    )
    yield "certificate", f"-----BEGIN CERTIFICATE-----\n{s.of(B64, 64)}\n{s.of(B64, 64)}\n-----END CERTIFICATE-----"
    yield "public-key", f"-----BEGIN PUBLIC KEY-----\n{s.of(B64, 64)}\n{s.of(B64, 40)}\n-----END PUBLIC KEY-----"
    yield "ssh-public", f"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ{s.of(B64, 300)} dev@laptop"
    yield "ssh-public", f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{s.of(B64, 43)} dev@laptop"
    yield "fingerprint", f"256 SHA256:{s.of(B64, 43)} dev@laptop (ED25519)"
    yield "known-host", f"|1|{s.base64(20)}|{s.base64(20)} ssh-rsa AAAAB3Nza{s.of(B64, 80)}"
    yield "version", f"Python 3.11.{n}, node v20.{n}.1, pkg-{n}.4.2-rc.1+build.{s.hex(7)}"
    yield "asset", f"dist/assets/index-{s.of(ALNUM, 8)}.js   {n}.12 kB │ gzip: 4.1 kB\nmain.{s.hex(20)}.css"
    yield "css", f".sc-{s.of(LOWER, 6)}-{n}.css-{s.of(LOWER, 7)}{{color:#{s.hex(6)}}}"
    yield (
        "minified",
        f"function {s.of(string.ascii_letters, 2)}(t,e){{return t.token=e.token||n({n}),e.key=r}}var a=s({n})",
    )
    yield (
        "max-tokens",
        f'{{"max_tokens": {n}, "input_tokens": {n}, "cache_read_input_tokens": {n}1, "token_count": {n}}}',
    )
    yield "usage", f"token_count={n} tokens_used: {n} total_tokens={n}"
    yield "tokenizer", f'tokenizer = AutoTokenizer.from_pretrained("org/model-{n}b"); tokenizer.pad_token = "[PAD]"'
    yield (
        "prose",
        f"The password must be at least {n % 20} characters; the token count is {n}. Reset your password here.",
    )
    yield "prose", "Password authentication failed for user postgres; the secret is to use the same key twice."
    yield (
        "signature",
        f"def login(username: str, password: str, token: str | None = None, timeout{n}: int = 3) -> Token:",
    )
    yield "environ", f'password=os.environ["DB_PASSWORD_{n}"], api_key=os.getenv("API_KEY"), token=settings.TOKEN_{n}'
    yield "process-env", f"const token = process.env.GITHUB_TOKEN_{n}; const apiKey = config.get('apiKey{n}');"
    yield "variable", f'curl -H "Authorization: Bearer ${{TOKEN_{n}}}" -u "$USER:$PASSWORD" https://example.org'
    yield "workflow", f"password: ${{{{ secrets.DOCKER_PASSWORD_{n} }}}}\n  token: ${{{{ secrets.GITHUB_TOKEN }}}}"
    yield "template", f"DB_PASSWORD={{{{ .Values.db.password{n} }}}}\nAPI_KEY=%API_KEY%\nSECRET=@secret{n}@"
    yield "angle", f"API_KEY=<your-api-key-{n}>\nTOKEN=<token>\npassword: <password>"
    yield "masked", f"API_KEY=xxxxxxxxxxxxxxxxxxxx{n}\nTOKEN=********\npassword: ●●●●●●●●\nAuthorization: Bearer ***"
    yield "dummy", "password=changeme\npassword: password\nDB_PASSWORD=postgres\nSECRET_KEY=your-secret-key-here"
    yield "dummy-key", "OPENAI_API_KEY=sk-your-key-here\nGITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    yield (
        "example-key",
        "aws_access_key_id = AKIA"
        + "IOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY"
        + "EXAMPLEKEY",
    )
    yield (
        "example-url",
        f"postgres://user:password@localhost:5432/db{n} and https://user:pass@example.org and redis://:${{PW}}@r",
    )
    yield "plain-url", f"http://localhost:{n}/@vite/client https://registry.example.org:443/@scope/pkg/-/pkg-{n}.tgz"
    yield "ssh-url", f"git@github.com:org/repo{n}.git ssh://git@example.org:22/repo.git user@host:/var/lib/{s.word()}"
    yield "openapi", '{"password": {"type": "string", "format": "password"}, "token": "string", "apiKey": "required"}'
    yield "i18n", '{"password": "Passwort", "forgotPassword": "Forgot your password?", "token": "Zugangsschlüssel"}'
    yield "k8s-ref", f"secretName: {s.word()}-tls-{n}\nsecretKeyRef:\n  name: {s.word()}-db\n  key: password-{n}"
    yield (
        "keys",
        f'{{"cache_key": "{s.hex(32)}", "primary_key": "id{n}", "key": "{s.word()}-{n}", "sort_key": "{s.uuid()}"}}',
    )
    yield (
        "page-token",
        f'{{"nextPageToken": "{s.of(ALNUM, 40)}", "next_token": "{s.base64(40)}", "keyId": "{s.hex(16)}"}}',
    )
    yield (
        "react",
        f'<input type="password" id="password{n}" name="password" key={{item.id}} className="token-{s.of(LOWER, 5)}" />',
    )
    yield "model", f"model: claude-sonnet-4-5-2025{n:04} / gpt-4o-mini-2024-07-18 / text-embedding-3-small / us-east-1"
    yield (
        "etag",
        f'etag: W/"{s.hex(32)}"\nx-amz-request-id: {s.of(UPPER, 16)}\nx-amz-id-2: {s.base64(56)}\nnel: {{"max_age":{n}}}',
    )
    yield "trace", f"traceparent: 00-{s.hex(32)}-{s.hex(16)}-01\nx-request-id: {s.hex(32)}\ncf-ray: {s.hex(16)}-FRA"
    yield "arn", f"arn:aws:secretsmanager:eu-west-1:{s.of('123456789', 12)}:secret:prod/{s.word()}-{s.of(ALNUM, 6)}"
    yield "container", f'{s.hex(12)}   app:1.{n}   "docker-entrypoint"   3 days ago\n{s.hex(64)}'
    yield "nix", f"/nix/store/{s.of('0123456789abcdfghijklmnpqrsvwxyz', 32)}-python3-3.11.{n}/bin/python3"
    yield "test-name", f"PASSED tests/test_auth.py::test_token_is_refreshed_after_{n}_seconds[password-reset-{n}]"
    yield (
        "error",
        f"KeyError: 'api_key' at line {n}; TypeError: token() missing 1 required positional argument: 'secret'",
    )
    yield (
        "flags",
        f"usage: app [--password PASSWORD] [--token TOKEN] [--api-key KEY] [-p PORT{n}]\ndocker run -p {n}:80 -u 1000:1000 app",
    )
    yield (
        "sql",
        f"ALTER TABLE users ADD COLUMN password_hash VARCHAR({n}); CREATE INDEX token_idx{n} ON tokens (token);",
    )
    yield (
        "ours",
        f"GITHUB_TOKEN=<secret:github-token:{n}>\npostgres://u:<secret:url-password:{n}>@db/x\nAuthorization: Bearer <secret:authorization:{n}>",
    )
    yield (
        "code",
        f"const secret{n} = await getSecret('db-password-{n}');\npassword = getpass.getpass('Password: ')\nself._token = token",
    )
    yield (
        "stripe-public",
        f"pk_live_{s.of(ALNUM, 24)} pk_test_{s.of(ALNUM, 24)} price_{s.of(ALNUM, 24)} cus_{s.of(ALNUM, 14)}",
    )
    yield "analytics", f"G-{s.of(UPPER, 10)} UA-{n}1234-1 GTM-{s.of(UPPER, 7)} ca-pub-{s.of('123456789', 16)}"
