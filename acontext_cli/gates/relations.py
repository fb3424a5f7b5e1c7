"""Comparisons in words: "p99 above the timeout", "within 20 % of the limit", "fell to 0", as values to be weighed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from acontext_cli.trace.quantities import quantities

_LONGEST, _MOST = 20_000, 40
_SIDE = 90
"""A side of a comparison is looked for in so many characters."""
_N = r"(?P<{}>\d{{1,9}}(?:,\d{{3}}){{0,4}}(?:\.\d+)?)"
_PERCENT = r" ?(?:%|percent|per cent)"
_MORE = r"(?:greater|more|higher|larger|longer|bigger|slower|later) than|above|over|exceed(?:s|ed|ing)?|beyond|ahead of"
_LESS = r"(?:less|fewer|lower|smaller|shorter|faster|earlier|younger) than|below|under|beneath"
_RELATION = re.compile(
    rf"(?<![\w-])(?:"
    rf"(?:to )?within {_N.format('near')}{_PERCENT} of"
    rf"|(?:(?P<of_more>more than|over|above|at least|beyond) |(?P<of_less>less than|under|below|at most) )?"
    rf"{_N.format('share')}{_PERCENT} of"
    rf"|(?:(?:more than|over|at least) )?{_N.format('apart')}{_PERCENT} "
    rf"(?:(?P<apart_more>{_MORE})|(?P<apart_less>{_LESS}))"
    rf"|(?:(?P<times_more>more than|over|at least) |(?P<times_less>less than|under|at most) "
    rf"|(?P<roughly>about|nearly|almost|roughly) )?"
    rf"(?:(?P<word>twice|double|half)|{_N.format('times')} ?(?:times|×|x))(?= (?:the|its|as|of|that|their|what|`))"
    rf"(?: as (?:long|large|big|high|many|much) as| of)?"
    rf"|(?P<least>no (?:less|fewer|lower) than|at least)"
    rf"|(?P<most>no (?:more|longer|higher|greater|larger) than|at most)"
    rf"|(?P<more>{_MORE})|(?P<less>{_LESS})"
    rf"|(?P<equal>equals|equal to|identical to|(?:is |are )?the same as|exactly)"
    rf"|(?P<close>(?:close|near|next) to|near|approach(?:es|ed|ing)?|reach(?:es|ed|ing)?|hits?|(?:comes?|runs?) up to)"
    rf"|(?P<became>(?:fell|dropped|sank|went|rose|grew|climbed|jumped|decreased|increased)"
    rf"(?: (?:down|up|back))?(?: from [\w.,%]{{1,20}}(?: [\w%]{{1,8}})?)? to)"
    rf")(?![\w-])|(?<=\s)(?:(?P<ge>>=|≥)|(?P<le><=|≤)|(?P<gt>>)|(?P<lt><))(?=[\s\d])",
    re.IGNORECASE,
)
_PARENTHESIS = re.compile(r"\(([^()]{0,300})\)")
_ONLY_NUMBER = re.compile(
    r"\s*(?:there |here |then |now |of |= ?|it was |was )?[\d.,]+ ?[A-Za-z%/]{0,8}\s*", re.IGNORECASE
)
_PLACEHOLDER = re.compile(r"<[^<>\n]{1,60}>")
_SENTENCE = re.compile(r"(?<=[.;:!?])\s+|\n|\s[—–]\s|\s-\s|→|->|=>")
_WHICH = re.compile(
    r",? (?:which|that) "
    r"(?=(?:is|was|are|were|exceeds?|exceeded|lies|comes?|came|fell|reache[ds]|clearly|already|equals)\b)"
)
_COMPARED = re.compile(
    rf"{_RELATION.pattern}|(?<![\w-])(?:(?P<newer>newer than)"
    r"|(?<!no )(?:(?P<many>(?:more|greater|higher|larger|longer) (?:[\w-]{1,30} ){1,3}than)"
    r"|(?P<few>(?:less|fewer|lower|smaller|shorter) (?:[\w-]{1,30} ){1,3}than)))(?![\w-])",
    re.IGNORECASE,
)
"""Two numbers beside it say what a "newer" or "more rows than" compares, which its words alone do not."""
_LEFT_ENDS = re.compile(
    r"(?:,\s|(?<!\w)(?:and|or|but|if|when|where|because|since|that|which|whose|while|as|so|only|although|though|says?)\s)",
    re.IGNORECASE,
)
_RIGHT_ENDS = re.compile(
    r"[,;:!?](?=\s|$)|\.(?=\s|$)|\s(?:and|or|but|that|which|so|then|because|when|if|while|for|after|before|until|once"
    r"|although|though|since|during|as|in the source|there|here|on the|go|stop|raise|but)\b",
    re.IGNORECASE,
)
_NOT = re.compile(r"(?:\bnot|\bnever|\bno longer|n['’]t|\bnor|\bisnt|\brarely)(?:\s\w+){0,2}\s*$", re.IGNORECASE)
_COPULA = re.compile(r"(?:\b(?:is|was|are|were|be|at)(?: (?:only|about))?|=)\s*$", re.IGNORECASE)
_LESS_THAN = re.compile(r"\b(?:less than|at most|under|within|up to)\s*$", re.IGNORECASE)
_QUOTED = re.compile(r"“[^”\n]{0,400}”|\"[^\"\n]{0,400}\"")
"""Somebody else's words."""
_OPERATION = re.compile(
    r"[×*+/]|\s[−–-]\s|\b(?:times|plus|minus|sum(?! \d)|together|combined|per|each|multiplied|difference)\b"
)
_VALUE = r"(?:\d{1,6}(?:[:.]\d{1,6}){2,3}|\d{1,12}(?:,\d{3}){0,4}(?:\.\d{1,9})?)(?: ?(?:%|[A-Za-z]{1,12}(?![A-Za-z])))?"
_PAIR = re.compile(
    rf"(?:\(|\b(?:such as|as when|as with|e\.g\.,?|for example,?|for instance,?|as in|here|there)\s+)"
    rf"(?P<one>{_VALUE})(?P<between>,? (?:vs\.?|versus|against|and|(?:when )?compared (?:to|with)|(?:out )?of|with)"
    rf"|,(?P<named>(?: [a-z_]{{3,20}}){{1,2}})) (?P<other>{_VALUE})(?!\w)",
    re.IGNORECASE,
)
"""Two bare numbers behind a comparison: the one and the other of it, in the order of its sides."""
_VERSION = re.compile(r"\d{1,6}(?:\.\d{1,6}){2,3}")
_CLOCK = re.compile(r"(\d{1,3}):(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class Relation:
    """One side held against another."""

    left: str
    right: str
    said: str
    """As it stands."""
    before: str
    """What stands before it in its sentence."""
    after: str
    """What stands behind it in its sentence."""
    sign: str
    """`>`, `<`, `>=`, `<=`, `=`, `near`, `reach` (near or beyond), `became`."""
    factor: float = 1.0
    """The right side counts so many times."""
    slack: float = 0.0
    """How far apart two sides may lie, as a share."""
    negated: bool = False

    def holds(self, left: float, right: float) -> bool:
        """Whether it is true of two numbers of one unit."""
        return self._is_true(left, right * self.factor) != self.negated

    def _is_true(self, left: float, right: float) -> bool:
        slack = abs(right) * self.slack
        if self.sign in (">", "<"):
            return left > right if self.sign == ">" else left < right
        if self.sign in (">=", "<="):
            return left >= right if self.sign == ">=" else left <= right
        if self.sign == "reach" and left > right:
            return True
        return abs(left - right) <= slack + 1e-9 * max(abs(left), abs(right))


def relations(text: str) -> Iterator[Relation]:
    """The comparisons of a text. Of two that stand side by side with "or" neither need hold."""
    found = 0
    for sentence in _sentences(text[:_LONGEST]):
        for match in _RELATION.finditer(sentence):
            made = _relation(sentence, match)
            if made and found < _MOST:
                found += 1
                yield made


def illustrated(text: str) -> Iterator[Relation]:
    """The comparisons that two bare numbers behind them illustrate, "newer than what it asks for (1.5.7 against
    1.7.0)": these numbers are their sides."""
    bare = _QUOTED.sub(" ", text[:_LONGEST])
    for pair in islice(_PAIR.finditer(bare), _MOST):
        start = max(0, pair.start() - 2 * _SIDE)
        sentence = _SENTENCE.split(bare[start : pair.start()])[-1]
        found = [*_COMPARED.finditer(sentence)]
        if len(found) != 1 or re.search(r"\d", sentence):
            continue
        made = _relation(sentence, found[0])
        if made and made.sign in _PLAIN and made.factor == 1 and _is_of(pair["named"], made.right):
            said = f"{made.said} {' '.join(pair[0].split())}".rstrip("(")
            yield replace(made, left=pair["one"], right=pair["other"], said=said)


def _is_of(named: str | None, right: str) -> bool:
    """Whether the name before the second number, where it has one, is a name of the right side."""
    return named is None or any(word in right.lower() for word in named.lower().split())


def sides(relation: Relation) -> tuple[float, float] | None:
    """The two numbers of an illustrated comparison in one unit; None where nobody can tell."""
    one, other = relation.left.strip(), relation.right.strip()
    if _VERSION.fullmatch(one) and _VERSION.fullmatch(other):
        first, second = _numbers(one), _numbers(other)
        return float(first > second) - float(first < second), 0.0
    left, right = [*quantities(_in_seconds(one))], [*quantities(_in_seconds(other))]
    if len(left) != 1 or len(right) != 1:
        return None
    if left[0].kind == right[0].kind:
        return left[0].value, right[0].value
    return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _in_seconds(text: str) -> str:
    found = _CLOCK.fullmatch(text)
    return f"{int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3])} s" if found else text


def compares(sentence: str) -> bool:
    """Whether a sentence holds something against a share or a multiple of something else."""
    found = _RELATION.search(_QUOTED.sub(" ", sentence[:_LONGEST]))
    return bool(found and any(found[name] for name in ("near", "of_more", "of_less", "apart", "word", "times")))


def _sentences(text: str) -> Iterator[str]:
    """Sentences; what stands in brackets and is no mere number is one of its own."""
    apart = list[str]()

    def taken(match: re.Match[str]) -> str:
        if _ONLY_NUMBER.fullmatch(match[1]):
            return f" {match[1]} "
        apart.append(match[1])
        return " "

    bare = _PARENTHESIS.sub(taken, _PLACEHOLDER.sub(" <…> ", _QUOTED.sub(" ", text)))
    for sentence in _SENTENCE.split("\n".join((bare, *apart))):
        yield " ".join(_WHICH.sub(" ", sentence).split())


def _relation(sentence: str, match: re.Match[str]) -> Relation | None:
    before, after = sentence[: match.start()].rstrip(), sentence[match.end() :]
    left, right, is_one_of = _left(before), _right(after), False
    is_one_of = before[: len(before) - len(left)].rstrip().lower().endswith(" or") or _is_or(after[len(right) :])
    negated = bool(_NOT.search(before[-40:]))
    sign, factor, slack = _meaning(match)
    if match["share"] and sign == "near" and not _COPULA.search(before[-20:]):
        return None  # "about 34 % of the requests fail" holds nothing against anything
    if match["apart"] and _LESS_THAN.search(before[-16:]):
        return None  # "less than 20 % below" is two bounds at once
    if is_one_of or not left.strip() or not right.strip() or _is_reckoned(left) or _is_reckoned(right):
        return None
    said = " ".join(f"{left.strip()} {match[0].strip()} {right.strip()}".split())
    start = len(before) - len(left)
    return Relation(left, right, said, before[:start], after[len(right) :], sign, factor, slack, negated)


def _left(before: str) -> str:
    near = before[-_SIDE:]
    ends = [end.end() for end in _LEFT_ENDS.finditer(near)]
    return near[ends[-1] :] if ends else near


def _right(after: str) -> str:
    near = after[:_SIDE]
    end = _RIGHT_ENDS.search(near)
    return near[: end.start()] if end else near


def _is_or(rest: str) -> bool:
    return bool(re.match(r"\s*,?\s*or\b", rest, re.IGNORECASE))


def _is_reckoned(side: str) -> bool:
    """Whether a side is the outcome of a calculation, which nobody here does."""
    return "<…>" in side or bool(_OPERATION.search(re.sub(r"`[^`]*`|\w/\w", " ", side)))


def _meaning(match: re.Match[str]) -> tuple[str, float, float]:
    """Sign, factor and slack of a relation."""
    told = {name: text.replace(",", "") for name, text in match.groupdict().items() if text}
    if "near" in told:
        return "near", 1.0, float(told["near"]) / 100 + 0.005
    if "share" in told:
        sign = ">" if "of_more" in told else "<" if "of_less" in told else "near"
        return sign, float(told["share"]) / 100, 0.12
    if "apart" in told:
        share = float(told["apart"]) / 100
        return (">", 1 + share, 0.0) if "apart_more" in told else ("<", 1 - share, 0.0)
    if "word" in told or "times" in told:
        factor = {"twice": 2.0, "double": 2.0, "half": 0.5}.get(told.get("word", "").lower()) or float(
            told.get("times", "1")
        )
        sign = ">" if "times_more" in told else "<" if "times_less" in told else "near"
        return sign, factor, 0.3 if "roughly" in told else 0.15
    return _SIGNS[next(name for name in told if name in _SIGNS)]


_SIGNS: dict[str, tuple[str, float, float]] = {
    "least": (">=", 1.0, 0.0),
    "ge": (">=", 1.0, 0.0),
    "most": ("<=", 1.0, 0.0),
    "le": ("<=", 1.0, 0.0),
    "more": (">", 1.0, 0.0),
    "gt": (">", 1.0, 0.0),
    "less": ("<", 1.0, 0.0),
    "lt": ("<", 1.0, 0.0),
    "equal": ("=", 1.0, 0.01),
    "close": ("reach", 1.0, 0.25),
    "became": ("became", 1.0, 0.02),
    "newer": (">", 1.0, 0.0),
    "many": (">", 1.0, 0.0),
    "few": ("<", 1.0, 0.0),
}
_PLAIN = frozenset((">", "<", ">=", "<="))
