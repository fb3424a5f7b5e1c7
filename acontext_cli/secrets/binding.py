"""How a value is bound to a name: `=`, `:`, `=>`, "is", a cell of a table, two entries of JSON, and so on."""

import re
from functools import cache

from acontext_cli.secrets.notation import ANSI, BLANK, QUOTE, SPACE

_LONGEST = 4096


@cache
def binding() -> re.Pattern[str]:
    """A name's end, what binds it to a value, the value. Made when it is first needed: it takes milliseconds."""
    pair = (
        rf"{SPACE}{{0,60}},?{SPACE}{{0,60}}(?:{QUOTE}\w{{2,20}}{QUOTE}: ?{QUOTE}\w{{1,40}}{QUOTE},{SPACE}{{0,40}})?"
        rf"(?:{QUOTE})?(?:[A-Za-z]{{0,12}}[Vv]alue|content)(?:{QUOTE})?{BLANK}{{0,4}}[:=]{BLANK}{{0,4}}"
        rf"|\)+\.(?:fill|type|send_?[kK]eys|pressSequentially|setValue)\("
        rf"|</key>{SPACE}{{0,20}}<string>|{BLANK}(?:--body|-b)[ =]?"
    )
    told = (
        rf"(?::{SPACE}?)?{SPACE}{{0,4}}\{{(?:[^{{}}]{{0,160}}?\W)?n?(?:default|value)(?:{QUOTE})?"
        rf"{SPACE}{{0,8}}[:=]{SPACE}{{0,4}}(?={QUOTE})"
    )
    typed = rf":{BLANK}?[&*A-Za-z_][\w\[\]. |?]{{0,30}}?{BLANK}{{0,4}}="
    binds = rf"(?:{typed}|=>|:=|:-|\|\|=?|\?\?=?|:\*\*|\*\*:|\?=|={{1,3}}|:|\+=)"
    said = r"(?: \w{2,12}){0,2} for (?:[\w-]{2,12} ){0,4}(?!(?:user|account|client) ?:)[\w.@+-]{1,60}(?: is)? ?: "
    block = rf"[|>][-+]?(?:\n|\\{{1,8}}n){SPACE}{{1,40}}"
    next_line = rf"{SPACE}{{1,40}}(?=[fFrRbBuUN@]{{0,2}}{QUOTE})"
    return re.compile(
        rf"[A-Za-z0-9_.-]{{0,40}}+(?P<close>{QUOTE})?\]?(?: \[[^\]\n]{{0,24}}\]| \d{{1,2}}(?=[:=]))?(?:"
        rf"(?P<pair>{pair}|{told})"
        rf"|(?P<set>{ANSI}{{0,2}}{BLANK}{{0,20}}{binds}{ANSI}{{0,2}}{BLANK}{{0,20}}{ANSI}{{0,2}}(?:{next_line}|{block})?)"
        rf"|(?P<xml>(?: [^<>\n]{{1,200}})?>(?:{SPACE}{{0,8}}<[Vv]alue>)?)"
        rf"|(?P<list>,{SPACE}{{0,24}}(?=b?{QUOTE}))"
        rf"|(?P<said>{said}|{BLANK}(?:is|was|ist|est|es)(?:{BLANK}|:{BLANK}))"
        rf"|(?P<cell>{BLANK}{{1,40}}\|{BLANK}{{1,40}})"
        rf"|(?P<gap>{BLANK}{{1,40}}(?:--plaintext )?)"
        rf")(?P<call>[A-Za-z_][\w.:-]{{2,40}}+[( ](?={QUOTE}))?"
        rf"(?:[fFrRbBuUN@]{{0,2}}(?P<open>{QUOTE})"
        rf"(?P<quoted>(?:(?!(?P=open))(?:\\++.|[^\\\n])){{1,{_LONGEST}}}+)(?P=open)"
        rf"|(?P<bare>(?:[^\s\"'`\\<>\x1b]{{1,256}}+|\\{{2,8}}+(?![\\nrt\"'`]|u001b)){{1,16}}+))"
    )
