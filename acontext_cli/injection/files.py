"""The scan of a skill's files: what no skill has a use for, with the place where it stands."""

from collections.abc import Iterator, Mapping

from acontext_cli.injection.scan import dangers

_LONGEST = 1 << 20


def risks(name: str, files: Mapping[str, str]) -> Iterator[str]:
    """What would lead an agent astray, a sentence each: `skill/file:line: it … : “…”`."""
    for file, text in sorted(files.items()):
        for trap in dangers(text[:_LONGEST], of_a_page=file.lower().endswith(".md")):
            line = text.count("\n", 0, trap.start) + 1
            yield f"{name}/{file}:{line}: it {trap.reason}: “{trap.span}”"
