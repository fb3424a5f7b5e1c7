"""What a shell command is for: to look, to test or to change. Unknown counts as change."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

Purpose = Literal["look", "test", "change"]

TOOLS = frozenset(
    str.split(
        "bash shell sh exec terminal exec_command execute_command run_command run_shell_command local_shell "
        "execute_bash run_terminal_cmd powershell container.exec shell_command run run_shell run_bash execute_shell"
    )
)
"""Names of tools that run a command line, lower case."""

_ARGUMENTS = ("command", "cmd", "script", "input")
_LOOK = frozenset(
    str.split(
        "ls cat head tail grep rg ag zgrep zcat fd pwd wc which whereis type env printenv ps df du stat file tree less "
        "more sort uniq cut tr jq yq diff cmp comm date uname whoami id hostname uptime free top lsof netstat ss ping "
        "dig nslookup host echo printf true test [ man help history journalctl dmesg sleep cd export set column nl od "
        "xxd hexdump strings awk sed tac rev fold fmt paste base64 md5sum sha256sum basename dirname realpath readlink"
    )
)
_SUBCOMMANDS = {
    "git": r"(?:status|diff|log|show|blame|ls-files|ls-remote|rev-parse|rev-list|merge-base|describe|grep|shortlog"
    r"|reflog|cat-file|stash list|fetch)(?!\S)"
    r"|branch(?:\s+(?:-a|-r|-v+|--all|--list|--show-current|--contains|--merged|--no-merged)\b.*)?$"
    r"|remote(?:\s+(?:-v|show|get-url)\b.*)?$",
    "kubectl": r"(?:get|describe|logs|top|explain|version)(?!\S)",
    "docker": r"(?:compose\s+)?(?:ps|logs|inspect|images|stats|version|top)(?!\S)",
    "systemctl": r"(?:status|is-active|list-units|show|cat)(?!\S)",
    "gh": r"(?:issue|pr|run|repo|release|workflow|auth)\s+(?:view|list|status|diff|checks|watch)(?!\S)|search(?!\S)"
    r"|api(?!\S)(?!.*\s(?:-X|--method|-f|-F|--field|--raw-field|--input)\b)",
    "npm": r"(?:ls|list|view|outdated|why|audit(?!\s+fix))(?!\S)",
    "pip": r"(?:list|show|freeze|index)(?!\S)",
    "go": r"(?:env(?!\s+-[wu])|list|version|doc)(?!\S)",
    "cargo": r"(?:tree|metadata|search)(?!\S)",
    "terraform": r"(?:plan|show|validate|output)(?!\S)",
    "helm": r"(?:list|get|status|history)(?!\S)",
    "python": r"-m\s+json\.tool(?!\S)",
    "python3": r"-m\s+json\.tool(?!\S)",
}
"""By program, what follows it where it only looks."""
_OPTIONS = re.compile(r"(?:(?:-[CHcn]|--namespace|--context|--kube-context|--kubeconfig)\s+\S+\s+|--?(?!m\s)\S+\s+)*")
_SENDS = re.compile(
    r"(?:(?<![\w-])-\w*X|--request)(?!\s*=?\s*(?:GET|HEAD)\b)|(?<!\S)(?:-(?!\w*X)\w*[dFTO]\b|--(?:data|json|form|upload-file))"
    r"|(?<!\S)(?:-\w*o|--output)\b(?!\s*=?\s*/dev/null)"
)
_RUNS = re.compile(r"\s-(?:exec|execdir|ok)\s+(.*)")
_XARGS = re.compile(r"^xargs\b(?:\s+-[InPLd]\s*\S+|\s+-\S+)*\s*")
_TEST = re.compile(
    r"^(?:python[\d.]* -m )?(?:pytest|unittest|tox|nox|mypy|ruff check|ruff format --check|flake8|pylint|pyright"
    r"|black --check|vitest|jest|tsc|eslint|biome check|golangci-lint|rspec|phpunit|ctest|shellcheck)\b"
    r"|^(?:npx|bunx|pnpm exec|uv run|poetry run|hatch run|pipenv run)(?: -\S+)*"
    r" (?:pytest|mypy|ruff check|vitest|jest|tsc|eslint|biome check|pyright)\b"
    r"|^(?:npm|pnpm|yarn|bun|deno)(?: run)? (?:-\S+ )*(?:test|lint|build|typecheck|type-check|check)\b"
    r"|^(?:go (?:test|vet|build)|cargo (?:test|check|build|clippy|fmt --check)|make (?:test|check|lint|build)"
    r"|(?:mise|just|task)(?: run)? (?:test|lint|build|check|ci|fmt:check)|(?:\./)?gradlew? (?:test|build|check)"
    r"|mvn (?:-\S+ )*(?:test|verify|package)|dotnet (?:test|build)|swift (?:test|build)|bazel test|gofmt -l)\b"
)
_SPLIT = re.compile(r"&&|\|\||;|\n")
_QUOTED = re.compile(r"\\.|'[^']*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_WRITES = re.compile(r"(?<![0-9&<>-])>{1,2}(?!\s*(?:&|/dev/null))|\btee\b|\bsed\s+(?:-\w*\s+)*(?:-\w*i|--in-place)")
_PREFIX = re.compile(r"^(?:(?:\w+=\S*|sudo|env|time|timeout \S+|command(?! -v)|nohup|exec|rtk(?: proxy)?)\s+)+")
_ENVIRONMENT = re.compile(r"(?<!\S)\w+=\S*")
_SILENCED = re.compile(r"(?<!\s)\s*\d?>&?\s*(?:\d|/dev/null)")


_LONGEST_LINE = 20_000
_HERE = re.compile(r"<<-?\s*[\"']?(\w+)")
_JOIN = re.compile(r"&&|\|\||;|\n|(?<![>&|\d])&(?![&>\d])")
_PIPE = re.compile(r"\|&?")
_PASSES_ON = re.compile(r"(?:head|tail|cat|tee)\b(?!.*-c)")
"""Filters behind which the first or the last lines still stand as they were."""
_HEADER = re.compile(r"(?:Chunk ID|Exit code|Wall time|Process exited)\b(?:[^\n]{0,200}\n){1,8}?Output:\n")
_GOES_ON = re.compile(
    r"\A(?:Command running in background|(?:[^\n]{0,200}\n){0,4}Process running with session ID)"
    r"|<(?:command with )?shellId: [^<>\n]{0,60}\brunning\b[^<>\n]{0,100}>\s*\Z"
)
_EXIT = re.compile(
    r"exit(?:ed with)?(?: code| status)?:? *([1-9]\d*)\b|\bcommand not found\b|Traceback \(most recent", re.IGNORECASE
)
_ENDED_BADLY = re.compile(r"<shellId: \S+ completed with exit code [1-9]\d*>\s*\Z")


@dataclass(frozen=True, slots=True)
class Run:
    """A test, linter or build within a command line."""

    command: str
    """As one would type it, without what only filters its output."""
    folder: str
    """Where the line goes first; empty where it stays."""
    decides: bool
    """Whether the line fails where this fails."""
    shown: bool
    """Whether how it ends can be read: nothing but the first or last lines is cut, errors are among them."""


@lru_cache(maxsize=4096)
def is_shell(tool: str) -> bool:
    """Whether a tool of this name runs a command line."""
    return tool.lower().rsplit("__", 1)[-1] in TOOLS


def command_of(arguments: object) -> str:
    """The command line among a shell tool's arguments; a list is joined, `bash -lc` unwrapped."""
    if not isinstance(arguments, dict):
        return ""
    value = next((arguments[name] for name in _ARGUMENTS if arguments.get(name)), "")
    if isinstance(value, list):
        parts = [str(part) for part in value]
        return parts[2] if len(parts) == 3 and parts[1] in ("-c", "-lc") else " ".join(parts)
    return value if isinstance(value, str) else ""


