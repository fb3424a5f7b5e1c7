"""The skill that a first lesson makes: broad, and with the schema that later lessons follow."""

from acontext_cli.distillations import Facts, Failure, Success
from acontext_cli.edits import CreateSkill, ReplaceText, SkillEdit
from acontext_cli.engines.engine import Space
from acontext_cli.engines.rules.places import COMMANDS
from acontext_cli.skills import SKILL, USER, Skill, described, description

_PURPOSE = "Procedures known to have worked with"
_LONGEST = 1024

_COMMANDS_BODY = (
    "# Project Commands\n\nCommands that were seen passing in at least two sessions.\n\n"
    "## File Structure\n\n- `commands.md`: one entry a command.\n\n"
    "## Guidelines\n\n- Only whole commands that others can run; never one file's or one test's.\n\n## Index\n"
)


def edits_for(name: str, lesson: Success | Facts, space: Space) -> tuple[SkillEdit, ...]:
    """What goes with a new entry: its skill is made where it is missing, else described by the entry too."""
    if name not in space.names():
        return (_creation(name, lesson),)
    skill = space.skill(name)
    said, mark, rest = skill.description.partition(f". {_PURPOSE}")
    triggers = f"{said}; {lesson.title}"
    if not mark or lesson.title in said or len(triggers) + len(mark) + len(rest) > _LONGEST:
        return ()
    return redescribed(name, skill, f"{triggers}{mark}{rest}")


def edits_for_warning(name: str, lesson: Failure, space: Space) -> tuple[SkillEdit, ...]:
    """What goes with an entry that becomes a warning: its title is no trigger of the skill any more."""
    skill = space.skill(name)
    said, mark, rest = skill.description.partition(f". {_PURPOSE}")
    kept = [title for title in said.split("; ") if title != description(lesson.title)]
    if not mark or len(kept) == len(said.split("; ")):
        return ()
    return redescribed(name, skill, f"{'; '.join(kept) or 'Warnings only'}{mark}{rest}")


def redescribed(name: str, skill: Skill, said: str) -> tuple[SkillEdit, ...]:
    """A skill with another description, as an edit; none where it says that already."""
    text = described(skill.text, description(said))
    old, new = skill.text.removesuffix(skill.body), text.removesuffix(skill.body)
    return (ReplaceText(skill=name, file=SKILL, old=old, new=new),) if old != new else ()


def _creation(name: str, lesson: Success | Facts) -> CreateSkill:
    if name == COMMANDS:
        said = "Commands that test, lint or build this project. Use before running any of them."
        return CreateSkill(name=name, description=said, body=_COMMANDS_BODY)
    if name == USER:
        said = "What the user wants in general: rules, preferences, corrections."
        return CreateSkill(name=name, description=said, body=_body("User General Facts", "facts.md"))
    tools = ", ".join(lesson.tools[:8])
    title = name.replace("-", " ").title()
    return CreateSkill(name=name, description=_described(lesson.title, tools), body=_body(title, "procedures.md"))


def _described(title: str, tools: str) -> str:
    """The trigger words of the entries first, then what the skill is for."""
    return description(f"{title}. {_PURPOSE} {tools}. Use when a request or a log shows one of these symptoms.")


def _body(title: str, file: str) -> str:
    return (
        f"# {title}\n\nWhat worked before, each entry with how that is known.\n\n"
        f"## File Structure\n\n- `{file}`, then `{file.replace('.md', '-2.md')}` and so on when it is full.\n\n"
        "## Guidelines\n\n- One entry a kind of task: `## Title (date: YYYY-MM-DD)`.\n"
        "- Look first at what tells causes apart; go on only if that holds.\n"
        "- Roles and derivations, not the names and numbers of one occasion.\n\n## Index\n"
    )
