"""`acontext recall`: what an agent sees."""

from typing import Annotated

import typer

from acontext_cli.cli.nouns import AsJson, SpaceName, skill_names, workspace
from acontext_cli.show.text import as_json, say, warn

app = typer.Typer()


@app.command("recall", epilog="Example: acontext recall devops-incident-patterns gateway-errors.md")
def recall(
    context: typer.Context,
    skill: Annotated[str, typer.Argument(metavar="[SKILL]", help="A skill.", autocompletion=skill_names)] = "",
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="One of its files.")] = "",
    space: SpaceName = "",
    json: AsJson = False,
) -> None:
    """Print what an agent is shown: the catalog, a skill, or a file of it."""
    skills = workspace(context).space(space).skills
    if not skill:
        offered = skills.recall()
        if json:
            as_json({"prompt": offered.prompt(), "tools": offered.openai_tools()})
        else:
            _say(offered.prompt())
        return
    text = skills.shown(skill, file)
    if json:
        as_json({"skill": skill, "file": file or None, "text": text})
    else:
        say(text.rstrip("\n"))


def _say(prompt: str) -> None:
    say(prompt) if prompt else warn("no skill yet: acontext learn")
