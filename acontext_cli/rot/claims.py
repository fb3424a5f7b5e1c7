"""What entries name in backticks, to be found by a word of it: the commands, paths and settings that may be gone."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from acontext_cli.gates.anchors import anchors
from acontext_cli.rot.calls import Call
from acontext_cli.rot.note import Standing
from acontext_cli.rot.signs import Kind, Sign
from acontext_cli.skills import DAILY

_PARTS = re.compile(r"[\s=:,\"'{}()]+")
_ENDPOINT = re.compile(r"https?://[^\s/]+(?:/\S*)?|/[\w{}<>*-]+(?:/[\w{}<>*.-]*)*")
_SHORTEST = 2
_DEEPEST = 12
_SAYS_LITTLE = 500


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that an entry names."""

    standing: Standing
    text: str
    """As it stands in the entry."""
    words: tuple[str, ...]

    def is_met(self, sign: Sign, call: Call) -> bool:
        """Whether a sign of something gone, in the result of a call, is about this."""
        rule = _RULES[sign.kind]
        return _is_of_the_call(sign, call) and rule(self, _plain(sign.subject), call)

    def works(self, call: Call, kind: Kind) -> bool:
        """Whether a call that ended well used what was missing: of a command that was not found the program."""
        words = self.words[:1] if kind == "command" else self.words
        return not (call.failed or call.tries) and all(_is_whole(word, call.text) for word in words)


class Claims:
    """Everything that some entries name."""

    def __init__(self, found: Iterable[Standing]) -> None:
        self._by_word: dict[str, list[Claim]] = defaultdict(list)
        self._endpoints: list[Claim] = []
        for each in found:
            if each.skill != DAILY and each.date:  # the log is a record of what was
                for anchor in anchors(each.entry.text):
                    self._add(Claim(each, anchor, tuple(map(_plain, anchor.split()))))

    def __bool__(self) -> bool:
        return bool(self._by_word)

    def about(self, sign: Sign) -> Iterator[Claim]:
        """Those that may be meant by a sign."""
        if sign.kind == "endpoint" or not sign.subject:
            yield from self._endpoints if sign.kind == "endpoint" else ()
            return
        for word in dict.fromkeys(_keys(_plain(sign.subject))):
            yield from self._by_word.get(word, ())

    def in_call(self, call: Call) -> Iterator[Claim]:
        """Those of which a word stands in a call."""
        for word in dict.fromkeys(key for each in call.text[:2000].split() for key in _keys(_plain(each))):
            yield from self._by_word.get(word, ())

    def _add(self, claim: Claim) -> None:
        if any(map(_ENDPOINT.fullmatch, claim.words)):
            self._endpoints.append(claim)
        parts = (part for word in claim.words for part in (word, *_PARTS.split(word), *_prefixes(word)))
        for part in dict.fromkeys(parts):
            if len(part) >= _SHORTEST:
                self._by_word[part].append(claim)


def _keys(subject: str) -> Iterator[str]:
    """What a thing may be called in an entry: as it is, or by the end of its path."""
    yield subject
    parts = subject.split("/")[-_DEEPEST:]
    yield from ("/".join(parts[place:]) for place in range(1, len(parts) - 1))
    if len(subject) == 1:
        yield f"-{subject}"


def _prefixes(word: str) -> Iterator[str]:
    """Of a dotted name the packages that it is in."""
    parts = word.split(".") if "/" not in word else []
    yield from (".".join(parts[:place]) for place in range(1, len(parts)))


def _is_of_the_call(sign: Sign, call: Call) -> bool:
    """Whether the call itself came upon it; a log or a source that is read may tell of anything."""
    if call.searches:
        return sign.line.startswith(f"{call.searches}: ")
    if sign.kind in ("removed", "endpoint"):
        return True
    if not sign.subject:  # it says so of what it was asked for, if it says little else
        return not call.looks and len(call.result) <= _SAYS_LITTLE
    return (call.failed and not call.looks) or sign.subject in call.text


def _command(claim: Claim, subject: str, _call: Call) -> bool:
    return subject == claim.words[0]


def _subcommand(claim: Claim, subject: str, call: Call) -> bool:
    """Of a program, that is: elsewhere something else may be called the same."""
    first, *rest = claim.words
    if not rest:
        return subject == first and _names_program(claim, call)
    return (subject in rest and _is_whole(first, call.text)) or subject == first == _program(call)


def _path(claim: Claim, subject: str, call: Call) -> bool:
    keys = set(_keys(subject) if subject else (key for each in call.text.split() for key in _keys(_plain(each))))
    return any(_is_path(word) and word in keys for word in claim.words)


def _option(claim: Claim, subject: str, call: Call) -> bool:
    option = next((word for word in claim.words if word.partition("=")[0] in (subject, f"-{subject}")), "")
    if not option.startswith("-"):
        return False
    if len(claim.words) > 1:
        return _is_whole(claim.words[0], call.text)
    return _names_program(claim, call)


def _setting(claim: Claim, subject: str, _call: Call) -> bool:
    return any(subject in _PARTS.split(word) for word in claim.words) and len(subject) > _SHORTEST


def _module(claim: Claim, subject: str, _call: Call) -> bool:
    return len(subject) > _SHORTEST and any(word == subject or word.startswith(f"{subject}.") for word in claim.words)


def _removed(claim: Claim, subject: str, call: Call) -> bool:
    if len(subject) <= _SHORTEST or subject not in claim.words:
        return False
    alone = subject == claim.words[0] or _is_path(subject)
    return alone or _is_whole(claim.words[0], f"{call.text}\n{claim.standing.entry.title}")


def _endpoint(claim: Claim, _subject: str, call: Call) -> bool:
    # Where a placeholder ends it, that one thing is not there says nothing of the others.
    named = [word for word in claim.words if _ENDPOINT.fullmatch(word) and not word.endswith("/")]
    return call.fetches and any(re.search(rf"{re.escape(word)}(?![\w-]|/\w)", call.text) for word in named)


_RULES = {
    "command": _command,
    "subcommand": _subcommand,
    "path": _path,
    "option": _option,
    "setting": _setting,
    "module": _module,
    "removed": _removed,
    "endpoint": _endpoint,
}


def _program(call: Call) -> str:
    return next(iter(call.text.split()), "").rpartition("/")[2]


def _names_program(claim: Claim, call: Call) -> bool:
    """Whether the entry speaks of the program that was called."""
    program = _program(call)
    return bool(program) and _is_whole(program, claim.standing.entry.text)


def _is_path(word: str) -> bool:
    return "/" in word.strip("/") or bool(re.fullmatch(r"\.?[\w-]+\.\w{1,8}", word))


def _plain(word: str) -> str:
    """A word without what may stand round it."""
    return word.strip("\"'`,;()[]").removeprefix("./").rstrip(":.") or word


def _is_whole(word: str, text: str) -> bool:
    """Whether a word stands in a text, not as a part of another."""
    at = text.find(word)
    while at >= 0:
        around = text[at - 1 : at] + text[at + len(word) : at + len(word) + 1]
        if not re.search(r"[\w-]", around):
            return True
        at = text.find(word, at + 1)
    return False
