"""Which command is where. A command's module is imported, and its options are read, when it is the one that was typed:
doing it for all of them costs half as much as importing Typer."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.main import get_command_from_info

from acontext_cli.errors import AcontextError, unreadable

TREE = {
    "init": "standing",
    "demo": "demo",
    "session": "session",
    "record": "stages",
    "import": "imports",
    "extract": "stages",
    "distill": "stages",
    "learn": "stages",
    "recall": "recall",
    "skill": "skill",
    "link": "link",
    "unlink": "link",
    "space": "space",
    "log": "standing",
    "review": "review",
    "undo": "standing",
    "status": "standing",
    "config": "standing",
}

Command = TyperCommand | TyperGroup


class Commands(Mapping[str, Command]):
    """The commands of one Typer, each made when it is asked for."""

    def __init__(self, app: typer.Typer) -> None:
        self._made_of = {info.name or "": info for info in app.registered_commands}

    def __getitem__(self, name: str) -> Command:
        command = get_command_from_info(self._made_of[name], pretty_exceptions_short=False, rich_markup_mode=None)
        command.params.append(_workspace_option())
        return command  # type: ignore[return-value]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made_of)

    def __len__(self) -> int:
        return len(self._made_of)


class Tree(Mapping[str, Command]):
    """The commands and groups of TREE, each imported when it is asked for."""

    def __getitem__(self, name: str) -> Command:
        app: typer.Typer = import_module(f"acontext_cli.cli.{TREE[name]}").app
        if app.info.name != name:
            return Commands(app)[name]
        return TyperGroup(
            name=name,
            commands=Commands(app),  # type: ignore[arg-type]
            params=[_workspace_option()],
            help=str(app.info.help),
            epilog=str(app.info.epilog),
            no_args_is_help=True,
            rich_markup_mode=None,
        )

    def __iter__(self) -> Iterator[str]:
        return iter(TREE)

    def __len__(self) -> int:
        return len(TREE)


class Root(TyperGroup):
    """The one place where an error of ours becomes a line on stderr."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = Tree()  # type: ignore[assignment]

    def make_context(self, *args: Any, **settings: Any) -> Any:
        with _told():
            return super().make_context(*args, **settings)

    def invoke(self, ctx: Any) -> Any:
        with _told():
            result = super().invoke(ctx)
            # A reader that has gone shows here and not when the interpreter ends, which would print a traceback.
            sys.stdout.flush()
            return result


@contextmanager
def _told() -> Iterator[None]:
    """An error as one line on stderr and exit code 1."""
    try:
        yield
    except AcontextError as error:
        _refused(str(error))
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.filename is not None or not _is_of_the_output(error):
            _refused(str(unreadable(error)))
        with suppress(OSError):  # what is still in the buffer would fail again when the interpreter ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _refused(f"the output: {error.strerror or error}")
    except MemoryError:
        _refused("there is not enough memory for it: try again with less at a time, or where there is more")


def _is_of_the_output(error: OSError) -> bool:
    """Whether something could not be printed. Such an error names no file: it is told by who was at work."""
    last, step = "", error.__traceback__
    while step is not None:
        name = str(step.tb_frame.f_globals.get("__name__", ""))
        last = name if name.startswith("acontext_cli.") else last
        step = step.tb_next
    return last.startswith(("acontext_cli.show", "acontext_cli.cli"))


def _refused(reason: str) -> NoReturn:
    from acontext_cli.show.text import LONGEST, one_line, warn

    warn(f"acontext: {one_line(reason, LONGEST)}")
    raise typer.Exit(1)


def _workspace_option() -> TyperOption:
    return TyperOption(
        param_decls=["workspace", "--workspace"],
        metavar="DIR",
        expose_value=False,
        callback=_choose,
        help="Work in this workspace.",
    )


def _choose(context: Any, param: Any, value: str | None) -> None:  # noqa: ARG001, called so by Typer
    if value is not None:
        context.obj = value
