"""A watched client records what goes through it, and is in all else the client that it was."""

import errno
import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import openai
import pytest
from agent_loop import Endpoint, Json, call, calls, completion, endpoint, says
from openai import AsyncOpenAI, AzureOpenAI, OpenAI
from openai.resources.chat import Chat
from pydantic import BaseModel

from acontext_cli import Workspace
from acontext_cli.api import Session
from acontext_cli.api.watch.plain import message_of
from acontext_cli.errors import AcontextError
from acontext_cli.files import Disk
from acontext_cli.session import Session as Folder

HELLO: Json = {"role": "user", "content": "Is the checkout up?"}
HEALTH = call("c1", "health", service="checkout")
RESULT: Json = {"role": "tool", "tool_call_id": "c1", "content": "up"}


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


def create(client: OpenAI, *messages: object, **more: Any) -> Any:
    make: Callable[..., Any] = client.chat.completions.create
    return make(model="m", messages=list(messages), **more)


def test_a_watched_client_is_a_client_of_its_kind(session: Session, client: OpenAI) -> None:
    azure = AzureOpenAI(azure_endpoint="http://127.0.0.1", api_version="1", api_key="none")
    for each in (client, azure, AsyncOpenAI(api_key="none")):
        watched = session.watch(each)
        assert isinstance(watched, type(each))
        assert type(watched).__name__ == type(each).__name__
        assert watched.base_url == each.base_url


def test_the_users_own_client_stays_unwatched(session: Session, client: OpenAI) -> None:
    session.watch(client)
    create(client, HELLO)
    assert recorded(session) == []


def test_every_message_of_a_loop_is_recorded_once(session: Session, server: Endpoint, client: OpenAI) -> None:
    server.lines = [calls(HEALTH), says("It is up.")]
    watched, messages = session.watch(client), [{"role": "system", "content": "Be brief."}, HELLO]
    reply = create(watched, *messages).choices[0].message
    history = [*messages, reply, RESULT]
    assert create(watched, *history).choices[0].message.content == "It is up."
    assert recorded(session) == [*messages, calls(HEALTH), RESULT, says("It is up.")]


@pytest.mark.parametrize(
    "echo",
    [
        lambda reply: reply.model_dump(),
        lambda reply: {"role": "assistant", "content": "", "tool_calls": reply.tool_calls},
        lambda reply: {"role": "assistant", "tool_calls": [each.model_dump() for each in reply.tool_calls]},
        lambda reply: {"role": "assistant", "content": "I look.", "tool_calls": reply.tool_calls},
    ],
    ids=["dumped", "objects inside", "no content", "changed"],
)
def test_a_reply_is_known_in_whatever_form_it_comes_back(
    session: Session, server: Endpoint, client: OpenAI, echo: Callable[[Any], object]
) -> None:
    server.lines = [calls(HEALTH), says("It is up.")]
    watched = session.watch(client)
    reply = create(watched, HELLO).choices[0].message
    create(watched, HELLO, echo(reply), RESULT)
    assert recorded(session) == [HELLO, calls(HEALTH), RESULT, says("It is up.")]


def test_messages_that_can_be_gone_through_once_are_sent_and_recorded(
    session: Session, server: Endpoint, client: OpenAI
) -> None:
    make: Callable[..., Any] = session.watch(client).chat.completions.create
    make(model="m", messages=iter([HELLO]))
    assert server.asked[0]["messages"] == [HELLO]
    assert recorded(session) == [HELLO, says("Fine.")]


def test_of_several_answers_the_first_is_recorded(session: Session, server: Endpoint, client: OpenAI) -> None:
    server.lines = [completion(says("one"), says("two"))]
    assert len(create(session.watch(client), HELLO, n=2).choices) == 2
    assert recorded(session) == [HELLO, says("one")]


@pytest.mark.parametrize("choices", [[], None, [{"index": 0, "text": "old"}]])
def test_an_answer_without_a_message_is_no_reply(
    session: Session, server: Endpoint, client: OpenAI, choices: object
) -> None:
    server.lines = [{"id": "x", "choices": choices}]
    create(session.watch(client), HELLO)
    assert recorded(session) == [HELLO]


