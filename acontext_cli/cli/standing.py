"""Where things stand: `init`, `status`, `config`, `log`, and `acontext` alone."""

from pathlib import Path
from typing import Annotated

import typer

from acontext_cli.cli.nouns import AsJson, SpaceName, workspace
from acontext_cli.errors import AcontextError
from acontext_cli.show.text import as_json, say, table

app = typer.Typer()


@app.command("init", epilog="Example: acontext init")
def init(
    context: typer.Context,
    user: Annotated[bool, typer.Option("--user", help="Make your own, used where no other is found.")] = False,
) -> None:
    """Make a workspace in this folder (or in --workspace DIR)."""
    from acontext_cli.api.workspace import Workspace

    made, new = Workspace.init(_place(context, user))
    say(f"{'made' if new else 'there is already'} a workspace in {made.root}")
    begin = "acontext import takes in what your agents have kept; or acontext session new --name NAME"
    say(f"next: {begin}" if new else "next: acontext status")


@app.command("status", epilog="Example: acontext status --json")
def status(context: typer.Context, json: AsJson = False) -> None:
    """Show where things stand and what to type next."""
    from acontext_cli.api.standing import standing
    from acontext_cli.show.standing import show_standing

    found = standing(workspace(context))
    if json:
        as_json(found)
    else:
        show_standing(found)


@app.command("config", epilog="Example: acontext config --json")
def config(context: typer.Context, json: AsJson = False) -> None:
    """Show every setting, its value, and where it comes from."""
    here = workspace(context)
    if json:
        as_json({"workspace": here.root, "settings": here.config.settings})
        return
    say(f"{here.folder.config_file}")
    table((each.name, each.value, each.source, each.about) for each in here.config.settings)


@app.command("log", epilog="Example: acontext log 4f2a9c11")
def log(
    context: typer.Context,
    run: Annotated[
        str, typer.Argument(metavar="[RUN]", help="A run, or the beginning of its id: what it changed.")
    ] = "",
    space: SpaceName = "",
    json: AsJson = False,
) -> None:
    """List the runs that changed skills, newest first, or show what one of them changed."""
    from acontext_cli.api.log import changes, entries, find
    from acontext_cli.show.standing import show_changes, show_log

    here = workspace(context)
    spaces = [here.space(name) for name in ([space] if space else here.spaces())]
    if run:
        store, found = find(spaces, run)
        (as_json if json else show_changes)(changes(store, found))
    else:
        (as_json if json else show_log)(entries(spaces))


def overview(context: typer.Context) -> None:
    """What `acontext` alone says; without a workspace, how to begin."""
    try:
        workspace(context)
    except AcontextError as error:
        from acontext_cli.show.standing import show_beginning

        if context.obj:
            raise
        show_beginning(str(error))
        return
    status(context)


def _place(context: typer.Context, user: bool) -> Path:
    from acontext_cli.api.workspace import user_place

    if user and context.obj:
        raise AcontextError("--user and --workspace name two places: give one")
    return user_place() if user else Path(context.obj or ".")