def output(result: str) -> str:
    """What a command printed, without what an agent's program writes around it."""
    header = _HEADER.match(result)
    said = result[header.end() :] if header else result
    trailer = said.rfind("\n<shellId:", -200)
    return said[:trailer] if trailer >= 0 and said.rstrip().endswith(">") else said


def goes_on(result: str) -> bool:
    """Whether the command had not ended when this was told."""
    return bool(_GOES_ON.search(result[:1000]) or _GOES_ON.search(result[-300:]))


def ended_badly(result: str) -> bool:
    """Whether a shell tool's result tells of an exit code other than 0."""
    return bool(_EXIT.search(result[:300]) or _ENDED_BADLY.search(result[-200:]))


def runs(line: str) -> tuple[Run, ...]:
    """The tests, linters and builds of a command line, in order."""
    parts = _cut(_without_documents(line[:_LONGEST_LINE]), _JOIN)
    strict = "pipefail" in line
    found, folder = [], ""
    for place, (joined, part) in enumerate(parts):
        if part.startswith("cd "):
            folder = part[3:].strip()
        first, *filters = (simple for _, simple in _cut(part, _PIPE))
        if joined == "||" or not is_test(" ".join(_PREFIX.sub("", first).split())):
            continue
        decides = all(join == "&&" for join, rest in parts[place + 1 :] if rest or join == "&") and (
            strict or not filters
        )
        found.append(Run(_typed(first), folder, decides, _shown(part, filters)))
    return tuple(found)


