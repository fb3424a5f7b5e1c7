"""What a value looks like: drawn at random, chosen by a person, a word, a placeholder, a piece of code."""

import re
from collections import Counter
from math import log2

_DUMMY = re.compile(
    r"x{4,}|\*{3,}|\.{3}|…|_{8,}|#{4,}|[•●]|(?<![0-9a-z])0{8,}|1234567890|abcdefghij|0123456789|example|placeholder"
    r"|your[-_ ]?|change[-_ ]?(?:me|it|this)|dummy|fake|redacted|removed|masked|hidden|insert|replace[-_ ]|todo|fixme"
    r"|not[-_]?a?[-_]?real|foobar|deadbeef|lorem",
    re.IGNORECASE,
)
_LONG = 80
_ENOUGH = 256


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_COMMON = words(
    """password passwd passphrase pass pwd secret secrets token apikey key test testing tests tester admin
    administrator root guest user username postgres postgresql mysql mariadb redis mongo rabbitmq oracle default
    changeme changeit letmein qwerty welcome none null nil undefined true false yes no on off string str text int
    integer number boolean bool bytes object any unknown required optional empty missing invalid valid wrong
    correct incorrect incorrectpassword wrongpassword mypassword mypass mysecret mysecretpassword mytoken mykey
    notset unset blank value hello world foo bar baz qux demo dev develop development prod production staging
    local localhost sample temp tmp type hash encrypted plain plaintext basic bearer oauth oauth2 auth0 jwt ssh
    rsa aes sha1 sha256 sha512 md5 hs256 rs256 es256 base64 utf8 utf-8 file env environment prompt stdin vault
    secretsmanager session disabled enabled active inactive pending expired revoked superuser anonymous minioadmin
    sa dummy fake x-oauth-basic"""
)
_EXAMPLE = re.compile(
    r"(?:my|test|the|new|old|wrong|bad|some|super|valid|invalid|user|admin)[-_]?(?:pass(?:word|wd)?|pw|secret|token|key)"
)
_NAME = re.compile(r"[a-z]+(?:[-_.][a-z]+)+[-_.]?v\d{1,2}")
_PIECE = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z]?[a-z]{2}|[A-Z]{3})(?![A-Za-z0-9])|[A-Z]?[a-z]{3,}|[A-Z]{4,}(?![a-z])")
_DIGITS = re.compile(r"\d+")
_BREAKS = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Za-z])|(?<=[A-Z])(?=[0-9])")
_VOWELS = frozenset("aeiouyAEIOUY")
_CLUSTER = re.compile(r"[bcdfghjklmnpqrstvwxz]{5,}", re.IGNORECASE)
_CODE = re.compile(
    r"\$\{|\$\(|\{\{|<[^<>\s]{1,80}>|&lt;|%\(\w*\)[sdr]|%[sdr](?!\w)|\A\$[A-Z_a-z]\w*\Z|\$(?-i:[A-Z_]{3,})\w*\Z"
    r"|\A\$env:|\A%\w+%\Z|\A\{[^{}]*\}\Z|\A\[[^\[\]]*\]\Z|\A\{[A-Z_][\w.!]*\Z|\A[#@]\{|\A![A-Z_]+\Z|\A@[A-Z_]+\Z|\A@\w+@\Z|<secret:"
    r"|\(\?[:=!<]|0-9a-z|a-z0-9|a-zA-Z|\{\d{1,3},\d{0,3}\}",
    re.IGNORECASE,
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DIGEST = re.compile(r"(?:sha(?:1|224|256|384|512)|md5)[-:=]", re.IGNORECASE)
_PLACE = re.compile(r"\A(?:[a-z]+://|~?/|\.{1,2}/|[A-Za-z]:[\\/])", re.IGNORECASE)
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]|\Z)|\Av?\d+(?:\.\d+){1,3}(?:-?(?:a|b|rc|alpha|beta|dev|pre)[\w.+-]{0,40})?\Z"
)


def is_dummy(text: str) -> bool:
    """Whether it plainly stands for a secret without being one."""
    if len(text) > _LONG:
        return "EXAMPLE" in text or "<secret:" in text or len(set(text)) < 8
    if _DUMMY.search(text) or _CODE.search(text):
        return True
    return len(text) >= 12 and len(set(text)) < 6


def is_common(text: str) -> bool:
    """Whether it is a word that stands in every example, with or without a number behind it."""
    word = text.lower().strip("-_.!")
    stem = word.rstrip("0123456789!@#$")
    return word in _COMMON or stem in _COMMON or not word or _EXAMPLE.fullmatch(stem) is not None


