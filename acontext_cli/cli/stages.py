"""`acontext record`, and the stages of the pipeline: `extract`, `distill`, `learn`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from acontext_cli.cli.nouns import AsJson, SessionRef, SpaceName, session, session_names, workspace
from acontext_cli.errors import AcontextError
from acontext_cli.show.text import as_json, counted, say, warn

app = typer.Typer()


# A file whose name begins with '-' is looked for like any other, so that a wrong one is refused by its name.
@app.command(
    "record",
    epilog="Example: acontext record monday transcript.jsonl",
    context_settings={"ignore_unknown_options": True},
)
def record(
    context: typer.Context,
    ref: SessionRef,
    file: Annotated[str, typer.Argument(metavar="[FILE|-]", help="JSON Lines; - or nothing: standard input.")] = "-",
) -> None:
    """Append messages: one OpenAI chat-completions message a line, any role."""
    from acontext_cli.session import parse_batch

    found = session(context, ref)
    with _opened(file) as source:
        messages = parse_batch("standard input" if file == "-" else file, source)
    if file == "-" and not messages:
        raise AcontextError("nothing to read on standard input: acontext record SESSION FILE, or messages in a pipe")
    recorded = found.folder.record(messages)
    if recorded.set_aside:
        warn(f"a line that a crash had cut off was set aside in {found.folder.transcript}.torn")
    say(f"recorded {counted(len(recorded.ids), 'message')}")


@app.command("extract", epilog="Example: acontext extract monday")
def extract(context: typer.Context, ref: SessionRef, json: AsJson = False) -> None:
    """Find the tasks in what was recorded since the last time."""
    from acontext_cli.pipeline import extract
    from acontext_cli.show.session import show_tasks

    found = session(context, ref)
    tasks = extract(found.folder, workspace(context).engine())
    if json:
        as_json(tasks)
    elif tasks:
        show_tasks(tasks, pending=0)
    else:
        say(": ".join(filter(None, ("nothing new", found.taskless))))


@app.command("distill", epilog="Example: acontext distill monday")
def distill(context: typer.Context, ref: SessionRef, json: AsJson = False) -> None:
    """Say what each finished task teaches, or why nothing."""
    from acontext_cli.pipeline import distill
    from acontext_cli.show.learned import as_distilled, show_distilled

    found = session(context, ref)
    verdicts = distill(found.folder, workspace(context).engine())
    if json:
        as_json([as_distilled(each) for each in verdicts])
    else:
        show_distilled(verdicts, stored=found.verdicts())


@app.command("learn", epilog="Example: acontext learn --dry-run")
def learn(
    context: typer.Context,
    refs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SESSION]...", help="Default: all that have something new.", autocompletion=session_names
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what each session would change.")] = False,
    space: SpaceName = "",
    json: AsJson = False,
) -> None:
    """Extract, distill and write what is safe to learn into skills."""
    from acontext_cli.cli.learning import Learning
    from acontext_cli.show.learned import has_news, show_run, show_sum

    here = workspace(context)
    learning = Learning(here, space=space, dry_run=dry_run)
    done = []
    for found, learned in learning.of(refs) if refs else learning.of_all():
        done.append(learned)
        if not json and (refs or has_news(learned)):
            tasks = found.tasks_numbered({task.number for task in learned.tasks})
            show_run(found.name or found.id, learned, tasks, taskless=found.taskless)
    if json:
        as_json(done)
    else:
        show_sum(done, dry_run=dry_run, failed=learning.failed)
    if learning.failed:
        raise AcontextError(f"{counted(learning.failed, 'session')} could not be learned from: see above")


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        if sys.stdin.isatty():
            warn("reading messages, one a line; end with Ctrl-D")
        yield sys.stdin.buffer
        return
    if not Path(file).exists():
        raise AcontextError(f"there is no file {file!r}")
    with Path(file).open("rb") as source:
        yield source
