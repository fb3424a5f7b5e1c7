"""How alike two entries are: the words that carry them, the names that decide, the values that they give."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from acontext_cli.gates.said import STEPS, said, without_ours

_WORD = re.compile(r"[^\W_][\w'’]*(?:[-_./:][\w]+)*|[^\W_]", re.UNICODE)
_SPAN = re.compile(r"`([^`\n]{1,200})`")
_PLACEHOLDER = re.compile(r"<[^<>\n]{1,60}>")
_VALUE = re.compile(r"\d[\d.,:]*(?:%|[a-z]{1,3})?", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.;!?])\s+|\n|[“”]")
_GIVES = re.compile(
    r"\b(?:is|are|was|were|equals?|defaults? to|set to|ports?|version|limit(?:ed)? to|named|called|at|uses?|every"
    r"|costs?|expires?|has|have|takes?|allows?|lasts?|needs?)\b|[=:]",
    re.IGNORECASE,
)
"""How a fact gives a value."""
_INSTEAD = re.compile(
    r"\b(?:use|uses|using|prefer|prefers|run|choose|take|wants?)\s+(?P<so>.{2,80}?)\s*,?\s+"
    r"(?:not|instead of|rather than|over|and not|never)\s+(?:to |the |with )?(?P<not>.{2,80}?)"
    r"(?=$|[.;,]|\s(?:for|in|when|to|on|here)\b)",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(
    r"\b(?:never|not|no longer|cannot|avoid|avoids|forbid(?:s|den)?|refuses?|without|neither|nor|stop|don['’]?t"
    r"|mustn['’]?t|can['’]?t)\b|n['’]t\b",
    re.IGNORECASE,
)
_POLAR = frozenset(
    str.split(
        "always never not no longer cannot avoid avoids forbid forbids forbidden refuse refuses without neither nor "
        "stop dont mustnt cant don't mustn't can't do does should must may can will be it is are was were has have "
        "had to a an the of in on for and or that this these those they them their its with as by from at so then "
        "there here which who whom than if when into"
    )
)
"""Words that say nothing of the subject."""
_EMPTY = _POLAR | frozenset(
    str.split(
        "user said wants want please always every each any you your i my me we our he she his her also just only "
        "very more most"
    )
)
_PAIRS = (
    "enable disable, enabled disabled, before after, on off, allow deny, allowed denied, increase decrease, raise lower"
    ", true false, first last, start stop, accept reject, supports lacks, open closed, upper lower, above below"
    ", more less, succeeds fails, required optional, include exclude, safe unsafe, works fails"
)
_OPPOSITES = {
    word: (pair.split()[0], sign)
    for pair in _PAIRS.split(", ")
    for word, sign in zip(pair.split(), (1, -1), strict=True)
}
"""The word that a word is the opposite of, or stands for."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an entry."""

    words: frozenset[str]
    """Its words but for values, signs and what is in every sentence."""
    values: frozenset[str]
    is_fact: bool
    """Whether it gives a value to something."""
    sign: int
    """1, or -1 where it says that something is not, or not to be."""
    instead: tuple[frozenset[str], frozenset[str]] | None
    """What is to be used, and what not."""
    text: str


@dataclass(frozen=True, slots=True)
class Profile:
    """An entry, for comparing."""

    title: str
    words: frozenset[str]
    names: frozenset[str]
    """What decides: tools, settings, paths, codes."""
    claims: tuple[Claim, ...]


@lru_cache(maxsize=2_048)
def profile(text: str) -> Profile:
    """An entry, for comparing."""
    told = list(without_ours(text))
    bare = "\n".join(_PLACEHOLDER.sub(" ", each.text) for each in told)
    title = next((each.text for each in said(text) if each.field == "title"), "")
    claims = tuple(claim for each in told if each.field not in (STEPS, "title") for claim in _claims(each.text))
    names = {word for word in _words(bare) if _is_name(word)} | set(_spans(bare))
    names |= {word for word in _content(title) if word in _TELLING}
    return Profile(title, frozenset(_content(bare)), frozenset(names), claims)


def is_same(new: Profile, old: Profile) -> bool:
    """Whether two entries say the same: neither has a name that the other lacks, and most words are in both."""
    if (new.names - old.names and old.names - new.names) or not new.words or not old.words:
        return False
    together = len(new.words & old.words)
    alike = together / len(new.words | old.words)
    shared = len(new.names & old.names) / (len(new.names | old.names) or 1)
    inside = together / min(len(new.words), len(old.words))
    told = {(claim.words, claim.values, claim.sign) for claim in old.claims}
    if all((claim.words, claim.values, claim.sign) in told for claim in new.claims) and _telling(new):
        return True
    if together >= 6 and together >= 0.85 * len(new.words):
        return True
    return alike >= 0.72 or (shared >= 0.6 and (alike >= 0.5 or (inside >= 0.75 and together >= 6)))


