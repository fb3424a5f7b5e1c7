"""Which transcripts are meant: those of the files and folders named, or of all installed agents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from acontext_cli.errors import AcontextError
from acontext_cli.formats import FORMATS
from acontext_cli.importing.agents import AGENTS, kept
from acontext_cli.importing.finding import Found, files, found, is_regular


@dataclass(slots=True, kw_only=True)
class Search:
    """What is looked for, and what was in the way."""

    format: str = ""
    """Read as this format; empty: as the content tells."""
    agent: str = ""
    """Only sessions of this agent."""
    since: str = ""
    """Only sessions in which something was said at this time or later: `2026-03-26T10:00:00`, UTC."""
    strange: int = 0
    """How many files are no transcripts."""
    problems: list[str] = field(default_factory=list)
    """Files that could not be read, a sentence each."""

    def __post_init__(self) -> None:
        if self.format and self.format not in FORMATS:
            raise AcontextError(f"there is no format {self.format!r}: the formats are {', '.join(FORMATS)}")

    def places(self, env: Mapping[str, str]) -> list[Path]:
        """Where the installed agents keep their sessions, those places that are there."""
        if self.agent and self.agent not in AGENTS:
            known = ", ".join(AGENTS)
            raise AcontextError(
                f"where {self.agent!r} keeps its sessions is not known ({known} are): name files or folders"
            )
        return [folder for agent in AGENTS if self.agent in ("", agent) for folder in kept(agent, env)]

    def found(self, paths: Sequence[Path]) -> list[Found]:
        """The transcripts among files and folders, newest first."""
        for path in paths:
            if not path.exists():
                raise AcontextError(f"there is no file or folder {str(path)!r}")
        listed = dict.fromkeys(files(paths))
        looked = (each for path in listed for each in self._looked(path, named=path in paths))
        return sorted(looked, key=lambda each: (each.time, str(each.path)), reverse=True)

    def _looked(self, path: Path, *, named: bool) -> Iterator[Found]:
        try:
            each = found(path, self.format) if is_regular(path) else None
        except OSError as error:
            self.problems.append(f"{str(path)!r} was not read: {error.strerror or error}")
            return
        if each is None:
            self.strange += 1
            if named:
                self.problems.append(
                    f"{str(path)!r} is no transcript of a known form: name it with --format if it is one"
                )
        elif (not self.agent or each.origin.agent == self.agent) and each.time >= self.since:
            yield each
