"""Skills for a person: their files are printed as they stand, never through Rich, which would read markup in them."""

from collections.abc import Sequence

from acontext_cli.api.space import Skills
from acontext_cli.show.text import counted, one_line, say, size, table, warn


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


def show_problems(problems: Sequence[str], checked: int) -> None:
    for problem in problems:
        say(one_line(problem))
    if not problems:
        say(f"{counted(checked, 'skill')} checked, all is well")
