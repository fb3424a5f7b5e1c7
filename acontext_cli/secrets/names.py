"""What a name promises: whether what is assigned to it is a secret, and of which kind."""

import re
from functools import lru_cache

from acontext_cli.secrets.values import words

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LOOSE = words(
    """prod production dev development staging stage test live main primary secondary old new current default base
    data value values val b64 base64 plain plaintext raw string str text confirm confirmation again repeat retype
    github gitlab aws gcp azure npm pypi docker slack openai anthropic db database a b c hex pem content contents
    body"""
)
_OTHER = words(
    """count counts counter type types name names id ids sid url urls uri uris endpoint path paths file files
    filename filepath dir folder length len size sizes limit limits budget usage used max min expiry expires
    expired expiration ttl age field fields input inputs label title hint help policy policies rule rules regex
    pattern patterns format formats hash hashes digest algorithm algo alg encoding encoder strength manager
    managers provider providers service store storage helper helpers ref refs reference prompt error errors
    message messages msg required enabled disabled valid invalid changed reset stdin env var variable index idx
    indices position pos range ranges class column columns attr attribute attributes prefix suffix version
    versions status state schema scope scopes header headers request response list map dict set sets generator
    factory handler callback validator validation parser stream ring rotation word words event events price cost
    costs rate rates ms seconds secs minutes on by at time date timeout bytes bits permission permissions role
    roles access model models cache holder pair pairs metadata info issuer audience source sources kind mode view
    page form dialog modal button component screen fingerprint thumbprint checksum mask estimate estimates total
    totals per window left remaining sum savings rotate rotation lifetime verification verifier grant review
    backend config configuration settings options params args action actions link links icon placeholder arn"""
)
_PASSWORD = re.compile(
    r"(?:password|passwd|passcode|pwd|psw|(?:bind|root|db|user|admin)pw"
    r"|(?:require|store|key|db|user|my|root|smtp|admin|ssh|become|mail|ftp|proxy|http|login|trust)pass)\Z"
)
_PASS = frozenset(("pass", "pw", "psk", "passe", "passwort"))
_TOKEN = re.compile(r"tokens?\Z")
_SECRET = re.compile(r"secrets?\Z")
_KEY = re.compile(
    r"(?:api|app|secret|access|private|account|auth|shared|master|signing|encryption|license|storage|priv|service"
    r"|session|admin|webhook|deploy|subscription|consumer)key\Z"
)
_KEYS = words(
    """api access secret private encryption encrypt decryption signing sign signature account shared master auth
    license storage service app application admin webhook hmac session cookie jwt crypto aes rsa ssh deploy client
    server root symmetric consumer subscription function functions integration ingest ingestion instance write
    read crypt cipher project org user rails flask django preshared unseal recovery fernet"""
)
_NO_KEYS = words(
    """public primary foreign cache sort partition hash group index lookup object routing idempotency translation
    lock map row column pub registry unique composite bucket dedup deduplication message field tree state react
    query locale i18n config env hot short shortcut"""
)
_NO_TOKENS = words(
    """next page continuation continue pagination max min eos bos pad unk sep cls mask special stop start end
    cancellation cancel input output total completion reasoning cached num n per first last resume sync change
    cursor previous prev prompt parent design lexer syntax punctuation concurrency"""
)


@lru_cache(maxsize=4096)
def promised(name: str) -> str:
    """The kind of secret that a name promises, or nothing."""
    words = [word.lower() for word in _PARTS.findall(name[2:] if name.startswith(("-D", "-P")) else name)]
    while words and (words[-1].isdigit() or words[-1] in _LOOSE) and len(words) > 1:
        words.pop()
    if not words or words[-1] in _OTHER:
        return ""
    found = _of_last(words, name)
    return found or (_inside(words, name) if _is_loud(name) else "")


def _is_loud(name: str) -> bool:
    """Whether it is written like an environment variable."""
    return name.rpartition(".")[2].isupper()


def _inside(words: list[str], name: str) -> str:
    """TOKEN_OF_SOMETHING: where environment variables put the kind first."""
    for size in range(len(words) - 1, 0, -1):
        if found := _of_last(words[:size], name):
            return found if words[size - 1] != "key" else ""
    return ""


def _of_last(words: list[str], name: str) -> str:
    last = words[-1]
    if last.endswith(("passphrase", "mnemonic")):
        return "passphrase"
    if _PASSWORD.search(last) or last in _PASS:
        return "password"
    if _TOKEN.search(last):
        return "" if _is_no_token(words) else "token"
    if _SECRET.search(last):
        return "secret" if last != "secrets" or len(words) > 1 else ""
    if last == "pat":
        return "token"
    if last == "salt":
        return "secret" if _is_loud(name) else ""
    if last in ("credential", "credentials", "cred", "creds"):
        return "credential"
    return _of_key(words, name)


def _is_no_token(words: list[str]) -> bool:
    before = words[:-1]
    if words[-1].removesuffix("s").removesuffix("token") in _NO_TOKENS:
        return True
    return words[-1].endswith("s") or bool(
        before and (before[-1] in _NO_TOKENS or before[0] in ("max", "num", "total"))
    )


def _of_key(words: list[str], name: str) -> str:
    last = words[-1]
    if last == "key" and len(words) > 1:
        before = words[-2]
        if words[-3:-1] == ["secret", "access"]:
            return "aws-secret-key"
        loud = _is_loud(name) and before not in _NO_KEYS
        if before in ("private", "signing", "encryption", "ssh", "rsa", "client") and not loud:
            return "private-key"
        return "api-key" if before in _KEYS or loud else ""
    if last in ("apikey", "apikeys"):
        return "api-key"
    return "api-key" if _KEY.search(last) else ""
