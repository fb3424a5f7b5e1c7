"""The scan: every trap of a text, the cheap look first. It takes time in proportion to the text, whatever stands "
"in it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from html import unescape

from acontext_cli.injection.acts import ACTS
from acontext_cli.injection.denial import is_denied
from acontext_cli.injection.folding import Folded, folded
from acontext_cli.injection.hidden import Hiding, hidings
from acontext_cli.injection.orders import BARE, HIJACKS, ORDERS
from acontext_cli.injection.prose import PROSE
from acontext_cli.injection.rule import Rule
from acontext_cli.injection.trap import Trap, span_of

_DEEPEST = 3
"""What is hidden is looked through for what is hidden in it, so many times."""
_AROUND, _BEHIND = 160, 500
_SENTENCE = re.compile(r"[.!?][\s\"')]|[\n。！？{}|]|\\n|\"\s*[,:]\s*\"")
_PARAGRAPH = re.compile(r"\n\s*\n|-->|[\"']\s*[,}\]]")
_CODE = re.compile(
    r"^ {0,3}(?P<mark>`{3,}|~{3,})[^\n]*\n.*?(?:^ {0,3}(?P=mark)|\Z)|`[^`\n]{1,400}`", re.DOTALL | re.MULTILINE
)
_LETTER = re.compile(r"\\u([0-9a-fA-F]{4})")
_NAME = re.compile(r"(?<![\w.+-])[A-Za-z]{1,20}(?:[_\-.+][A-Za-z]{1,20}){3,40}")
_ACTS = (*ACTS, *PROSE)


def traps(text: str) -> tuple[Trap, ...]:
    """Everything in a text that would lead an agent astray, in order."""
    return tuple(sorted(_all(text, 0, of_a_page=True), key=lambda trap: trap.start))


def orders(text: str) -> tuple[Trap, ...]:
    """The instructions of a text, with those that take an agent over or stand in hiding; what they tell stands in
    `told`."""
    text = _unescaped(text) if "\\u" in text else text
    text = unescape(text) if "&#" in text else text
    found = [*_ruled(text, (*HIJACKS, *ORDERS)), *_concealed(text, 0, of_a_page=True, rules=(*HIJACKS, *ORDERS))]
    if _NAME.search(text):
        found += (trap for trap in _ruled(_NAME.sub(_spread, text), (*HIJACKS, *ORDERS)) if trap.strength)
    return tuple(sorted(found, key=lambda trap: trap.start))


def dangers(text: str, *, of_a_page: bool = True) -> tuple[Trap, ...]:
    """The traps that no skill has a use for: instructions to an agent are what a skill is made of, so of them only what
    takes an agent over. `of_a_page`: whether it is Markdown."""
    code = [found.span() for found in _CODE.finditer(text)] if of_a_page and "`" in text else []
    found = (trap for trap in _all(text, 0, of_a_page=of_a_page) if trap.kind != "order")
    shown = (trap for trap in found if trap.name != "forged role" or not _inside(trap, code))
    return tuple(sorted(shown, key=lambda trap: trap.start))


def harmless(text: str) -> bool:
    """Whether a text may be quoted where an agent reads it: no trap in it of any kind, but for plain advice."""
    return not any(trap.kind != "order" or trap.strength for trap in _all(text, 0, of_a_page=True))


def _unescaped(text: str) -> str:
    """JSON's letters as letters; a lone half of one stays what it is."""
    plain = _LETTER.sub(lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _spread(found: re.Match[str]) -> str:
    """A name of many words with spaces between them: a file may be called anything."""
    return re.sub(r"[_\-.+]", " ", found[0])


def _all(text: str, depth: int, *, of_a_page: bool) -> Iterator[Trap]:
    yield from _ruled(text, (*HIJACKS, *ORDERS))
    yield from _acts(text)
    yield from _concealed(text, depth, of_a_page=of_a_page, rules=(*HIJACKS, *ORDERS))


def _acts(text: str) -> Iterator[Trap]:
    plain = folded(text)
    for rule in _ACTS:
        for match in _matches(rule, plain):
            if not is_denied(plain.text, match.start(), match.end()):
                yield _trap(rule, plain, match, text)


def _ruled(text: str, rules: Iterable[Rule]) -> Iterator[Trap]:
    plain = folded(text)
    for rule in rules:
        for match in _matches(rule, plain):
            trap = _trap(rule, plain, match, text)
            yield replace(trap, told=_told(plain.text, match, rule))


def _matches(rule: Rule, plain: Folded) -> Iterator[re.Match[str]]:
    return rule.found(plain.text, plain.low)


def _trap(rule: Rule, plain: Folded, match: re.Match[str], text: str) -> Trap:
    start, end = plain.place(match.start()), plain.place(match.end())
    while start < end and text[start].isspace():
        start += 1
    return Trap(
        kind=rule.kind,
        name=rule.name,
        reason=rule.reason,
        start=start,
        end=end,
        span=span_of(text[start:end]),
        told=match[0].strip(),
        strength=rule.strength,
    )


def _told(text: str, match: re.Match[str], rule: Rule) -> str:
    """The sentence of an instruction; of one that speaks to agents what comes behind it, too."""
    before = text[max(0, match.start() - _AROUND) : match.start()]
    start = max((found.end() for found in _SENTENCE.finditer(before)), default=0)
    behind = text[match.end() : match.end() + _BEHIND]
    found = (_PARAGRAPH if rule.strength == 2 else _SENTENCE).search(behind)
    return (before[start:] + match[0] + behind[: found.start() if found else _BEHIND]).strip()


def _concealed(text: str, depth: int, *, of_a_page: bool, rules: Sequence[Rule]) -> Iterator[Trap]:
    """What is hidden in a text: always where nothing honest is written so, else where a command is in it."""
    for hiding in hidings(text, of_a_page=of_a_page):
        told = _worst(hiding, depth, rules)
        if hiding.certain or told:
            what = f": “{span_of(told)[:80]}”" if told else ""
            yield Trap(
                kind="hidden",
                name=hiding.name,
                reason=f"hides text ({hiding.name}{what})",
                start=hiding.start,
                end=hiding.end,
                span=span_of(text[hiding.start : hiding.end]),
                told=told or hiding.told,
                strength=2,
            )


def _worst(hiding: Hiding, depth: int, rules: Sequence[Rule]) -> str:
    """What is told in hiding, where it is more than a remark."""
    told = hiding.told
    if not told:
        return ""
    plain = folded(told)
    looked = (*rules, *_ACTS, *((BARE,) if hiding.name in _NOTHING_ELSE else ()))
    if any(True for rule in looked for _ in _matches(rule, plain)):
        return told
    deeper = depth < _DEEPEST and any(True for _ in _concealed(told, depth + 1, of_a_page=True, rules=rules))
    return told if deeper else ""


_NOTHING_ELSE = ("tag characters", "coded text", "invisible characters", "hidden element")
"""Where a command stands in these, somebody took pains to hide it; a comment may hold a note to those who write."""


def _inside(trap: Trap, places: Iterable[tuple[int, int]]) -> bool:
    return any(start <= trap.start < end for start, end in places)
