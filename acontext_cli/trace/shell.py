"""What a shell command is for: to look, to test or to change. Unknown counts as change."""

import re
from typing import Literal

Purpose = Literal["look", "test", "change"]

TOOLS = frozenset(
    str.split(
        "bash shell sh exec terminal exec_command execute_command run_command run_shell_command local_shell "
        "execute_bash run_terminal_cmd powershell container.exec shell_command"
    )
)
"""Names of tools that run a command line, lower case."""

_ARGUMENTS = ("command", "cmd", "script", "input")
_LOOK = frozenset(
    str.split(
        "ls cat head tail grep rg ag find fd pwd wc which whereis type env printenv ps df du stat file tree less "
        "more sort uniq cut tr jq yq diff cmp date uname whoami id hostname uptime free top lsof netstat ss ping "
        "dig nslookup host echo printf true test [ man help history journalctl dmesg sleep cd export set column "
        "nl od xxd strings awk"
    )
)
_SUBCOMMANDS = {
    "git": "status diff log show branch blame ls-files rev-parse describe remote grep shortlog reflog cat-file",
    "kubectl": "get describe logs top explain version",
    "docker": "ps logs inspect images stats version top",
    "systemctl": "status is-active list-units show cat",
    "gh": "issue pr run repo api search view list",
    "npm": "ls list view outdated why audit",
    "pip": "list show freeze index",
    "go": "list env version doc",
    "cargo": "tree metadata search",
    "terraform": "plan show validate output",
    "helm": "list get status history",
}
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
_SPLIT = re.compile(r"\s*(?:&&|\|\||;|\n)\s*")
_WRITES = re.compile(r"(?<![0-9&<>-])>{1,2}(?!\s*(?:&|/dev/null))|\btee\b|\bsed\s+(?:-\w*\s+)*-\w*i|\bxargs\s+rm\b")
_PREFIX = re.compile(r"^(?:(?:\w+=\S*|sudo|time|timeout \S+|command|nohup|exec)\s+)+")


def is_shell(tool: str) -> bool:
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


def parts(command: str) -> list[str]:
    """The simple commands of a line, without `cd …`, variables set in front, and what only filters the output."""
    found = []
    for part in _SPLIT.split(command.strip()):
        bare = _PREFIX.sub("", part.split("|")[0].strip())
        if bare and not bare.startswith(("cd ", "#", "export ", "set -")):
            found.append(re.sub(r"\s*\d?>&?\s*(?:\d|/dev/null)", "", bare).strip())
    return found


def is_test(simple: str) -> bool:
    """Whether a simple command runs tests, a linter, a type checker or a build."""
    return bool(_TEST.match(simple))


def purpose(command: str) -> Purpose:
    """Look, test or change: a line is what its most far-reaching part is."""
    if _WRITES.search(command):
        return "change"
    found = {_purpose(part) for part in parts(command)}
    return "change" if "change" in found or not found else "test" if "test" in found else "look"


def _purpose(simple: str) -> Purpose:
    if is_test(simple):
        return "test"
    head, _, rest = simple.partition(" ")
    name = head.rsplit("/", 1)[-1]
    if name in _LOOK or rest.strip() in ("--version", "-V", "--help", "-h"):
        return "look"
    if name == "curl":
        return (
            "change" if re.search(r"-X\s*(?!GET)|--request (?!GET)|-d\b|--data|-F\b|-T\b|-o\b|-O\b", rest) else "look"
        )
    if name == "sed":
        return "look"
    subcommand = next((word for word in rest.split() if not word.startswith("-")), "")
    return "look" if subcommand in _SUBCOMMANDS.get(name, "").split() else "change"
