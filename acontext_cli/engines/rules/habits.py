"""What a session shows that becomes a fact once a second session shows it too: test commands that pass, and the
argument that had to be changed before a failing call succeeded. The harness's own errors are no lessons."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from acontext_cli.engines.rules.runs import passed
from acontext_cli.injection import harmless
from acontext_cli.messages import Json
from acontext_cli.skills import one_line
from acontext_cli.trace.shell import Run, command_of, is_shell, runs
from acontext_cli.trace.steps import Step, Trace

SESSIONS_NEEDED = 2

_HARNESS = re.compile(
    r"string to replace|old_string|not found in file|has not been read|read (?:it|the file) (?:first|before)"
    r"|modified since|user (?:rejected|doesn'?t want|declined|denied|refused|chose)|hook (?:blocked|denied|error)"
    r"|rejected by (?:the )?user|cancel|abort|interrupt|timed? ?-?out|deadline exceeded|kill(?:ed)?\b"
    r"|tool_use_error|validation ?error|-32\d{3}|permission|not (?:been )?granted|denied|forbidden|unauthori[sz]ed"
    r"|exceeds maximum|too (?:large|long|many)|file does not exist|no such file|unknown tool|no such tool|sibling tool"
    r"|invalid (?:tool|arguments|json|params)|rate.?limit|quota|throttl|overloaded|\b(?:429|5\d\d)\b|bad gateway"
    r"|internal (?:server )?error|connection|econn\w+|enotfound|socket|temporar|try again|retry|unavailable|network"
    r"|sandbox",
    re.IGNORECASE,
)
_OWN_TOOLS = re.compile(
    r"^(?:edit|multiedit|write|read|str_replace|apply_patch|todo|task|agent|notebook|web|glob|grep|ls)", re.IGNORECASE
)
_ID = re.compile(r"\d{4,}|\b(?=\w*\d)(?=\w*[A-Za-z])\w{6,}\b|\S+@\S+")
_CHANGES = re.compile(
    r"(?::|--?)(?:fix|write|unsafe-fixes|update|update-?snapshots?|bless|accept|publish|deploy|release|force)\b|\s-u\b",
    re.IGNORECASE,
)
"""What mends as it checks is no check that an agent should run unasked."""
_PARTICULAR = re.compile(
    r"[$`\\~*]|\s--?(?:k|t|run|g|grep|filter|tests?|m|lf|last-failed|testNamePattern)[\s=]|::|/tmp/|/Users/|/home/|^\w+="
    r"|\.(?:py|tsx?|jsx?|mjs|go|rs|java|kt|rb|php|cs|swift|c|cc|cpp|sh|ya?ml|json|md)\b"
)
"""One file, one test, or what a shell fills in."""
_ELSEWHERE = re.compile(r"[/~$.\-\"'(]")
"""The beginning of a folder that is not one of the project, as far as the line tells."""
_RUNS = {"Test": "tests", "Lint": "linter", "Type-check": "type checker", "Build": "build", "Check": "checks"}
_KIND_OF_TEST = (
    ("lint", r"lint|ruff|biome|clippy|\bvet\b|gofmt|\bfmt|black|flake8|shellcheck"),
    ("type-check", r"\bmypy\b|\btsc\b|pyright|type-?check"),
    ("build", r"\bbuild|\bpackage\b"),
    ("test", r"test|rspec|tox|nox|jest"),
    ("check", r"\b(?:check|ci|verify)\b"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """Something that a second session is to confirm."""

    title: str
    """The same in every session that shows it."""
    fact: str
    tool: str
    messages: tuple[str, ...]


def passing_commands(told: Trace) -> Iterator[Habit]:
    """Commands that ran tests, a linter or a build, and passed; each once."""
    seen: dict[str, Step] = {}
    for step in told.steps:
        if step.kind in ("test", "change") and is_shell(step.tool) and step.answer and passed(step):
            line = command_of(step.arguments)
            for command in filter(None, (_general(run, line) for run in runs(line))):
                seen.setdefault(command, step)
    for command, step in seen.items():
        yield _passing(command, step)


def _passing(command: str, step: Step) -> Habit:
    kind = _test_kind(command)
    return Habit(
        title=f"{kind} command: `{command}`",
        fact=f"`{command}` runs the {_RUNS[kind]} of this project and was seen passing.",
        tool=step.tool,
        messages=(step.message, step.answer),
    )


def remedies(told: Trace) -> Iterator[Habit]:
    """A call that failed, then succeeded with one named argument changed, where the failure speaks of that argument."""
    for place, wrong in enumerate(told.steps):
        if wrong.failed and not _is_the_harness(wrong):
            later = (right for right in told.steps[place + 1 : place + 6] if not right.failed and right.answer)
            found = (_remedy(wrong, right, name) for right in later if (name := _changed_argument(wrong, right)))
            yield from islice(found, 1)


def _is_the_harness(wrong: Step) -> bool:
    """Whether the error is the harness's own, which teaches nothing about the world, or speaks to the agent."""
    own = is_shell(wrong.tool) or _OWN_TOOLS.match(wrong.tool)
    return bool(own or _HARNESS.search(wrong.result[:400]) or not harmless(wrong.result[:400]))


def _remedy(wrong: Step, right: Step, name: str) -> Habit:
    error = one_line(re.sub(r"['\"`]?[\w.-]*\d[\w.-]*['\"`]?", "…", wrong.result.strip().partition("\n")[0]), 100)
    return Habit(
        title=f"`{wrong.tool}` fails with “{error}”: `{name}`",
        fact=f"Where `{wrong.tool}` fails with “{error}”, another `{name}` is the remedy: "
        f"“{one_line(str(wrong.arguments[name]), 60)}” failed, “{one_line(str(right.arguments[name]), 60)}” worked.",
        tool=wrong.tool,
        messages=(wrong.message, wrong.answer, right.message, right.answer),
    )


def _changed_argument(wrong: Step, right: Step) -> str:
    """The one named argument that differs, where the failure speaks of it and its values are no ids."""
    name = _only_difference(wrong.arguments, right.arguments) if wrong.tool == right.tool else ""
    if not name:
        return ""
    old, new = wrong.arguments[name], right.arguments[name]
    if not isinstance(old, str | int | float) or not isinstance(new, str | int | float) or _ID.search(f"{old} {new}"):
        return ""
    error = wrong.result[:400].lower()
    return name if name.lower() in error or (len(str(old)) > 2 and str(old).lower() in error) else ""


def _only_difference(one: Json, other: Json) -> str:
    """The name that both have and whose value alone differs; empty where there is no such name."""
    names = [name for name in {**one, **other} if one.get(name) != other.get(name)]
    return names[0] if len(names) == 1 and names[0] in one and names[0] in other else ""


def _general(run: Run, line: str) -> str:
    """The command without paths of one file or one test's name; empty where nothing general is left."""
    command = f"cd {run.folder} && {run.command}" if run.folder else run.command
    if len(command) > 120 or _CHANGES.search(command) or _PARTICULAR.search(command):
        return ""
    if run.folder and (_ELSEWHERE.match(run.folder) or command not in line):
        return ""
    return command


def _test_kind(command: str) -> str:
    bare = command.rpartition(" && ")[2]
    return next((name.capitalize() for name, pattern in _KIND_OF_TEST if re.search(pattern, bare)), "Test")