def _without_documents(line: str) -> str:
    """The line without the texts that stand in it for a command to read."""
    if "<<" not in line:
        return line
    kept, until = [], ""
    for part in line.split("\n"):
        if until:
            until = "" if part.strip() == until else until
        else:
            kept.append(part)
            begun = _HERE.search(part)
            until = begun[1] if begun else ""
    return "\n".join(kept)


def _typed(simple: str) -> str:
    """A simple command with the variables set in front of it, without redirections."""
    prefix = _PREFIX.match(simple)
    variables = _ENVIRONMENT.findall(prefix[0]) if prefix else []
    return " ".join([*variables, *_SILENCED.sub("", _PREFIX.sub("", simple)).split()])


def _shown(part: str, filters: list[str]) -> bool:
    if not all(map(_PASSES_ON.match, filters)):
        return False
    bare = _QUOTED.sub(_blank, part)
    return not re.search(r"(?<![<=-])>(?!>|\s*&\s*\d)", bare) and ("2>&1" in bare or "|&" in bare or not filters)


def _cut(line: str, at: re.Pattern[str]) -> list[tuple[str, str]]:
    """The parts of a line, each with what joins it to the one before; what is quoted is not cut."""
    bare = _QUOTED.sub(lambda quoted: "_" * len(quoted[0]), line)
    places = [(0, 0), *(join.span() for join in at.finditer(bare)), (len(line), len(line))]
    return [(line[start:end], line[end:after].strip()) for (start, end), (after, _) in pairwise(places)]


def is_test(simple: str) -> bool:
    """Whether a simple command runs tests, a linter, a type checker or a build."""
    return bool(_TEST.match(simple))


def purpose(command: str) -> Purpose:
    """Look, test or change: a line is what its most far-reaching part is."""
    bare = _QUOTED.sub(_blank, command)
    if _WRITES.search(bare):
        return "change"
    found = {_purpose(simple) for pipeline in _pipelines(bare) for simple in pipeline}
    return "change" if "change" in found or not found else "test" if "test" in found else "look"


def _blank(quoted: re.Match[str]) -> str:
    """What is quoted is no operator and no option; a line that goes on goes on."""
    return " " if quoted[0] == "\\\n" else "''"


def _pipelines(command: str) -> Iterator[list[str]]:
    for part in _SPLIT.split(command.strip()):
        first, *filters = (_PREFIX.sub("", simple.strip()) for simple in part.split("|"))
        if first and not first.startswith(("cd ", "#", "export ", "set -")):
            yield [_SILENCED.sub("", simple).strip() for simple in (first, *filters)]


def _purpose(simple: str) -> Purpose:
    if is_test(simple):
        return "test"
    head, _, rest = _XARGS.sub("", simple, count=1).partition(" ")
    name, rest = head.rsplit("/", 1)[-1], rest.strip()
    if not name or name in _LOOK or rest in ("--version", "-V", "-h") or rest.endswith("--help"):
        return "look"
    if name == "curl":
        return "change" if _SENDS.search(rest) else "look"
    if name == "find":
        runs = _RUNS.search(f" {rest}")
        return "change" if "-delete" in rest else _purpose(runs[1]) if runs else "look"
    looks = _SUBCOMMANDS.get(name)
    return "look" if looks and re.match(looks, _OPTIONS.sub("", rest, count=1)) else "change"
