"""A model behind an OpenAI-compatible address. One answer is one request, never a stream; threads may share a model.

What a server refuses once is left out from then on, and the person is told where it matters.
"""

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from urllib.parse import urlsplit

from acontext_cli.errors import AcontextError, Unavailable
from acontext_cli.messages import Json
from acontext_cli.model import Reply, Usage
from acontext_cli.models import remedies
from acontext_cli.models.in_text import rewritten
from acontext_cli.models.reading import PLAUSIBLE, Unusable, parsed, reply_of, tokens
from acontext_cli.models.refusals import one_line
from acontext_cli.models.sdk import Access, Late, Refused, Sdk, Unreached
from acontext_cli.models.unsaid import Unsaid, words_of
from acontext_cli.models.ways import OPENAI, Way, first, without, without_echo

PAUSES = (0.5, 2.0)
"""Seconds before an answer that says nothing is asked for again."""
COMPARED = 1000
"""Tokens from which a prompt is long enough to tell whether it was cut."""
_PUBLIC = re.compile(r"referer|title|agent|accept|content|version|beta|region|organi[sz]ation|project", re.IGNORECASE)
"""Headers of such names hold no secret."""
_KEY = re.compile(r"[\x21-\x7e]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a model is asked, and how."""

    model: str
    base_url: str = ""
    """Empty: that of OpenAI."""
    key: str = field(default="", repr=False)
    temperature: float | None = None
    """None: not sent."""
    timeout: float = 120.0
    """Seconds for one call."""
    max_output_tokens: int = 4096
    """0: not sent."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


_AGAIN = "run it again, or see acontext config check"


class EndpointModel:
    """Asks a server, each time anew."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        warn: Callable[[str], None],
        retries: int = 3,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`retries`: how often a busy server is asked again."""
        self.name = endpoint.model
        self.identity = f"{endpoint.model} at {endpoint.base_url or OPENAI}"
        """What tells it from the same model elsewhere."""
        self._endpoint = endpoint
        self._warn = warn
        self._sleep = sleep
        url = endpoint.base_url or OPENAI
        self._where = _shown(url)
        self._way = first(url)
        self._lock = Lock()
        self._compared = False
        headers = endpoint.headers
        private = (value for name, value in headers.items() if not _PUBLIC.search(name))
        self._in_errors = Unsaid(word for value in (endpoint.key, *headers.values()) for word in words_of(value))
        # Whole answers are only rid of what may be secret: a title or an address may well be meant.
        self._in_answers = Unsaid(word for value in (endpoint.key, *private) for word in words_of(value))
        # A server of one's own wants no key, but the SDK does.
        access = Access(
            base_url=url,
            key=endpoint.key or "none",
            headers=endpoint.headers,
            timeout=endpoint.timeout,
            retries=retries,
        )
        self._sdk = Sdk(access)

    def reply(self, messages: Sequence[Json], tools: Sequence[Json], *, required: bool = False) -> Reply:
        """The next assistant turn. One in words alone is given as it is, `required` or not."""
        self._check_key()
        tries = 0
        while True:
            tries += 1
            try:
                reply = self._asked(messages, tools, required=required)
            except Unusable as unusable:
                if tries > len(PAUSES) or not unusable.again:
                    raise AcontextError(f"{self._who} gave no answer: {self._clean(str(unusable))}; {_AGAIN}") from None
                self._sleep(PAUSES[tries - 1])
            else:
                return replace(reply, usage=reply.usage + Usage(calls=tries - 1))

    def request(self, messages: Sequence[Json], tools: Sequence[Json], *, required: bool = False) -> bytes:
        """The body that `reply` would send first, byte for byte; nothing is sent."""
        return self._sdk.show(self._body(self._way, messages, tools, required=required)[0])

    @property
    def _who(self) -> str:
        return f"{self.name!r} at {self._where}"

    def _asked(self, messages: Sequence[Json], tools: Sequence[Json], *, required: bool) -> Reply:
        while True:
            way = self._way
            body, estimate = self._body(way, messages, tools, required=required)
            try:
                content = self._sent(body)
            except Refused as refused:
                self._change(way, body, refused)
                continue
            reply = reply_of(parsed(self._in_answers.cut_bytes(content)), tools, estimate)
            self._compare(reply.usage.prompt, estimate)
            return reply

    def _sent(self, body: Json) -> bytes:
        try:
            return self._sdk.send(body)
        except Late:
            raise AcontextError(remedies.late(self._endpoint.timeout, model=self.name, where=self._where)) from None
        except Unreached as unreached:
            words = self._clean(str(unreached))
            error = AcontextError if remedies.is_broken_off(words) else Unavailable
            raise error(remedies.unreached(words, where=self._where)) from None
        except Refused:
            raise
        except AcontextError as error:
            raise AcontextError(f"{self._who}: {error}") from None

    def _body(
        self, way: Way, messages: Sequence[Json], tools: Sequence[Json], *, required: bool
    ) -> tuple[dict[str, object], int]:
        """What is sent, and about how many tokens it has."""
        endpoint = self._endpoint
        if not way.tools:
            messages, tools = rewritten(messages, tools, required=required), ()
        if not way.echo:
            messages = list(map(without_echo, messages))
        body: dict[str, object] = {"model": endpoint.model, "messages": list(messages)}
        if tools:
            body["tools"] = list(tools)
        if tools and required and way.choices:
            body["tool_choice"] = way.choices[0]
        if endpoint.temperature is not None and way.temperature:
            body["temperature"] = endpoint.temperature
        if endpoint.max_output_tokens and way.limits:
            body[way.limits[0]] = endpoint.max_output_tokens
        return _sendable(body)

    def _change(self, way: Way, body: Json, refused: Refused) -> None:
        """Leave out what was refused, or say what the refusal means."""
        with self._lock:
            if self._way != way:
                return  # another thread was told the same
            changed = without(way, body, refused.status, str(refused))
            if changed:
                self._way = changed
        words = self._clean(str(refused))
        if changed is None:
            meant = remedies.refused(refused.status, words, model=self.name, where=self._where)
            raise (Unavailable if remedies.is_lasting(refused.status, words) else AcontextError)(meant) from None
        if way.tools and not changed.tools:
            self._warn(f"{self._who} takes no tools ({words}): it is asked to write its calls as JSON")
        if way.temperature and not changed.temperature:
            self._warn(f"{self._who} takes no temperature of {self._endpoint.temperature:g} ({words}): it is left out")

    def _compare(self, read: int, estimate: int) -> None:
        """Say it, once, where a server read much less than was sent."""
        if estimate <= COMPARED or read >= PLAUSIBLE * estimate:
            return
        with self._lock:
            said, self._compared = self._compared, True
        if not said:
            self._warn(remedies.cut(read, estimate, where=self._where))

    def _check_key(self) -> None:
        if not self._endpoint.key and not self._endpoint.base_url:
            raise Unavailable("there is no key: set OPENAI_API_KEY, or base_url for a server of your own")
        if not _KEY.fullmatch(self._endpoint.key):
            raise Unavailable("OPENAI_API_KEY holds a blank or a sign that no key has: set it anew")

    def _clean(self, text: str) -> str:
        """Words of a server on one line, without the key and the headers that some repeat."""
        return one_line(self._in_errors.cut(text, "…"))


def _shown(url: str) -> str:
    """An address without a user, a password or a query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")[:200]


def _sendable(body: dict[str, object]) -> tuple[dict[str, object], int]:
    """The body, halves of characters mended, which no server takes, and about how many tokens it has."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")), tokens(text)
    return body, tokens(text)
