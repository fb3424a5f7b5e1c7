"""`acontext skill …`"""

from pathlib import Path
from typing import Annotated

import typer

from acontext_cli.cli.nouns import AsJson, SkillName, SpaceName, Yes, confirm, skill_names, workspace
from acontext_cli.errors import AcontextError
from acontext_cli.show.skills import show_problems, show_skill, show_skills
from acontext_cli.show.text import as_json, counted, say

app = typer.Typer(
    name="skill",
    help="Skills: plain Markdown folders that every agent can read.",
    epilog="Example: acontext skill list",
)


@app.command("list", epilog="Example: acontext skill list")
def list_skills(context: typer.Context, space: SpaceName = "", json: AsJson = False) -> None:
    """List the skills of a space."""
    skills = workspace(context).space(space).skills
    if json:
        as_json([{"name": name, "description": text, "files": skills.files(name)} for name, text in skills.list()])
    else:
        show_skills(skills)


@app.command("show", epilog="Example: acontext skill show devops-incident-patterns gateway-errors.md")
def show(
    context: typer.Context,
    skill: SkillName,
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="One of its files.")] = "",
    space: SpaceName = "",
    json: AsJson = False,
) -> None:
    """Show a skill: where it is, its files and its SKILL.md; or one of its files as it stands."""
    skills = workspace(context).space(space).skills
    if json:
        as_json({"name": skill, "files": {file: skills.read(skill, file)} if file else skills.texts(skill)})
    elif file:
        say(skills.read(skill, file).rstrip("\n"))
    else:
        show_skill(skills, skill)


@app.command("new", epilog='Example: acontext skill new team-rules --description "How this team works"')
def new(
    context: typer.Context,
    skill: Annotated[str, typer.Argument(metavar="SKILL", help="Lower-case letters, digits and hyphens.")],
    description: Annotated[str, typer.Option(metavar="TEXT", help="What it is for and when to use it.")] = "",
    space: SpaceName = "",
) -> None:
    """Make a skill of your own: its SKILL.md says what the learner is to remember in it, and how."""
    say(str(workspace(context).space(space).skills.new(skill, description)))


@app.command("check", epilog="Example: acontext skill check")
def check(
    context: typer.Context,
    skill: Annotated[str, typer.Argument(metavar="[SKILL]", help="Default: all.", autocompletion=skill_names)] = "",
    space: SpaceName = "",
    json: AsJson = False,
) -> None:
    """Check skills against the Agent Skills format and the budgets."""
    skills = workspace(context).space(space).skills
    problems = skills.check(skill)
    if json:
        as_json(problems)
    else:
        show_problems(problems, 1 if skill else len(skills.names()))
    if problems:
        raise AcontextError(f"{counted(len(problems), 'problem')} to mend")


@app.command("add", epilog="Example: acontext skill add release-notes.zip")
def add(
    context: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="ZIP|FOLDER", help="What holds a skill, or several.", show_default=False)
    ],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Take its only skill by this name.")] = "",
    space: SpaceName = "",
) -> None:
    """Take in skills from a zip or a folder: all that are in it or none. A folder is copied, never linked.

    At most 200 files, 1 MiB each and 10 MiB in all. Links, hidden files and names that do not work everywhere are not
    taken; Markdown must be UTF-8.
    """
    from acontext_cli.show.skills import show_added

    show_added(workspace(context).space(space).skills.add(Path(source), name), space)


@app.command("pack", epilog="Example: acontext skill pack release-notes -o release-notes.zip")
def pack(
    context: typer.Context,
    skills: Annotated[list[str], typer.Argument(metavar="SKILL...", help="Their names.", autocompletion=skill_names)],
    out: Annotated[str, typer.Option("--out", "-o", metavar="FILE", help="The zip to write.", show_default=False)],
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    space: SpaceName = "",
) -> None:
    """Write skills into a zip, a folder each, that `skill add` and other programs take. The ledger stays here."""
    packed = workspace(context).space(space).skills.pack(skills, Path(out), force=force)
    say(f"packed {', '.join(packed)} into {out}: {counted(sum(map(len, packed.values())), 'file')}")


@app.command("delete", epilog="Example: acontext skill delete team-rules --yes")
def delete(context: typer.Context, skill: SkillName, space: SpaceName = "", yes: Yes = False) -> None:
    """Delete a skill with its files. What it taught is not taught again."""
    skills = workspace(context).space(space).skills
    files = skills.files(skill)
    confirm(f"Delete the skill {skill!r} with {counted(len(files), 'file')}?", yes)
    skills.delete(skill)
    say(f"deleted {skill}")


@app.command("why", epilog="Example: acontext skill why devops-incident-patterns gateway-errors.md:8")
def why(
    context: typer.Context,
    skill: SkillName,
    place: Annotated[
        str, typer.Argument(metavar="[FILE[:LINE]]", help="One of its files, or a line of it; default: all.")
    ] = "",
    space: SpaceName = "",
    json: AsJson = False,
) -> None:
    """Say why a skill, a file or a line is there: who wrote it, on what evidence, what later sessions said of it.

    Works after hand edits, moves and renames, and in a clone without the transcripts.
    """
    from acontext_cli.api.why import why as asked
    from acontext_cli.api.why.clone import standing
    from acontext_cli.show.why import show_why

    folder, skills = standing(context.obj, space)
    (as_json if json else show_why)(asked(folder, skills, skill, place))
