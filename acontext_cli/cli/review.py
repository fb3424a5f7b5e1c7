"""`acontext review`: decide about the lessons that wait, one at a time. Each decision is kept when it is made."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from acontext_cli.cli.nouns import AsJson, SpaceName, workspace
from acontext_cli.errors import AcontextError
from acontext_cli.show.text import as_json, say

if TYPE_CHECKING:
    from acontext_cli.api.review import Item, Review

app = typer.Typer()

_QUESTION = "[a]ccept, [e]dit, [r]eject, [l]ater, [q]uit: "

Ids = list[str]


@app.command("review", epilog="Example: acontext review --accept 4f2a9c11")
def review(
    context: typer.Context,
    listing: Annotated[bool, typer.Option("--list", help="List what waits, and ask nothing.")] = False,
    accept: Annotated[Ids | None, typer.Option(metavar="ID", help="Write this lesson.")] = None,
    reject: Annotated[Ids | None, typer.Option(metavar="ID", help="Never teach this lesson.")] = None,
    space: SpaceName = "",
    json: AsJson = False,
) -> None:
    """Show the lessons that are held, one at a time, and decide about them."""
    from acontext_cli.api.review import Review
    from acontext_cli.show.review import as_shown, show_left, show_list

    found = Review(workspace(context), space)
    if accept or reject:
        if listing or json:
            raise typer.BadParameter("--accept and --reject decide, --list and --json show: give one of them")
        _decide(found, accept or (), reject or ())
        return
    items = list(found.items())
    if json:
        as_json([as_shown(each) for each in items])
    elif listing or not items or not (sys.stdin.isatty() and sys.stdout.isatty()):
        show_list(items, asks=found.asks)
    else:
        Sitting(items).hold(asks=found.asks)
        show_left(sum(1 for _ in found.items()))


def _decide(found: "Review", accept: Sequence[str], reject: Sequence[str]) -> None:
    """Every id is looked up before anything is decided."""
    from acontext_cli.show.review import show_accepted, show_rejected

    wanted = {(item.space, item.id): item for item in (found.find(ref, rejected=True) for ref in accept)}
    unwanted = {(item.space, item.id): item for item in map(found.find, reject)}
    if both := wanted.keys() & unwanted.keys():
        raise typer.BadParameter(f"{min(both)[1]!r} is to be accepted and rejected: give one of them")
    for item in wanted.values():
        try:
            show_accepted(item.accept())
        except AcontextError as error:
            raise AcontextError(f"{item.id} was not accepted: {error}") from error
    for item in unwanted.values():
        if item.waits():  # it may be one that was rejected along with another
            show_rejected(item.reject())


@dataclass(slots=True)
class Sitting:
    """A person at a terminal, and what they decide."""

    items: "Sequence[Item]"
    accepted: int = 0
    rejected: int = 0

    def hold(self, *, asks: bool) -> None:
        from acontext_cli.show.review import NOT_ASKED, show_decided

        if not asks:
            say(NOT_ASKED)
        for number, item in enumerate(self.items, 1):
            if item.waits() and not self._decided(item, number):
                break
        show_decided(self.accepted, self.rejected)

    def _decided(self, item: "Item", number: int) -> bool:
        """Show a lesson and act on the answer; whether to go on."""
        from acontext_cli.show.review import show_dropped, show_waiting

        found = item.look()
        if found.gone:
            item.drop(found.gone)
            show_dropped(item.held, found.gone)
            return True
        show_waiting(item, found, number, len(self.items))
        while (answer := _asked()) != "q":
            if answer == "l" or self._done(item, answer):
                return True
        return False

    def _done(self, item: "Item", answer: str) -> bool:
        """Whether the answer decided it."""
        from acontext_cli.reviewing import Gone
        from acontext_cli.show.review import show_accepted, show_dropped, show_problem, show_rejected

        try:
            if answer == "r":
                show_rejected(item.reject())
                self.rejected += 1
                return True
            text = _edited(item) if answer == "e" else ""
            if answer == "a" or text:
                show_accepted(item.accept(text))
                self.accepted += 1
                return True
        except Gone as error:
            show_dropped(item.held, str(error))
        except AcontextError as error:
            show_problem(str(error))
        return not item.waits()


def _asked() -> str:
    """The first letter of the answer. The end of the input is an end of the review."""
    try:
        answer = input(_QUESTION).strip().lower()
    except EOFError:  # Ctrl-D
        say()
        return "q"
    return answer[:1]


def _edited(item: "Item") -> str:
    from acontext_cli.cli.editor import edited

    text = edited(item.held.text)
    if not text.strip():
        say("nothing was changed: the text came back empty, or the editor said so")
        return ""
    return text