def test_fields_of_the_reply_are_kept(session: Session, server: Endpoint, client: OpenAI) -> None:
    server.lines = [says("Up.", reasoning_content="It answers.")]
    create(session.watch(client), HELLO)
    assert recorded(session)[1] == says("Up.", reasoning_content="It answers.")


def test_a_call_that_fails_leaves_what_was_sent_and_its_retry_adds_the_reply(
    session: Session, server: Endpoint, client: OpenAI
) -> None:
    server.lines = [500]
    watched = session.watch(client)
    with pytest.raises(openai.InternalServerError):
        create(watched, HELLO)
    assert recorded(session) == [HELLO]
    create(watched, HELLO)
    assert recorded(session) == [HELLO, says("Fine.")]


def test_copies_of_a_watched_client_are_watched(session: Session, client: OpenAI) -> None:
    create(session.watch(client).with_options(timeout=9), HELLO)
    assert recorded(session) == [HELLO, says("Fine.")]


def test_the_beta_door_to_chat_is_watched(session: Session, client: OpenAI) -> None:
    beta: Any = session.watch(client).beta
    beta.chat.completions.parse(model="m", messages=[HELLO])
    assert recorded(session) == [HELLO, says("Fine.")]


def test_two_clients_of_a_session_record_nothing_twice(session: Session, client: OpenAI) -> None:
    watched = session.watch(client)
    assert session.watch(watched) is watched
    create(watched, HELLO)
    create(session.watch(client), HELLO, says("Fine."), RESULT)
    assert recorded(session) == [HELLO, says("Fine."), RESULT, says("Fine.")]


def test_what_was_recorded_before_is_not_recorded_again(session: Session, client: OpenAI) -> None:
    session.record(HELLO, says("Fine."))
    create(session.watch(client), HELLO, says("Fine."), HELLO)
    assert recorded(session) == [HELLO, says("Fine."), HELLO, says("Fine.")]


def test_only_a_client_of_the_sdk_can_be_watched(session: Session) -> None:
    with pytest.raises(AcontextError, match="watch\\(\\) takes an OpenAI or AsyncOpenAI client, not str"):
        session.watch("gpt")  # type: ignore[type-var]


def test_a_client_of_an_old_sdk_is_refused(session: Session) -> None:
    class Old(OpenAI):
        def __init__(self, **more: Any) -> None:
            super().__init__(**more)
            self.chat = Chat(self)  # type: ignore[misc]  # as it was

    with pytest.raises(AcontextError, match="watch\\(\\) needs a newer SDK: pip install -U openai"):
        session.watch(Old(api_key="none"))


def test_that_responses_are_not_recorded_is_said_once(
    session: Session, client: OpenAI, capsys: pytest.CaptureFixture[str]
) -> None:
    watched = session.watch(client)
    for each in (watched, watched.copy()):
        assert callable(each.responses.create)
    assert capsys.readouterr().err == (
        "acontext: only chat completions are recorded, what goes through client.responses is not\n"
    )


def test_secrets_are_cut_out_unless_they_are_kept(session: Session, client: OpenAI) -> None:
    secret = {"role": "user", "content": "The password is PGPASSWORD=hunter2secret99"}
    watched = session.watch(client)
    create(watched, secret)
    create(watched, secret, says("Fine."), RESULT)
    assert [message["role"] for message in recorded(session)] == ["user", "assistant", "tool", "assistant"]
    assert "hunter2secret99" not in str(recorded(session))
    create(session.watch(client, keep_secrets=True), {**secret, "content": f"Again: {secret['content']}"})
    assert "hunter2secret99" in str(recorded(session))


