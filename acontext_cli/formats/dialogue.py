"""One conversation while it is read: its origin goes out before its pieces, a response once its tokens are told."""

from dataclasses import replace

from acontext_cli.formats import chat
from acontext_cli.formats.chat import known
from acontext_cli.formats.pieces import Origin, Piece
from acontext_cli.messages import Json

_MOST_HELD = 200


class Dialogue:
    """Say what happens, in order; what can be given is in `ready`."""

    def __init__(self, agent: str) -> None:
        self.ready: list[Origin | Piece] = []
        self.origin = Origin(agent=agent)
        self.at = ""
        """When the record that is read was written."""
        self.taken_back = 0
        """How many turns were taken back since a person last spoke."""
        self._told = self.origin
        self._meta: Json = {}
        self._held: list[Piece] = []
        self._response = 0
        self._answered = False
        self._interrupted = False

    def learn(self, **fields: str) -> None:
        """More about its origin; what is empty says nothing."""
        if changed := {name: value for name, value in fields.items() if value}:
            self.origin = replace(self.origin, **changed)
            self._meta = known(model=self.origin.model)

    def say(self, body: Json) -> None:
        """The assistant does. What follows on it without a result between belongs to the same response."""
        if self._answered:
            self.next_response()
        self._interrupted = False
        self._hold(Piece(body, "", "", f"response {self._response}", self.at, self._meta))

    def result(self, id: str, content: str, failed: bool | None, skill: str = "") -> None:
        self._answered = True
        meta: dict[str, object] = {} if failed is None else {"is_error": failed}
        if skill:
            meta["from_skill"] = skill
        self._hold(Piece(chat.result(id, content), "", "", "", self.at, meta))

    def tokens(self, usage: Json) -> None:
        """Of the response that is held. It ends with them."""
        for number, piece in enumerate(self._held):
            if piece.joins:
                self._held[number] = piece._replace(meta={**piece.meta, "usage": usage} if usage else piece.meta)
                self.next_response()
                return

    def person(self, content: str, at: str = "") -> None:
        self._user(content, at or self.at, known(taken_back=self.taken_back or None))
        self.taken_back = 0
        self._interrupted = False

    def notice(self, content: str, **meta: str) -> None:
        """What stands where a person's words stand and is not theirs: meta names its `kind`."""
        self._user(content, self.at, meta)

    def interrupt(self) -> None:
        """Often told twice."""
        if not self._interrupted:
            self.notice(chat.INTERRUPTED, kind="interrupt")
        self._interrupted = True

    def next_response(self) -> None:
        self._give()
        self._response += 1
        self._answered = False

    def end(self) -> None:
        self._give()
        self._tell()

    def _user(self, content: str, at: str, meta: Json) -> None:
        self.next_response()
        self._tell()
        self.ready.append(Piece(chat.user(content), at=at, meta=meta))

    def _hold(self, piece: Piece) -> None:
        self._held.append(piece)
        if len(self._held) > _MOST_HELD:
            self._give()

    def _give(self) -> None:
        if self._held:
            self._tell()
            self.ready += self._held
            self._held = []

    def _tell(self) -> None:
        if self.origin is not self._told:
            if self.origin != self._told:
                self.ready.append(self.origin)
            self._told = self.origin
