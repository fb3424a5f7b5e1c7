"""`acontext link` and `acontext unlink`: skills where agents load them."""

from typing import Annotated

import typer

from acontext_cli.cli.nouns import AsJson, SpaceName, skill_names, workspace
from acontext_cli.show.text import as_json, say, warn

app = typer.Typer()

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[SKILL]...", help="Skills; see above.", autocompletion=skill_names)
]
User = Annotated[bool, typer.Option("--user", help="In your home folder, for every project.")]


def _client_names(incomplete: str) -> list[str]:
    from acontext_cli.linking import CLIENTS

    return [name for name in CLIENTS if name.startswith(incomplete)]


To = Annotated[
    list[str] | None,
    typer.Option(
        "--to",
        metavar="CLIENT",
        help="agents (.agents/skills, which most read), claude-code, codex …; more than once for several.",
        autocompletion=_client_names,
    ),
]


@app.command("link", epilog="Example: acontext link --to claude-code")
def link(
    context: typer.Context,
    skills: Names = None,
    to: To = None,
    user: User = False,
    copy: Annotated[bool, typer.Option("--copy", help="Copy instead of linking.")] = False,
    space: SpaceName = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
    list_: Annotated[
        bool, typer.Option("--list", help="List what is linked, and whether it is as it should be.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Make skills appear where agents load them: in .agents/skills and .claude/skills, or where --to says.

    Without names all skills of the space but daily-logs and user-general-facts. What was linked before is mended:
    what is missing comes back, copies follow their skills, links of skills that are gone are taken away. What acontext
    did not make is never touched.
    """
    from acontext_cli.api.links import Links
    from acontext_cli.show.links import as_listed, show_done, show_left, show_standing

    links = Links.of(workspace(context), to=to or (), user=user, space=space)
    if list_:
        found = links.standing()
        as_json([as_listed(step) for step in found]) if json else show_standing(found)
        return
    _say_for_whom(links.for_user and not user)
    steps = links.link(skills or (), copy=copy, dry_run=dry_run)
    if json:
        as_json([{**as_listed(step), "did": step.do} for step in steps])
    elif all(step.do == "keep" for step in steps):
        show_standing(links.standing())
    else:
        show_done(steps, dry_run=dry_run)
    for line in links.cut_off(steps):
        warn(line)
    if show_left(steps):
        raise typer.Exit(1)


@app.command("unlink", epilog="Example: acontext unlink devops-incident-patterns")
def unlink(
    context: typer.Context, skills: Names = None, to: To = None, user: User = False, space: SpaceName = ""
) -> None:
    """Take away the links and copies that `acontext link` made, and nothing else. Without names all of them."""
    from acontext_cli.api.links import Links
    from acontext_cli.show.links import show_done, show_left

    links = Links.of(workspace(context), to=to or (), user=user, space=space)
    _say_for_whom(links.for_user and not user)
    steps = links.unlink(skills or ())
    show_done(steps)
    if not steps:
        say("acontext has linked nothing here")
    if show_left(steps):
        raise typer.Exit(1)


def _say_for_whom(implied: bool) -> None:
    if implied:
        warn("this is your own workspace: its skills are linked in your home folder, for every project")
