"""The nouns of a command line: found by what was typed, and offered where Tab was pressed."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from acontext_cli.api.session import Session
from acontext_cli.api.workspace import Workspace
from acontext_cli.errors import AcontextError
from acontext_cli.show.text import say


def workspace(context: typer.Context) -> Workspace:
    chosen: Path | str | None = context.obj
    return Workspace.find(chosen)


def workspaces(context: typer.Context) -> list[Workspace]:
    """The one that is meant, and where none is named those too that imports have written to."""
    return Workspace.find_all(context.obj)


def session(context: typer.Context, ref: str) -> Session:
    return workspace(context).session(ref)


def confirm(question: str, yes: bool) -> None:
    """Goes on where the answer is yes. Nobody to ask is a refusal."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise AcontextError(f"{question} There is no terminal to ask: add --yes")
    try:
        answer = input(f"{question} [y/N]: ")
    except EOFError:  # Ctrl-D
        answer = ""
        say()
    if answer.strip().lower() not in ("y", "yes"):
        raise AcontextError("nothing was deleted")


def agreed(question: str, yes: bool) -> bool:
    """Whether to go on with what takes nothing away: where nobody can be asked, yes."""
    if yes or not sys.stdin.isatty():
        return True
    try:
        answer = input(f"{question} [Y/n]: ")
    except EOFError:  # Ctrl-D
        say()
        return False
    return answer.strip().lower() in ("", "y", "yes")


def session_names(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    try:
        found = workspace(context).folder.newest(200)
    except AcontextError:
        return []
    refs = [(each.name or each.id, f"{each.created[:10]} {each.space}") for each in found]
    return [ref for ref in [("@last", "last recorded into"), *refs] if ref[0].startswith(incomplete)]


def skill_names(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    try:
        listed = workspace(context).space().skills.list()
    except AcontextError:
        return []
    return [(name, description[:60]) for name, description in listed if name.startswith(incomplete)]


def space_names(context: typer.Context, incomplete: str) -> list[str]:
    try:
        return [name for name in workspace(context).spaces() if name.startswith(incomplete)]
    except AcontextError:
        return []


SessionRef = Annotated[
    str,
    typer.Argument(
        metavar="SESSION",
        help="Its name, id, the beginning of its id, or @last.",
        autocompletion=session_names,
        show_default=False,
    ),
]
SkillName = Annotated[str, typer.Argument(metavar="SKILL", help="Its name.", autocompletion=skill_names)]
SpaceName = Annotated[
    str, typer.Option("--space", metavar="SPACE", help="The space; default: see config.", autocompletion=space_names)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
