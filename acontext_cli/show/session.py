"""One session: its transcript, its tasks, its excerpt."""

from collections.abc import Iterable, Iterator

from acontext_cli.messages import Message
from acontext_cli.session import Session
from acontext_cli.session.about import About
from acontext_cli.show.paint import Line, paint
from acontext_cli.show.text import counted, one_line, say, warn
from acontext_cli.show.transcript import transcript
from acontext_cli.tasks import Status, Task

_STYLES: dict[Status, str] = {
    "success": "bold green",
    "failed": "bold red",
    "running": "bold yellow",
    "pending": "bold",
}


def show_transcript(session: Session, messages: Iterable[Message], *, full: bool) -> None:
    dated = f", dated {session.date}" if session.date else ""
    lines: list[Line] = [("dim", f"session {session.id}  {session.name}".rstrip() + f" (space {session.space}{dated})")]
    if told := _origin(session.about):
        lines.append(("dim", told))
    paint([*lines, ("", "")])
    paint(transcript(messages, full=full))


def _origin(about: About) -> str:
    """`codex 0.142.2, gpt-5.2, /home/me/shop (main), started by 0d3f9b14`; empty where nothing is known."""
    place = f"{about.project} ({about.branch})" if about.branch else about.project
    parent = f"started by session {about.parent[:8]}" if about.parent else ""
    forked = f"goes on from session {about.forked[:8]}" if about.forked else ""
    told = (f"{about.agent} {about.version}".strip(), about.model, place, parent, forked)
    return one_line(", ".join(filter(None, told)))


def show_tasks(tasks: Iterable[Task], *, pending: int, taskless: str = "") -> None:
    paint(task_lines(tasks))
    if taskless:
        warn(taskless)
    elif pending:
        warn(f"{counted(pending, 'message')} not looked at yet: acontext extract SESSION")


def task_lines(tasks: Iterable[Task], indent: str = "") -> Iterator[Line]:
    """`[success] goal`, and what was done and found underneath."""
    for task in tasks:
        yield _STYLES[task.status], f"{indent}[{task.status}] {one_line(task.goal)}"
        for line in task.progress:
            yield "", f"{indent}  > {one_line(line)}"
        if task.known:
            yield "dim", f"{indent}  known because: {one_line(task.known.because)} ({task.known.source})"


def show_excerpt(excerpt: Iterable[tuple[str, str]]) -> None:
    for id, text in excerpt:
        say(f"--- {id}\n{text}")
