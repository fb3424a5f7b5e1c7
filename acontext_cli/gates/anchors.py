"""Commands, tools, paths and settings that a transcript must hold before an entry may name them.

What an agent would type counts, not how it is spelled: quotes, the order of options, a command over several lines, and
escapes of JSON are the same to it; another name, file, option or number is not.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice

from acontext_cli.edits import CreateSkill, ReplaceText
from acontext_cli.engines.engine import Proposal
from acontext_cli.gates.gate import Evidence, Verdict
from acontext_cli.gates.said import STEPS, said
from acontext_cli.messages import Message
from acontext_cli.skills import SKILL
from acontext_cli.trace.steps import values

_SPAN = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
_BLOCK = re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n]*\n(?P<lines>.*?)(?:^ {0,3}\1|\Z)", re.MULTILINE | re.DOTALL)
_PLACEHOLDER = re.compile(
    r"<(?:[^<>|;&$`/:\n]|(?<= )/(?= )){1,60}>|(?<![$\w])\{[a-z][a-z0-9_ -]{0,40}\}|([\"'])(?:…|\.\.\.)\1"
)
"""A role that somebody fills in; whatever could be part of a command is none."""
_OWN_FILE = re.compile(r"`(?:[\w./<>-]+\.md|##? [\w <>-]{1,40}(?: \(date: YYYY-MM-DD\))?|[A-Z][\w -]{0,30}: ?…?)`")
"""How a skill speaks of its own files, headings and fields."""
_OPERATOR = re.compile(r"[|;&<>]|\$(?![A-Za-z_{])")
_CALL = re.compile(r"([\w.:-]+)\((.*)\)")
_NAMED = re.compile(r"\s*[\"']?([A-Za-z_][\w-]*)[\"']?\s*[=:]\s*(.*)", re.DOTALL)
_SETTING = re.compile(r"(-{0,2}[A-Za-z_][\w.-]*)\s*(?:=|:=|:(?=\s))\s*[\"']?[\d.,]+\s?(?:%|[a-zA-Z]{1,3})?[\"']?")
"""A setting with a number, which may be derived."""
_NUMBER = re.compile(r"\d[\d.,]*\s?(?:%|[a-zA-Z]{1,3})?")
_CONTINUED = re.compile(r"\\\r?\n[ \t]*")
_QUOTES = str.maketrans(dict.fromkeys("\"'“”‘’", ""))
_BRACED = re.compile(r"\$\{(\w{1,60})\}")
_SPACES = re.compile(r"[ \t]+")
_JOINS = re.compile(r" ?(\|\||&&|[|;]) ?")
_CLUSTER = re.compile(r"-[A-Za-z]{1,6}")
_GLOB = re.compile(r"[\w./~-]*[*?][\w./*?~-]*")
_DESTROYS = re.compile(r"(?:sudo )?(?:rm|mv|chmod|chown|dd|truncate|shred|del|rmdir)\b")
_CUT_OFF = re.compile(r"(?<=[\w-])(?:…|\.\.\.)$")
"""The end of a name that goes on in many ways."""
_PROGRAM = re.compile(
    r"(?:sudo |run |then )?(airflow|alembic|ansible(?:-playbook)?|aws|az|bazel|bq|bundle|cargo|celery|conda|crontab"
    r"|curl|dbt|docker(?:-compose)?|ffmpeg|flyctl|gcloud|gh|git|gsutil|helm|heroku|journalctl|kafka-[a-z-]{3,30}|kubectl"
    r"|mongosh|mvn|mysql|npm|npx|openssl|pip|pkill|pnpm|pod|poetry|psql|pytest|rabbitmqctl|redis-cli|rm|rsync|ruff|scp"
    r"|sed|ssh|systemctl|terraform|vault|wget|xcodebuild|yarn)\s+[-\w./'\"]"
)
"""A step that is a command line, of programs whose names are no words of English."""
_NEAR = 400
"""The words of a command stand so close together."""
_MOST_PLACES = 200


def anchored(proposal: Proposal, evidence: Evidence) -> Verdict | None:
    """Every backticked tool, command, path or setting stands in the transcript; numbers and placeholders pass, and so
    does what stood there before. What a SKILL.md names may stand in another transcript of the same run."""
    stood = {anchor for text in _before(proposal) for anchor in anchors(text)}
    named = [*_named(proposal.text, stood), *_bare_programs(proposal)]
    if missing := _missing(named, evidence.messages):
        return _refused(f"the transcript does not hold {missing[0]!r}")
    about = {anchor: part for part, text in _about(proposal) for anchor in _named(text, stood)}
    missing = _missing(list(about), evidence.messages)
    if missing := _missing(missing, evidence.others):
        return _refused(f"the skill's {about[missing[0]]} names {missing[0]!r}, which no transcript here holds")
    return None


def _bare_programs(proposal: Proposal) -> Iterator[str]:
    """The programs that steps run without backticks: a learner that leaves them out says the same."""
    before = {word for text in _before(proposal) for word in text.split()}
    for each in said(proposal.text):
        found = _PROGRAM.match(each.text) if each.field in (STEPS, "do instead") else None
        if found and found[1] not in before:
            yield found[1]


def _refused(reason: str) -> Verdict:
    return Verdict(gate="anchors", decision="refuse", reason=reason)


def _named(text: str, stood: Collection[str]) -> list[str]:
    return [anchor for anchor in anchors(text) if anchor not in stood]


def _missing(named: list[str], messages: Callable[[], Iterable[Message]]) -> list[str]:
    """What of it stands in none of the messages; none is read where nothing is missing."""
    for message in messages() if named else ():
        text = _Text(_all_text(message))
        named = [anchor for anchor in named if not text.holds(anchor)]
        if not named:
            break
    return named


def _about(proposal: Proposal) -> Iterator[tuple[str, str]]:
    """What is said in a SKILL.md and where, but for names of its own files."""
    for edit in proposal.edits:
        if isinstance(edit, CreateSkill):
            yield "description", _OWN_FILE.sub("", edit.description)
            yield "body", _OWN_FILE.sub("", edit.body)
        elif isinstance(edit, ReplaceText) and edit.file == SKILL:
            yield "description", _OWN_FILE.sub("", edit.new)


def _before(proposal: Proposal) -> Iterator[str]:
    """What stood there before."""
    yield proposal.before
    yield from (edit.old for edit in proposal.edits if isinstance(edit, ReplaceText) and edit.file == SKILL)


def anchors(text: str) -> list[str]:
    """What of an entry a transcript must hold: backticked words, and every line of a code block."""
    found: list[str] = []
    for span in spans(text):
        found.extend(word for part in _parts(span) if (word := _bare(part)) and not _NUMBER.fullmatch(word))
    return list(dict.fromkeys(found))


def spans(text: str) -> list[str]:
    """What stands in backticks, and every line of a code block, as it is written."""
    blocks = (_CONTINUED.sub(" ", block["lines"]) for block in _BLOCK.finditer(text))
    lines = [line for block in blocks for line in block.split("\n") if not line.lstrip().startswith("# ")]
    return [*_SPAN.findall(_BLOCK.sub("", text)), *lines]


def _parts(span: str) -> Iterator[str]:
    """What of a span stands by itself: the tool and each argument of a call, what is left around placeholders."""
    call = _CALL.fullmatch(_PLACEHOLDER.sub("", span))
    if not call:
        yield from (part for part in _PLACEHOLDER.split(span) if part and part not in "\"'")
        return
    yield call[1]
    for argument in call[2].split(","):
        named = _NAMED.fullmatch(argument)
        yield from (part.strip(" \"'{}[]") for part in (named.groups() if named else (argument,)))


def _bare(part: str) -> str:
    """The part without an ellipsis, and a setting without the number that it is given."""
    word = _CUT_OFF.sub("*", part.strip()).strip(" …\t").removesuffix("...").removeprefix("...").strip()
    given = _SETTING.fullmatch(word)
    return given[1] if given else word


class _Text:
    """One message, for looking up what it holds."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._plain = _plain(text)
        self._lower = self._plain.lower()

    def holds(self, anchor: str) -> bool:
        """Whether it stands there: as it is, or all its words side by side. A pipe or the like stands as it is."""
        if _is_whole(anchor, self._text):
            return True
        plain = _plain(anchor).rstrip(".,;:!?=")
        words = plain.split()
        if not words:
            return True
        if _OPERATOR.search(anchor) or len(words) == 1:
            return self._holds_one(plain)
        return _side_by_side(words, self._plain) or _side_by_side(_lower(words), self._lower)

    def _holds_one(self, word: str) -> bool:
        if _is_whole(word, self._plain):
            return True
        return bool(_GLOB.fullmatch(word)) and _is_matched(word, self._plain)


