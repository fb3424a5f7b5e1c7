"""Skills for a person: their files are printed as they stand, never through Rich, which would read markup in them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from acontext_cli.api.space import Skills
from acontext_cli.show.text import counted, one_line, say, size, table, warn

if TYPE_CHECKING:
    from acontext_cli.packing import Foreign
    from acontext_cli.rot import Note


def show_skills(skills: Skills) -> None:
    listed = dict(skills.list())
    if not skills.names():
        warn("no skill yet: acontext learn")
    table((name, listed.get(name, "cannot be read: acontext skill check says why")) for name in skills.names())


def show_skill(skills: Skills, name: str) -> None:
    folder = skills.store.folder / name
    say(str(folder))
    table((f"  {file}", size((folder / file).stat().st_size)) for file in skills.files(name))
    say()
    say(skills.read(name).rstrip("\n"))


def show_added(skills: "Sequence[Foreign]", space: str = "") -> None:
    """What came in, and what it is."""
    for skill in skills:
        sizes = skill.sizes
        say(f"added {skill.name}: {counted(len(sizes), 'file')}, {size(sum(sizes.values()))}")
        say(f"  {one_line(skill.description)}")
        table((f"  {file}", size(count)) for file, count in sizes.items())
        for risk in skill.risks:
            warn(f"accepted: {one_line(risk)}")
    of = f" --space {space}" if space else ""
    say("a foreign skill is instructions to your agent: read it before an agent does")
    say(f"next: acontext skill show {skills[0].name}{of}")


def show_problems(problems: Sequence[str], checked: int) -> None:
    for problem in problems:
        say(one_line(problem))
    if not problems:
        say(f"{counted(checked, 'skill')} checked, all is well")


def show_notes(notes: "Sequence[Note]") -> None:
    """What may have gone bad: for a person to decide on."""
    if not notes:
        return
    say(f"\n{counted(len(notes), 'note')}, for you to decide on (nothing was changed):")
    for note in notes:
        say(f"  {one_line(f'{note.place}: {note.text}')}")
        if note.quote:
            say(f"    “{one_line(note.quote)}”")
