"""What is streamed is recorded as the message it adds up to, however the agent reads it."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from agent_loop import Endpoint, Json, call, calls, completion, endpoint, says
from openai import AsyncOpenAI, AsyncStream, OpenAI, Stream

from acontext_cli import Workspace
from acontext_cli.api import Session

HELLO: Json = {"role": "user", "content": "Is the checkout up?"}


def hello() -> list[Json]:
    return [{"role": "assistant", "content": "It "}, {"content": "is up."}, {"finish_reason": "stop"}, {"choices": []}]


@pytest.fixture
def server(loopback: None) -> Iterator[Endpoint]:
    with endpoint() as server:
        yield server


@pytest.fixture
def client(server: Endpoint) -> Iterator[OpenAI]:
    with OpenAI(base_url=server.url, api_key="none", max_retries=0) as client:
        yield client


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Workspace.init(tmp_path)[0].new_session(space="default")


def recorded(session: Session) -> list[Json]:
    return [dict(message.body) for message in session.messages()]


def stream(client: OpenAI) -> Any:
    make: Callable[..., Any] = client.chat.completions.create
    return make(model="m", messages=[HELLO], stream=True)


def test_a_stream_is_the_sdks_own_to_whoever_asks(session: Session, server: Endpoint, client: OpenAI) -> None:
    server.lines = [hello()]
    with stream(session.watch(client)) as found:
        assert isinstance(found, Stream)
        assert found.response.status_code == 200
        assert next(found).choices[0].delta.content == "It "
        assert len(list(found)) == 3
    assert recorded(session) == [HELLO, says("It is up.")]


def test_a_stream_that_is_closed_early_leaves_what_came_so_far(
    session: Session, server: Endpoint, client: OpenAI
) -> None:
    server.lines = [hello(), hello()]
    with stream(session.watch(client)) as found:
        next(found)
    assert recorded(session) == [HELLO, says("It ")]
    stream(session.watch(client)).close()
    assert recorded(session) == [HELLO, says("It ")]


def test_a_stream_that_nobody_holds_any_longer_is_recorded(session: Session, server: Endpoint, client: OpenAI) -> None:
    server.lines = [hello()]
    for _ in stream(session.watch(client)):
        break
    assert recorded(session) == [HELLO, says("It ")]


def test_a_stream_that_is_peeked_into_is_recorded_whole(session: Session, server: Endpoint, client: OpenAI) -> None:
    server.lines = [hello()]
    found = stream(session.watch(client))
    for _ in found:
        break
    assert len(list(found)) == 3
    assert recorded(session) == [HELLO, says("It is up.")]


def test_a_reply_that_is_done_is_recorded_when_the_end_is_told(
    session: Session, server: Endpoint, client: OpenAI
) -> None:
    server.lines = [hello()]
    found = stream(session.watch(client))
    while not next(found).choices[0].finish_reason:
        pass
    session.succeeded("it answers")
    assert recorded(session) == [HELLO, says("It is up.")]
    found.close()
    assert len(recorded(session)) == 2


def test_a_stream_that_breaks_leaves_what_came_so_far(session: Session, server: Endpoint, client: OpenAI) -> None:
    server.lines = [[{"content": "It "}, {"choices": [], "error": {"message": "overloaded"}}]]
    with pytest.raises(openai.APIError, match="overloaded"):
        list(stream(session.watch(client)))
    assert recorded(session) == [HELLO, says("It ")]


def test_a_stream_with_nothing_in_it_is_a_reply_without_words(
    session: Session, server: Endpoint, client: OpenAI
) -> None:
    server.lines = [[{"role": "assistant", "content": ""}, {"finish_reason": "stop"}]]
    list(stream(session.watch(client)))
    assert recorded(session) == [HELLO, says(None)]


def part(id: str | None = None, name: str | None = None, arguments: str | None = None, **more: Any) -> Json:
    function = {key: value for key, value in {"name": name, "arguments": arguments}.items() if value is not None}
    return {"tool_calls": [{**more, **({"id": id, "type": "function"} if id else {}), "function": function}]}


CALLS = [call("a", "look", at=1), call("b", "go", to=2)]


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        (
            [
                part("a", "look", "", index=0),
                part(arguments='{"at"', index=0),
                part("b", "go", "", index=1),
                part(arguments=": 1}", index=0),
                part(arguments='{"to": 2}', index=1),
            ],
            calls(*CALLS),
        ),
        (
            [part("a", "look", '{"at": 1}'), part("b", "go"), part(arguments='{"to": '), part(arguments="2}")],
            calls(*CALLS),
        ),
        ([part("a", "look", '{"at": 1}', index=0), part("b", "go", '{"to": 2}', index=0)], calls(*CALLS)),
        (
            [part("a", "look", '{"at"', index=0), part("a", "look", ": 1}", index=0)],
            calls(CALLS[0]),
        ),
        ([part(name="look", arguments="{}")], calls(call("", "look"))),
        ([{"refusal": "I "}, {"refusal": "won't."}], says(None, refusal="I won't.")),
        (
            [{"function_call": {"name": "look", "arguments": ""}}, {"function_call": {"arguments": "{}"}}],
            says(None, function_call={"name": "look", "arguments": "{}"}),
        ),
        (
            [{"reasoning_content": "Hm"}, {"reasoning_content": "m."}, {"content": "Up."}],
            says("Up.", reasoning_content="Hmm."),
        ),
    ],
    ids=["by index", "no index", "one index for all", "all repeated", "no id", "refusal", "old call", "reasoning"],
)
def test_chunks_add_up(session: Session, server: Endpoint, client: OpenAI, chunks: list[Json], expected: Json) -> None:
    server.lines = [[*chunks, {"finish_reason": "stop"}]]
    list(stream(session.watch(client)))
    assert recorded(session) == [HELLO, expected]


def test_a_reply_of_several_is_the_first(session: Session, server: Endpoint, client: OpenAI) -> None:
    other = {"choices": [{"index": 1, "delta": {"content": "No."}, "finish_reason": None}]}
    server.lines = [[{"content": "Up."}, other, {"finish_reason": "stop"}]]
    list(stream(session.watch(client)))
    assert recorded(session) == [HELLO, says("Up.")]


def test_the_sdks_stream_of_events_is_recorded(session: Session, server: Endpoint, client: OpenAI) -> None:
    server.lines = [hello()]
    with session.watch(client).chat.completions.stream(model="m", messages=[HELLO]) as events:  # type: ignore[list-item]
        assert events.get_final_completion().choices[0].message.content == "It is up."
    assert recorded(session) == [HELLO, says("It is up.")]


def test_the_sdks_stream_of_events_that_is_left_early_is_recorded(
    session: Session, server: Endpoint, client: OpenAI
) -> None:
    server.lines = [hello()]
    with session.watch(client).chat.completions.stream(model="m", messages=[HELLO]) as events:  # type: ignore[list-item]
        next(events)
    assert recorded(session) == [HELLO, says("It ")]


@pytest.mark.parametrize("kind", ["with_raw_response", "with_streaming_response"])
def test_the_stream_of_a_raw_response_is_recorded(
    session: Session, server: Endpoint, client: OpenAI, kind: str
) -> None:
    server.lines = [hello()]
    found = getattr(session.watch(client).chat.completions, kind).create(model="m", messages=[HELLO], stream=True)
    response = found if kind == "with_raw_response" else found.__enter__()
    assert response.parse() is response.parse()
    assert len(list(response.parse())) == 4
    assert recorded(session) == [HELLO, says("It is up.")]


def test_of_a_stream_that_is_taken_as_bytes_it_is_said_that_it_is_not_recorded(
    session: Session, server: Endpoint, client: OpenAI, capsys: pytest.CaptureFixture[str]
) -> None:
    server.lines = [hello()]
    make: Any = session.watch(client).chat.completions.with_streaming_response.create
    with make(model="m", messages=[HELLO], stream=True) as response:
        assert list(response.iter_lines())
    assert capsys.readouterr().err == "acontext: a reply that is taken as raw bytes is not recorded\n"


def run(session: Session, server: Endpoint, talk: Callable[[Any], Coroutine[Any, Any, None]]) -> list[Json]:
    """What is recorded of an agent that does not wait for its calls."""

    async def begun() -> None:
        async with AsyncOpenAI(base_url=server.url, api_key="none", max_retries=0) as client:
            await talk(session.watch(client).chat.completions)

    asyncio.run(begun())
    return recorded(session)


def test_async_calls_are_recorded(session: Session, server: Endpoint) -> None:
    async def talk(completions: Any) -> None:
        found = await completions.create(model="m", messages=[HELLO])
        await completions.create(model="m", messages=[HELLO, found.choices[0].message, HELLO])
        await completions.parse(model="m", messages=[HELLO])

    server.lines = [completion(says("one")), says("two"), says("three")]
    assert run(session, server, talk) == [HELLO, says("one"), HELLO, says("two"), says("three")]


def test_async_calls_at_the_same_time_are_recorded(session: Session, server: Endpoint) -> None:
    async def talk(completions: Any) -> None:
        tasks = [[{"role": "user", "content": f"task {number}"}] for number in range(8)]
        await asyncio.gather(*(completions.create(model="m", messages=each) for each in tasks))

    found = [message["content"] for message in run(session, server, talk)]
    assert sorted(found) == sorted([f"task {number}" for number in range(8)] + ["Fine."] * 8)


def test_an_async_stream_is_recorded(session: Session, server: Endpoint) -> None:
    async def talk(completions: Any) -> None:
        async with await completions.create(model="m", messages=[HELLO], stream=True) as found:
            assert isinstance(found, AsyncStream)
            assert [chunk async for chunk in found]

    server.lines = [hello()]
    assert run(session, server, talk) == [HELLO, says("It is up.")]


def test_an_async_stream_that_is_closed_early_leaves_what_came_so_far(session: Session, server: Endpoint) -> None:
    async def talk(completions: Any) -> None:
        found = await completions.create(model="m", messages=[HELLO], stream=True)
        async for _ in found:
            break
        await found.close()

    server.lines = [hello()]
    assert run(session, server, talk) == [HELLO, says("It ")]


def test_the_sdks_async_stream_of_events_is_recorded(session: Session, server: Endpoint) -> None:
    async def talk(completions: Any) -> None:
        async with completions.stream(model="m", messages=[HELLO]) as events:
            await events.get_final_completion()

    server.lines = [hello()]
    assert run(session, server, talk) == [HELLO, says("It is up.")]


def test_raw_async_responses_are_recorded(session: Session, server: Endpoint) -> None:
    async def talk(completions: Any) -> None:
        await completions.with_raw_response.create(model="m", messages=[HELLO])
        async with completions.with_streaming_response.create(model="m", messages=[HELLO]) as response:
            await response.parse()
        async with completions.with_streaming_response.create(model="m", messages=[HELLO], stream=True) as response:
            assert [chunk async for chunk in await response.parse()]

    server.lines = [says("one"), says("two"), hello()]
    assert run(session, server, talk) == [HELLO, says("one"), says("two"), says("It is up.")]