def _plain(text: str) -> str:
    """Without quotes, breaks within a command, and spaces around what joins commands."""
    joined = _SPACES.sub(" ", _CONTINUED.sub(" ", text).translate(_QUOTES).replace("\r", ""))
    joined = _BRACED.sub(r"$\1", joined)
    return _JOINS.sub(r" \1 ", joined)


def _lower(words: list[str]) -> list[str]:
    """Words as they may also be spelled: SQL in small letters. Options of a shell mean another thing then."""
    return [word if word.startswith("-") else word.lower() for word in words]


def _side_by_side(words: list[str], text: str) -> bool:
    """Whether a command's words stand in one line near the first of them, in whatever order its options came."""
    first, *rest = words
    for start in islice(_places(first, text), _MOST_PLACES):
        stop = text.find("\n", start)
        end = min(start + _NEAR + 2 * sum(map(len, words)), stop if stop >= 0 else len(text))
        window = text[start:end]
        if all(_is_typed(word, window) or _is_option(word, window) or _is_known(word, words, window) for word in rest):
            return True
    return False


def _is_typed(word: str, window: str) -> bool:
    """Whether a word stands in a command by itself: `rm` is not in `--rm`."""
    return any(window[at - 1 : at] != "-" or not word[0].isalnum() for at in _places(word, window))


