"""Where things stand: `init`, `status`, `config`, `log`, and `acontext` alone."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from acontext_cli.cli.nouns import AsJson, SpaceName, workspace
from acontext_cli.errors import AcontextError
from acontext_cli.show.text import as_json, say, warn

if TYPE_CHECKING:
    from acontext_cli.config import Config

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


@app.command("config", epilog="Example: acontext config check")
def config(
    context: typer.Context,
    check: Annotated[
        str, typer.Argument(metavar="[check]", help="Ask the model for one tool call: can it do the job?")
    ] = "",
    json: AsJson = False,
) -> None:
    """Show every setting, its value, and where it comes from; `check` tries the model."""
    if check not in ("", "check"):
        raise typer.BadParameter(f"{check!r} is not known here: acontext config, or acontext config check")
    if check:
        from acontext_cli.api.workspace import standing_config

        _check(standing_config(context.obj), json)
        return
    here = workspace(context)
    from acontext_cli.api.models import judge
    from acontext_cli.config.masks import masked
    from acontext_cli.show.config import show_config

    settings, judged = tuple(map(masked, here.config.settings)), judge(here.config, os.environ)
    if json:
        as_json({"workspace": here.root, "settings": settings, **asdict(judged)})
    else:
        show_config(here.folder.config_file, settings, judged)


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
        names = {each.id: each.name for each in here.folder.newest()}
        (as_json if json else show_log)(entries(spaces, names))


@app.command("undo", epilog="Example: acontext undo 4f2a9c11")
def undo(
    context: typer.Context,
    run: Annotated[
        str, typer.Argument(metavar="[RUN]", help="A run, or the beginning of its id; default: the last one.")
    ] = "",
    keep_mine: Annotated[
        bool, typer.Option("--keep-mine", help="Leave what was changed since, and take back the rest.")
    ] = False,
    space: SpaceName = "",
    json: AsJson = False,
) -> None:
    """Take a run back in every file that it wrote: what it taught is not taught again. Undo is a run too, so it can be
    taken back itself."""
    from acontext_cli.show.standing import show_undone

    done = workspace(context).undo(run, space=space, keep_mine=keep_mine)
    (as_json if json else show_undone)(done)


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


def _check(config: "Config", json: bool) -> None:
    from acontext_cli.api.model_check import check
    from acontext_cli.api.models import judge
    from acontext_cli.show.config import show_check

    if model := judge(config, os.environ).model:
        warn(f"{model} is asked for one tool call …")
    found = check(config, os.environ)
    (as_json if json else show_check)(found)
    if found.problem:
        raise typer.Exit(1)


def _place(context: typer.Context, user: bool) -> Path:
    from acontext_cli.api.workspace import user_place

    if user and context.obj:
        raise AcontextError("--user and --workspace name two places: give one")
    return user_place() if user else Path(context.obj or ".")
