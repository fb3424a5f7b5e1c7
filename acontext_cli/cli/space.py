"""`acontext space …`"""

from typing import Annotated

import typer

from acontext_cli.cli.nouns import AsJson, Yes, confirm, space_names, workspace
from acontext_cli.show.text import as_json, counted, say, table

app = typer.Typer(
    name="space", help="Spaces: folders of skills, each with its ledger.", epilog="Example: acontext space new team"
)

Name = Annotated[str, typer.Argument(metavar="SPACE", help="Its name.", autocompletion=space_names)]


@app.command("list", epilog="Example: acontext space list")
def list_spaces(context: typer.Context, json: AsJson = False) -> None:
    """List the spaces and how many skills each has."""
    here = workspace(context)
    spaces = [{"name": name, "skills": len(here.space(name).skills.names())} for name in here.spaces()]
    if json:
        as_json(spaces)
    else:
        table((str(space["name"]), f"{space['skills']} skills") for space in spaces)


@app.command("new", epilog="Example: acontext space new team")
def new(context: typer.Context, name: Annotated[str, typer.Argument(metavar="SPACE", help="Its name.")]) -> None:
    """Make a space with the two skills that every space starts with."""
    say(str(workspace(context).new_space(name).store.folder))


@app.command("delete", epilog="Example: acontext space delete team --yes")
def delete(context: typer.Context, name: Name, yes: Yes = False) -> None:
    """Delete a space with all its skills."""
    here = workspace(context)
    skills = here.space(name).skills.names()
    belong = sum(session.space == name for session in here.sessions())
    told = f" {counted(belong, 'session')} of it can teach nothing then." if belong else ""
    confirm(f"Delete the space {name!r} with {counted(len(skills), 'skill')}?{told}", yes)
    here.delete_space(name)
    say(f"deleted {name}")