def _telling(new: Profile) -> bool:
    """Whether its sentences say enough to be the same by chance no more."""
    return bool(new.claims) and all(len(claim.words) + len(claim.values) >= 2 for claim in new.claims)


def contradiction(new: Profile, old: Profile) -> str:
    """What an entry says against another, in words; empty where it says nothing against it."""
    for one in new.claims:
        for other in old.claims:
            if len(one.words & other.words) >= 1 and (told := _against(one, other)):
                return told
    return ""


def nearly(title: str, other: str) -> bool:
    """Whether two titles are the same but for punctuation, the order of words, or a plain word."""
    one, two = (_content_list(re.sub(r"[-–—/]", " ", each)) for each in (title, other))
    if set(one) == set(two):
        return bool(one)
    gone, come = set(two) - set(one), set(one) - set(two)
    if any(map(_decides, gone | come)) or title.lower().startswith("user:"):
        return False
    if any(
        word[:1].isupper() for word in _WORD.findall(f"{title[1:]} {other[1:]}") if _stem(word.lower()) in gone | come
    ):
        return False
    same = set(one) & set(two)
    return len(gone) <= 1 and len(come) <= 1 and len(same) >= (4 if gone and come else 3)


def _against(one: Claim, other: Claim) -> str:
    if one.instead and other.instead:
        (so, no), (so_there, no_there) = one.instead, other.instead
        return "the other way round" if so == no_there and no == so_there else ""
    left, right = one.words - other.words, other.words - one.words
    both = one.words & other.words
    if left and right:
        return ""
    if len(both) < 2 or len(both) < 0.6 * max(len(one.words), len(other.words)):
        return ""
    if one.sign != other.sign and one.values == other.values:
        return "the opposite"
    facts = one.is_fact and other.is_fact and one.values and other.values
    if facts and not one.values & other.values and len(one.values) == len(other.values):
        return f"{', '.join(sorted(other.values))} there, {', '.join(sorted(one.values))} here"
    return ""


def _claims(text: str) -> Iterator[Claim]:
    for sentence in _SENTENCE.split(_PLACEHOLDER.sub(" ", text)):
        words = [word.lower() for word in _WORD.findall(sentence)]
        values = frozenset(word.rstrip(".,:") for word in words if _VALUE.fullmatch(word))
        sign = -1 if len(_NEGATIVE.findall(sentence)) % 2 else 1
        bare = set[str]()
        for word in words:
            if word in _OPPOSITES:
                kept, turned = _OPPOSITES[word]
                sign *= turned
                bare.add(_stem(kept))
            elif word not in _EMPTY and not _VALUE.fullmatch(word):
                bare.add(_stem(word))
        if bare:
            given = bool(_GIVES.search(sentence))
            yield Claim(frozenset(bare), values, given, sign, _instead(sentence), sentence.strip())


def _instead(sentence: str) -> tuple[frozenset[str], frozenset[str]] | None:
    found = _INSTEAD.search(sentence[:600].replace("`", ""))
    return (frozenset(_content(found["so"])), frozenset(_content(found["not"]))) if found else None


def _content(text: str) -> Iterator[str]:
    return iter(_content_list(text))


def _content_list(text: str) -> list[str]:
    return [_stem(word.lower()) for word in _WORD.findall(text) if word.lower() not in _EMPTY]


def _words(text: str) -> Iterator[str]:
    return (word.lower() for word in _WORD.findall(text))


def _spans(text: str) -> Iterator[str]:
    """The telling parts of what is in backticks: tools, settings, options, paths."""
    for span in _SPAN.findall(text):
        yield from (word.lower() for word in re.findall(r"[\w./:@#-]*\w", span) if len(word) > 2 or not word.isalpha())


def _is_name(word: str) -> bool:
    return bool(re.search(r"[_/:]|\w\.\w", word)) or (word.isdigit() and len(word) == 3)


def _decides(word: str) -> bool:
    """Whether a word of a title is what tells one entry from another."""
    return bool(re.search(r"[\d_/:.]", word)) or word in _TELLING or word in _OPPOSITES


_TELLING = frozenset(
    str.split(
        "stag production prod dev development test tests local remote primary replica master slave client server "
        "linux macos windows frontend backend upstream downstream left right monday tuesday wednesday thursday "
        "friday saturday sunday daily weekly monthly"
    )
)  # fmt: skip


def _stem(word: str) -> str:
    """A word without its ending, as far as that is plain."""
    word = word.strip("'’")
    for ending, kept in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", "e"), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 4 and not word.endswith("ss"):
            return word[: -len(ending)] + kept
    return word
