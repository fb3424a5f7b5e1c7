"""A model that is a command the person already has (`claude -p`, `codex exec`, …): the prompt on its stdin, the answer
on its stdout.

It runs in an empty folder, is told not to have itself recorded, and its calls are text that is read as calls.
"""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from acontext_cli.messages import MARK, NO_CAPTURE, Json
from acontext_cli.model import Reply, Usage
from acontext_cli.models.envelope import Answer, opened
from acontext_cli.models.in_text import as_text, calls_in
from acontext_cli.models.presets import program_of
from acontext_cli.models.program import Ended, Program
from acontext_cli.models.refusals import Passing, last_words, refusal
from acontext_cli.models.unsaid import Unsaid

_INSIDE = frozenset({"CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT"})
"""By these claude knows that it runs inside itself, and refuses to start."""
_OF_A_KEY = re.compile(r"(?:KEY|TOKEN|SECRET|PASSWORD)$", re.IGNORECASE)
"""Variables of such names hold what must never be repeated."""
_SUBCOMMAND = re.compile(r"--?[a-z][a-z-]{0,30}(?==|$)|[a-z][a-z-]{0,20}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command that answers a prompt."""

    argv: tuple[str, ...]
    """The program and its arguments; no shell reads them."""
    model: str = ""
    """What reports call it beside the program's name; empty: the program's name alone."""
    timeout: float = 300.0
    """Seconds for one call."""


class CommandModel:
    """Asks a command, each time anew."""

    def __init__(
        self, command: Command, *, env: Mapping[str, str], folder: Path | None = None, pause: float = 2.0
    ) -> None:
        """`folder`: where it runs, an empty one without; `pause`: seconds before it is asked again after a fault."""
        self.name = _name(command)
        self.identity = " ".join(command.argv)
        """What tells it from the same program with other options."""
        self._folder = folder
        self._pause = pause
        self._called = program_of(command.argv)
        environment = {name: value for name, value in env.items() if name not in _INSIDE} | {NO_CAPTURE: "1"}
        self._unsaid = Unsaid(value for name, value in env.items() if _OF_A_KEY.search(name))
        self._program = Program(command.argv, name=self.name, env=environment, timeout=command.timeout)

    def reply(self, messages: Sequence[Json], tools: Sequence[Json], *, required: bool = False) -> Reply:
        sent = self.request(messages, tools, required=required)
        calls = 1
        try:
            answer = self._asked(sent)
        except Passing:
            time.sleep(self._pause)
            calls = 2
            answer = self._asked(sent)
        text, found = calls_in(answer.text, tools)
        usage = Usage(
            calls=calls,
            prompt=answer.prompt or _estimated(sent.decode("utf-8")),
            completion=answer.completion or _estimated(answer.text),
        )
        return Reply(text=text, calls=found, usage=usage)

    def request(self, messages: Sequence[Json], tools: Sequence[Json], *, required: bool = False) -> bytes:
        """What would stand on its stdin; nothing is sent."""
        return f"{MARK}\n\n{as_text(messages, tools, required=required)}".encode("utf-8", "replace")

    def stop(self) -> None:
        """End the calls that run in other threads."""
        self._program.stop()

    def _asked(self, sent: bytes) -> Answer:
        with _folder(self._folder) as folder:
            ended = self._program.run(sent, folder)
        ended = replace(ended, out=self._unsaid.cut(ended.out), err=self._unsaid.cut(ended.err))  # answers are kept
        answer = opened(ended.out)
        if ended.code == 0 and answer.text and not answer.error:
            return answer
        raise refusal(self.name, self._called, _words(ended, answer), status=answer.status)


def _words(ended: Ended, answer: Answer) -> str:
    """Why there is no answer, as well as it can be told."""
    told = answer.error or last_words(ended.err)
    if ended.code == 0:
        return told if answer.error else ": ".join(filter(None, ("it printed no answer", told)))
    how = f"it was ended by signal {-ended.code}" if ended.code < 0 else f"exit code {ended.code}"
    return told or ": ".join(filter(None, (how, last_words(answer.text))))


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    """Where an agent finds no project and no instructions."""
    if given is not None:
        yield given
        return
    with TemporaryDirectory(prefix="acontext-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _name(command: Command) -> str:
    """`claude -p`: the program and its first subcommand or flag, never a path or a prompt."""
    first = _SUBCOMMAND.match(command.argv[1]) if command.argv[1:] else None
    return " ".join(filter(None, (program_of(command.argv), first[0] if first else "", command.model)))


def _estimated(text: str) -> int:
    """Tokens of a text where nobody tells."""
    return -(-len(text) // 4)