def is_plain(text: str) -> bool:
    """Whether it is something else that programs write: a date, a version, a digest with its name, a path."""
    return bool(_DATE.search(text) or _DIGEST.match(text)) or is_place(text)


def is_place(text: str) -> bool:
    """Whether it is a path or an address."""
    if _PLACE.match(text):
        return len(text) < 24 or "://" in text or _wordy(text) > 0.3
    return text.count("/") >= 1 and _wordy(text) > 0.5 and text[-1] != "="


def is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


def is_random(text: str) -> bool:
    """Whether it looks drawn at random, as far as its beginning tells: no words, many different signs."""
    text = text[:_ENOUGH]
    if len(text) < 8 or is_dummy(text) or _NAME.fullmatch(text):
        return False
    if not any(map(str.isdigit, text)):
        return _is_random_without_digits(text)
    if not any(map(str.isalpha, text)):
        return False
    return (_wordy(text) <= 0.55 or _is_mixed(text)) and entropy(text) >= (2.5 if len(text) < 16 else 2.9)


def is_dense(text: str) -> bool:
    """Whether it looks drawn from all signs of a keyboard: no program and no person writes so."""
    if len(text) < 32 or "\n" in text:
        return False
    signs = {sign for sign in set(text) if not sign.isalnum() and sign not in "-_./ "}
    return len(signs) >= 8 and _has_all(text) and entropy(text) >= 4.5 and _wordy(text) < 0.25


def _has_all(text: str) -> bool:
    return any(map(str.isdigit, text)) and any(map(str.isupper, text)) and any(map(str.islower, text))


def is_chosen(text: str) -> bool:
    """Whether a person may have chosen it for a password: letters with digits or signs, or a long row of words."""
    if len(text) < 5 or is_common(text) or is_dummy(text):
        return False
    if _NAME.fullmatch(text):
        return False
    letters, digits = sum(map(str.isalpha, text)), sum(map(str.isdigit, text))
    signs = len(text) - letters - digits - sum(map(text.count, "-_./"))
    if letters and (digits or signs):
        return len(text) >= 6
    if not letters:
        return digits >= 6
    return is_random(text) or _is_row_of_words(text)


def entropy(text: str) -> float:
    """Bits a sign."""
    return -sum(n / len(text) * log2(n / len(text)) for n in Counter(text).values())


def _is_random_without_digits(text: str) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    if len(letters) < 12 or not text.isascii() or entropy(text) < 3:
        return False
    if text.isalpha() and _is_patchwork(text):
        return True
    if len(text) < 16:
        return False
    vowels = sum(sign in _VOWELS for sign in letters) / len(letters)
    return vowels < 0.28 and _wordy(text) < 0.5


def _is_patchwork(text: str) -> bool:
    """Whether its capitals part it into pieces that are no words, unlike those of a name of a program."""
    pieces = _PATCH.findall(text)
    odd = sum((len(piece) < 3 and piece.lower() not in _SHORT) or _VOWELS.isdisjoint(piece) for piece in pieces)
    return len(pieces) >= 4 and odd >= 0.4 * len(pieces)


_PATCH = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SHORT = words(
    """a an as at be by db do fs go gb hi id if in io ip is it js kb mb md me my no of ok on or os py so to ts ui up us
    vm we"""
)


def _is_mixed(text: str) -> bool:
    """Whether digits and capitals stand about in it more densely than in any name of a program."""
    if len(text) < 20 or not text.replace(".", "").isalnum():
        return False
    return len(_DIGITS.findall(text)) >= 3 or len(_BREAKS.findall(text)) >= 0.25 * len(text)


def _is_row_of_words(text: str) -> bool:
    words = re.split(r"[-. ]", text)
    common = sum(map(is_common, words)) / len(words)
    if (
        len(text) < 14
        or len(words) < 3
        or common >= 0.4
        or re.search("pass|secret|token|key|your", text, re.IGNORECASE)
    ):
        return False
    return len(words) >= 4 or not (text.islower() or text.isupper()) or _CLUSTER.search(text) is not None


def _wordy(text: str) -> float:
    """How much of it is words."""
    size = 0
    for piece in _PIECE.findall(text):
        vowels = sum(sign in _VOWELS for sign in piece)
        least = 0.3 if piece.isupper() else 0.2
        if least <= vowels / len(piece) <= 0.75 and not _CLUSTER.search(piece):
            size += len(piece)
    return size / len(text)
