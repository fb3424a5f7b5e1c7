"""Advice that holds everywhere and helps nowhere."""

import re
from collections.abc import Iterator

from acontext_cli.engines.engine import Proposal
from acontext_cli.gates.gate import Evidence, Verdict
from acontext_cli.gates.said import NOT_WHEN, WHEN, is_rule, without_ours
from acontext_cli.messages import Message
from acontext_cli.skills import one_line
from acontext_cli.trace.steps import values

_ABOUT = frozenset(("title", WHEN, NOT_WHEN, "symptom", "symptoms"))
"""Fields that say where a lesson applies, not what it says."""
_PLACEHOLDER = re.compile(r"<[^<>\n]{1,60}>")
_NAME = re.compile(
    r"(?<!\w)(?:[A-Za-z]{1,60}[-_./:#@][\w./:#@-]{0,80}\w|(?=\w{0,40}\d)\w{2,60}|[a-z]{1,40}[A-Z]\w{0,60}|[A-Z]{2,}\w{0,60})"
    r"|[#$/~.][\w./-]{1,80}\w|(?<![\w-])--?[A-Za-z][\w-]{0,60}"
)
"""What looks like a name, a number, a path or an option."""
_QUOTED = re.compile(r"`([^`\n]{1,200})`|[“\"]([^”\"\n]{4,200})[”\"]|'([^'\n]{6,200})'")
_WORD = re.compile(r"[^\W\d_]{4,}")
_SHORT = frozenset(
    str.split(
        "CI CD API APIs URL HTTP HTTPS CPU RAM DB SQL JSON YAML ID IDs UI OK TODO README SSH DNS IO OS AI PR QA CLI e.g i.e"
    )
)
"""What is short for a word that says as little."""
_ENOUGH = 3
"""So many telling words that stand in the transcript too make a lesson one of this case."""
_LEAST = 2
"""With fewer words it is no advice."""
_EVERYWHERE = frozenset(
    str.split(
        "about above access across action actions actual address adjust adjusting affected after again against agent allow already "
        "also always amount analyse analyze another answer answers anything appear application applications apply applying approach "
        "around asked asking assume assuming available avoid aware backend back backup backups based basic because become been "
        "before begin behavior behaviour being below best better between both break bring broken build building builds "
        "call calls came capacity care careful carefully case cases cause caused causes causing certain change changed changes changing "
        "check checked checking checks choose clean clear clearly close code codebase come comes command commands common communicate "
        "complete completely component components config configs configuration configurations configure configured confirm confirmation "
        "confirmed confirming connect connection connections consider consistent contact containers context continue correct correctly "
        "could create current currently customer customers data database databases debug debugging decide decision "
        "deep default delete dependencies dependency dependent deploy deploying deployment deployments describe detail details "
        "determine develop developer developers diagnose diagnosis different directly does doing done double down during each early "
        "easily easy edge either else ensure ensures ensuring entire environment error errors escalate especially evaluate even event events every "
        "everything evidence exact exactly examine example execute executing exist existing expect expected explain explicit extra fail failed failing fails "
        "failure failures fast feature features field fields file files final finally find finding first fix fixed fixes fixing "
        "flow follow followed following form found from full function functions further gather general generally give given good great guess "
        "handle handled handling happen happened happens hard have having health healthy help helpful here high higher hold however "
        "idea identify identified identity immediate immediately impact implement important improve incident incidents include increase increasing incorrect incremental "
        "individual information infrastructure input inputs inspect instead instance instances install installed instructions integration intended interface "
        "investigate investigating involved isolate issue issues items itself just keep kind know known large last later latest "
        "layer lead leave less level like likely limit limits line lines list little load local locally logic logs long look looking "
        "lower made maintain major make makes making manage manual many match matter maximum mean means measure memory message messages metric metrics "
        "might mind minimal minimize minimum missing mistake mistakes mode modify module monitor monitoring more most move much multiple must "
        "name names need needed needs network never next nothing notice number object observe occur occurs often once only open operation "
        "operations option options order orders original other others otherwise output over overall own owner part parts past path pattern patterns "
        "people perform performance performing permission permissions person place plan please point polite politely possible possibly potential prefer prevent "
        "previous principle problem problems procedure proceed proceeding process processes processing production project projects "
        "proper properly provide provided purpose quality query quick quickly quota rather reach read reading ready real really reason "
        "reasons recent recently record recover reduce refer related relevant reliable remain remember remove repeat replace reply report "
        "reproduce request requested requests require required requirement requirements requires reset resolve resolved resolving resource resources respond response responses responsible rest restart restarted "
        "restarting result resulting results retry return returned returns reversible review right risk risky role roll rollback root rule rules running "
        "safe safely same save scale scope search second section secure security seem select send serious server servers service services setting settings "
        "setup several share short should show shown shows side signs similar simple simply since single situation size slow small software solution solutions solve solved "
        "some something sometimes soon source specific staging stage standard start state status step steps still stop store "
        "structure such suggest support sure symptom symptoms system systems take taken takes taking target task tasks team technical tell test tested "
        "testing tests than that their them then there these they thing things think this thorough thoroughly those thought through time timeout timeouts times "
        "together tool tools topic total track traffic transaction transcript tried trouble true trying turn type under underlying understand "
        "unexpected unless until update updated updates updating upstream usage used useful user users uses using usual usually valid validate value values "
        "various verification verified verify version very wait want warning warnings watch well went were what whatever when where "
        "whether which while whole will with within without word work worked worker workers working works would write writing wrong your zero "
        "pods cluster latency proxy gateway queue queues cache script scripts"
    )
)
"""Words that any lesson about any work with computers and people may hold."""


def of_this_case(proposal: Proposal, evidence: Evidence) -> Verdict | None:
    """What a lesson says besides its title and symptom has something of the case in it. A user's rule may be general."""
    told = " ".join(each.text for each in without_ours(proposal.text) if each.field not in _ABOUT)
    if not told or is_rule(proposal, evidence) or _is_of_a_persons_form(proposal, evidence):
        return None
    bare = _PLACEHOLDER.sub(" ", told)
    names, spoken = set(_names(bare)), {word.lower() for word in _WORD.findall(bare)}
    words = spoken - _EVERYWHERE
    if len(spoken) < _LEAST:
        return None
    found = 0
    for message in evidence.messages():
        text = _text(message)
        if any(_stands(name, text) for name in names):
            return None
        held = {word for word in words if word in text}
        found, words = found + len(held), words - held
        if found >= _ENOUGH:
            return None
    reason = f"nothing in it is of this case: no command, path, setting, error, name or number of it (“{one_line(told, 80)}”)"
    return Verdict(gate="general", decision="hold", reason=reason)


def _is_of_a_persons_form(proposal: Proposal, evidence: Evidence) -> bool:
    """Whether it stands where a person says what is worth remembering."""
    return not proposal.entry or bool(evidence.space and evidence.space.by_hand(proposal.skill))


def _names(text: str) -> Iterator[str]:
    for match in _QUOTED.finditer(text):
        yield next(filter(None, match.groups())).lower()
    yield from (name.lower().rstrip(".") for name in _NAME.findall(text) if len(name) > 1 and name not in _SHORT)


def _stands(name: str, text: str) -> bool:
    """Whether a name stands in a text; a number as a whole one."""
    if not name[0].isdigit():
        return name in text
    return bool(re.search(rf"(?<![\d.]){re.escape(name)}(?!\d)", text))


def _text(message: Message) -> str:
    calls = (f"{call.name} {' '.join(values(call.named))}" for call in message.calls)
    return "\n".join((message.text, *calls)).lower()