def _is_option(word: str, window: str) -> bool:
    """Whether letters of options stand together in another order, or apart."""
    if not _CLUSTER.fullmatch(word):
        return False
    given = "".join(re.findall(r"(?<!\S)-([A-Za-z]{1,6})(?!\S)", window))
    return set(word[1:]) <= set(given)


def _is_known(word: str, words: list[str], window: str) -> bool:
    """Whether a setting in a command stands there with another number, or files by a pattern that fits them."""
    given = _SETTING.fullmatch(word)
    if given and "=" in word:
        return _is_whole(given[1], window)
    return bool(_GLOB.fullmatch(word)) and not _DESTROYS.match(" ".join(words)) and _is_matched(word, window)


def _is_matched(pattern: str, text: str) -> bool:
    """Whether a word of the text fits a pattern that says something; `*` alone fits everything."""
    literal = max(re.split(r"[*?]", pattern), key=len)
    if sum(character.isalnum() for character in literal) < 3:
        return False
    from fnmatch import fnmatchcase

    near = (text[max(0, at - 120) : at + len(literal) + 120] for at in islice(_finds(literal, text), _MOST_PLACES))
    return any(fnmatchcase(word, pattern) for part in near for word in part.split())


def _is_whole(word: str, text: str) -> bool:
    """Whether a word stands in a text, not only as a part of another."""
    return next(_places(word, text), None) is not None


def _places(word: str, text: str) -> Iterator[int]:
    """Where a word stands by itself: a name that goes on before or behind it is another."""
    before = r"(?<!\w)" if _is_part(word[0]) else ""
    after = r"(?!\w)" if _is_part(word[-1]) else ""
    return (found.start() for found in re.finditer(f"{before}{re.escape(word)}{after}", text))


def _finds(word: str, text: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _is_part(character: str) -> bool:
    """Whether a name goes on with this character."""
    return character.isalnum() or character == "_"


def _all_text(message: Message) -> str:
    calls = (f"{call.name} {call.arguments} {' '.join(values(call.named))}" for call in message.calls)
    return "\n".join((message.text, *calls))
