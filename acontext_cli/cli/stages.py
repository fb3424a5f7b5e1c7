"""`acontext record`, and the stages of the pipeline: `extract`, `distill`, `learn`."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from acontext_cli.api.workspace import Workspace
from acontext_cli.cli.nouns import AsJson, SessionRef, SpaceName, session, session_names, workspace, workspaces
from acontext_cli.errors import AcontextError
from acontext_cli.messages import NO_CAPTURE
from acontext_cli.show.text import as_json, counted, say, warn

if TYPE_CHECKING:
    from acontext_cli.cli.learning import Runs
    from acontext_cli.pipeline import Learned

app = typer.Typer()

_KEPT = (
    "SECRETS ARE KEPT: they stay in this session's transcript on disk as they came; "
    "they are still cut before anything reaches a skill or a model"
)


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
    keep_secrets: Annotated[bool, typer.Option("--keep-secrets", help="Leave secrets in the transcript.")] = False,
) -> None:
    """Append messages: one OpenAI chat-completions message a line, any role."""
    from acontext_cli.session import lines_of, parse_batch

    if os.environ.get(NO_CAPTURE):
        warn(f"nothing was recorded: {NO_CAPTURE} is set")
        return
    found = session(context, ref)
    with _opened(file) as source:
        name = "standard input" if file == "-" else file
        messages = parse_batch(name, lines_of(name, source))
    if file == "-" and not messages:
        raise AcontextError("nothing to read on standard input: acontext record SESSION FILE, or messages in a pipe")
    kept = keep_secrets or workspace(context).config["keep_secrets"] == "yes"
    recorded = found.folder.record(messages, keep_secrets=kept)
    if recorded.set_aside:
        warn(f"a line that a crash had cut off was set aside in {found.folder.transcript}.torn")
    if kept:
        warn(_KEPT)
    say(f"recorded {counted(len(recorded.ids), 'message')}{_cut(recorded.secrets)}")


def _cut(secrets: Mapping[str, int]) -> str:
    """What placeholders were put for, most first."""
    if not secrets:
        return ""
    most_first = sorted(secrets.items(), key=lambda each: (-each[1], each[0]))
    kinds = ", ".join(f"{kind} {count}" for kind, count in most_first)
    return f", cut {counted(sum(secrets.values()), 'secret')}: {kinds}"


@app.command("extract", epilog="Example: acontext extract monday")
def extract(context: typer.Context, ref: SessionRef, json: AsJson = False) -> None:
    """Find the tasks in what was recorded since the last time."""
    from acontext_cli.pipeline import extract
    from acontext_cli.show.learned import show_usage
    from acontext_cli.show.session import show_tasks

    found = session(context, ref)
    engine = workspace(context).engine(found)
    tasks = extract(found.folder, engine)
    if json:
        as_json(tasks)
    elif tasks:
        show_tasks(tasks, pending=0)
    else:
        say(": ".join(filter(None, ("nothing new", found.taskless))))
    if not json:
        show_usage(engine.usage)


@app.command("distill", epilog="Example: acontext distill monday")
def distill(context: typer.Context, ref: SessionRef, json: AsJson = False) -> None:
    """Say what each finished task teaches, or why nothing."""
    from acontext_cli.pipeline import distill
    from acontext_cli.show.learned import as_distilled, show_distilled, show_usage

    found = session(context, ref)
    engine = workspace(context).engine(found)
    verdicts = distill(found.folder, engine)
    if json:
        as_json([as_distilled(each) for each in verdicts])
    else:
        show_distilled(verdicts, stored=found.verdicts())
        show_usage(engine.usage)


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
    jobs: Annotated[int, typer.Option(min=1, max=64, metavar="N", help="Work on N sessions at a time.")] = 1,
    max_calls: Annotated[int, typer.Option(min=0, metavar="N", help="Stop after N calls of a model.")] = 0,
    spend: Annotated[int, typer.Option(min=0, metavar="TOKENS", help="Stop after so many tokens.")] = 0,
    show_prompts: Annotated[
        bool, typer.Option("--show-prompts", help="With --dry-run: print what would be sent, and send nothing.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Extract, distill and write what is safe to learn into skills: here, and wherever an import has written to."""
    from acontext_cli.api.models import judge
    from acontext_cli.cli.learning import Runs
    from acontext_cli.show.learned import show_engine, show_sum, show_usage

    everywhere = not (refs or space)
    places = workspaces(context) if everywhere else [workspace(context)]
    if show_prompts:
        _show_prompts(places, refs, space, dry_run=dry_run)
        return
    learning = Runs(places, space=space, dry_run=dry_run, jobs=jobs, calls=max_calls, tokens=spend)
    if not json:
        show_engine(judge(here.config, os.environ) for here in places)
    done = _told(learning, refs, json=json)
    if not json:
        with_model = any(here.engine_name == "llm" for here in places)
        show_sum(
            done,
            dry_run=dry_run,
            failed=learning.failed,
            stopped=bool(learning.stopped),
            with_model=with_model,
            asks=any(here.asks != "none" for here in places),
        )
        show_usage(learning.usage)
        if everywhere and not dry_run:
            _show_standings(places)
    _end(learning)


def _told(learning: "Runs", refs: Sequence[str] | None, *, json: bool) -> "list[Learned]":
    """Each session's run as it ends: of those that were named all of it, of many what was learned."""
    from acontext_cli.show.learned import show_brief, show_run

    done = []
    for found, learned in learning.runs(refs):
        done.append(learned)
        if refs and not json:
            tasks = found.tasks_numbered({task.number for task in learned.tasks})
            show_run(found.name or found.id, learned, tasks, taskless=found.taskless)
        elif not json:
            show_brief(found.name or found.id, learned)
    if json:
        as_json(done)
    return done


def _end(learning: "Runs") -> None:
    """Say why it ended before its time; a limit that was asked for is no failure."""
    if learning.stopped and learning.failed:
        raise AcontextError(learning.stopped)
    if learning.stopped:
        warn(f"acontext: {learning.stopped}")
    if learning.failed:
        raise AcontextError(f"{counted(learning.failed, 'session')} could not be learned from: see above")


def _show_prompts(places: Sequence[Workspace], refs: Sequence[str] | None, space: str, *, dry_run: bool) -> None:
    """Print what would be sent, as it would be sent, a question a line."""
    from acontext_cli.api.rehearsal import questions
    from acontext_cli.show.learned import show_question, show_questions

    if not dry_run:
        raise typer.BadParameter("--show-prompts sends nothing: give --dry-run with it")
    if refs:
        chosen = [(places[0], places[0].session(ref)) for ref in refs]
    else:
        chosen = [(here, each) for here in places for each in here.sessions() if here.is_new(each, space)]
    shown = []
    for question in questions(chosen, space):
        show_question(question.session.name or question.session.id, question.body)
        shown.append(len(question.body))
    show_questions(shown)


def _show_standings(places: Sequence[Workspace]) -> None:
    """What `acontext status` says of each."""
    from acontext_cli.api.standing import standing
    from acontext_cli.show.standing import show_standing

    for each in places:
        say()
        show_standing(standing(each))


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