def test_calls_of_several_threads_are_recorded_whole(session: Session, client: OpenAI) -> None:
    watched = session.watch(client)

    def converse(name: str) -> None:
        history: list[Json] = [{"role": "user", "content": name}]
        for turn in range(5):
            create(watched, *history)
            history += [says("Fine."), {"role": "user", "content": f"{name} {turn}"}]

    threads = [Thread(target=converse, args=(f"thread {number}",)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    found = [message["content"] for message in recorded(session)]
    assert found.count("Fine.") == 20
    for number in range(4):
        own = [f"thread {number}", *(f"thread {number} {turn}" for turn in range(4))]
        assert [each for each in found if each.startswith(f"thread {number}")] == own


class Failing:
    """A disk that is full for a while."""

    def __init__(self, session: Session) -> None:
        self.full = True
        disk = Disk(write=self.write)
        self.session = Session(Folder.open(session.folder.folder, disk=disk))

    def write(self, fd: int, data: bytes | memoryview) -> int:
        import os

        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return os.write(fd, data)


def test_a_failing_disk_is_said_once_and_the_calls_go_on(
    session: Session, client: OpenAI, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = Failing(session)
    watched = failing.session.watch(client)
    for _ in range(2):
        assert create(watched, HELLO).choices[0].message.content == "Fine."
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "cannot be recorded now" in told
    assert "No space left on device" in told


def test_what_a_failing_disk_did_not_take_is_recorded_with_the_next_call(
    session: Session, client: OpenAI, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = Failing(session)
    watched = failing.session.watch(client)
    create(watched, HELLO)
    failing.full = False
    create(watched, HELLO, says("Fine."), RESULT)
    assert recorded(session) == [HELLO, says("Fine."), RESULT, says("Fine.")]
    failing.full = True
    create(watched, {"role": "user", "content": "Once more?"})
    assert capsys.readouterr().err.count("\n") == 2


def test_telling_how_it_ended_is_the_last_time_that_it_is_tried(session: Session, client: OpenAI) -> None:
    failing = Failing(session)
    create(failing.session.watch(client), HELLO)
    failing.full = False
    failing.session.succeeded("it answers")
    assert recorded(session) == [HELLO, says("Fine.")]


def test_what_is_no_message_is_said_and_left_out(
    session: Session, client: OpenAI, capsys: pytest.CaptureFixture[str]
) -> None:
    create(session.watch(client), {"content": "who?"}, HELLO)
    assert capsys.readouterr().err == "acontext: a message of a call was not recorded: no role\n"
    assert recorded(session) == [HELLO, says("Fine.")]


class Health(BaseModel):
    up: bool


def test_what_is_parsed_is_recorded_as_it_was_said(session: Session, server: Endpoint, client: OpenAI) -> None:
    server.lines = [says('{"up": true}')]
    watched = session.watch(client)
    found = watched.chat.completions.parse(model="m", messages=[HELLO], response_format=Health)  # type: ignore[list-item]
    assert found.choices[0].message.parsed == Health(up=True)
    assert recorded(session) == [HELLO, says('{"up": true}')]
    assert message_of(found.choices[0].message) == says('{"up": true}')


def test_a_raw_response_is_recorded(session: Session, client: OpenAI) -> None:
    make: Any = session.watch(client).chat.completions.with_raw_response.create
    assert make(model="m", messages=[HELLO]).parse().choices[0].message.content == "Fine."
    assert recorded(session) == [HELLO, says("Fine.")]


def test_a_streamed_response_that_is_read_whole_is_recorded(session: Session, client: OpenAI) -> None:
    make: Any = session.watch(client).chat.completions.with_streaming_response.create
    with make(model="m", messages=[HELLO]) as response:
        assert response.json()["choices"]
    assert recorded(session) == [HELLO, says("Fine.")]


def test_of_a_response_that_is_read_in_pieces_it_is_said_that_it_is_not_recorded(
    session: Session, client: OpenAI, capsys: pytest.CaptureFixture[str]
) -> None:
    make: Any = session.watch(client).chat.completions.with_streaming_response.create
    for _ in range(2):
        with make(model="m", messages=[HELLO]) as response:
            assert list(response.iter_lines())
    assert capsys.readouterr().err == "acontext: a reply that is taken as raw bytes is not recorded\n"
    assert recorded(session) == [HELLO]


def test_garbage_is_collected_without_a_word(session: Session, client: OpenAI) -> None:
    create(session.watch(client), HELLO)
    gc.collect()
    assert recorded(session) == [HELLO, says("Fine.")]
