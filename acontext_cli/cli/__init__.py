"""The command line: a command parses, finds its nouns, calls one verb and shows what came of it."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from acontext_cli.cli.tree import Root


def _version(asked: bool) -> None:
    if asked:
        from acontext_cli import __version__

        print(f"acontext {__version__}", flush=True)
        raise typer.Exit


app = typer.Typer(
    cls=Root,
    # Markup in help would load Rich: twice the time of the plain form, which reads as well.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@app.callback(
    invoke_without_command=True, epilog="Example: acontext demo run. `acontext` alone says what to type next."
)
def acontext(
    context: typer.Context,
    workspace: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Work in this workspace; every command takes it too.")
    ] = None,
    version: Annotated[  # noqa: ARG001, answered before this is called
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Turns what an agent did into skills that it can read the next time."""
    context.obj = workspace
    if context.invoked_subcommand is None:
        from acontext_cli.cli.standing import overview

        overview(context)


def main() -> None:
    _open_streams()
    for stream in (sys.stdout, sys.stderr):
        # Half a surrogate pair, or a terminal that is not UTF-8, must not end a command.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    app(prog_name="acontext")


def _open_streams() -> None:
    """A closed stream is an empty one. Opened in this order, or a file of ours would be taken for it."""
    closed = sys.stdout is None
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115, it stays open
    if closed:
        print("acontext: the output is closed: send it to /dev/null where nobody reads it", file=sys.stderr)
        sys.exit(1)
