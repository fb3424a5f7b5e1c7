import json
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import Cli
from hypothesis import given
from hypothesis import strategies as st
from sources import CORPUS, NO_CORPUS, bodies, corpus, counts, of, origins, pieces

from acontext_cli import exports
from acontext_cli.formats import Format, Origin, anthropic, atif, openai, swe_agent
from acontext_cli.messages import Json, Message
from acontext_cli.show.text import visible

AT = "2026-03-26T12:00:00.000Z"
FORMS: dict[str, tuple[Callable[[Iterable[Message]], Iterator[str]], Format]] = {
    "openai": (exports.openai, openai),
    "anthropic": (exports.anthropic, anthropic),
    "atif": (lambda messages: exports.atif(messages, id="s1", agent="harness", version="1.2", model="m"), atif),
}
EACH = pytest.mark.parametrize("form", FORMS)
BRIEF: Json = {"role": "system", "content": "Be brief."}
ASKED: Json = {"role": "user", "content": "Mend it"}
DONE: Json = {"role": "assistant", "content": "Done."}


def called(*ids: str, text: str | None = None, name: str = "look", arguments: str = '{"at": "api"}') -> Json:
    calls = [{"id": id, "type": "function", "function": {"name": name, "arguments": arguments}} for id in ids]
    return {"role": "assistant", "content": text, "tool_calls": calls}


def found(id: str, text: str = "502") -> Json:
    return {"role": "tool", "tool_call_id": id, "content": text}


def recorded(*bodies: Json, **meta: object) -> list[Message]:
    """Messages as a session keeps them; what is known goes to all of them."""
    return [Message(body, f"m{number}", AT, meta) for number, body in enumerate(bodies)]


def text(form: str, messages: Iterable[Message]) -> str:
    return "".join(FORMS[form][0](messages))


def lines(*said: Json) -> list[Json]:
    return [json.loads(line) for line in text("openai", recorded(*said)).split("\n") if line]


def blocks(*said: Json) -> list[tuple[str, list[str]]]:
    """Role and kinds of blocks of each Anthropic message."""
    messages = json.loads(text("anthropic", recorded(*said)))["messages"]
    return [(each["role"], [block["type"] for block in each["content"]]) for each in messages]


def steps(*messages: Message) -> list[Json]:
    return json.loads(text("atif", messages))["steps"]  # type: ignore[no-any-return]


TALK = [BRIEF, ASKED, called("c1", "c2", text="I look."), found("c1"), found("c2"), DONE]


@EACH
def test_what_is_written_is_recognised_and_says_the_same(form: str) -> None:
    source = of(text(form, recorded(*TALK)))
    reader = FORMS[form][1]
    assert reader.recognises(source.sample)
    assert bodies(reader, source) == TALK
    assert source.tally.skipped == {}


@pytest.mark.skipif(not CORPUS.exists(), reason=NO_CORPUS)
@EACH
@pytest.mark.parametrize(
    "path", [*corpus("swe-agent/*.traj"), *corpus("tau-bench/*.jsonl")], ids=lambda path: path.name
)
def test_real_transcripts_keep_calls_results_and_human_turns(form: str, path: Path) -> None:
    told = pieces(swe_agent if path.suffix == ".traj" else openai, of(path.read_bytes()))
    for key in {piece.key for piece in told}:
        talk = [piece for piece in told if piece.key == key and piece.meta.get("kind") != "context"]
        messages = [Message(piece.body, f"m{at}", AT, dict(piece.meta)) for at, piece in enumerate(talk)]
        assert counts(pieces(FORMS[form][1], of(text(form, messages)))) == counts(talk)


@EACH
def test_a_result_that_came_later_is_moved_to_its_call(form: str) -> None:
    source = of(text(form, recorded(called("c1"), {"role": "user", "content": "Hurry"}, found("c1"), DONE)))
    assert [body["role"] for body in bodies(FORMS[form][1], source)] == ["assistant", "tool", "user", "assistant"]


@pytest.mark.parametrize("form", ["openai", "anthropic"])
def test_a_call_that_never_had_a_result_is_said_in_words(form: str) -> None:
    first, second, last = bodies(FORMS[form][1], of(text(form, recorded(called("c1", "c2"), found("c2"), ASKED))))
    assert [call["id"] for call in first["tool_calls"]] == ["c2"]  # type: ignore[attr-defined]
    assert first["content"] == '[called look {"at": "api"}: no result]'
    assert (second["tool_call_id"], last) == ("c2", ASKED)


@EACH
def test_calls_with_which_the_transcript_ends_are_kept(form: str) -> None:
    assert bodies(FORMS[form][1], of(text(form, recorded(ASKED, called("c1", "c2")))))[-1] == called("c1", "c2")


@EACH
def test_a_result_without_its_call_is_not_lost(form: str) -> None:
    source = of(text(form, recorded(ASKED, called("c1"), found("c1"), found("c7", "lost"))))
    said = bodies(FORMS[form][1], source)
    assert counts(pieces(FORMS[form][1], source))["results"] == 1
    assert (said[-1]["role"], "lost" in str(said[-1]["content"])) == ("user", True)


@EACH
def test_ids_are_unique_whatever_the_server_gave(form: str) -> None:
    talk = [called("f.x:0"), found("f.x:0"), called("f.x:0", ""), found("f.x:0"), found(""), called("", "")]
    said = bodies(FORMS[form][1], of(text(form, recorded(*talk))))
    ids = [call["id"] for body in said for call in body.get("tool_calls", [])]  # type: ignore[attr-defined]
    assert len(set(ids)) == len(ids) == 5
    assert [body["tool_call_id"] for body in said if body["role"] == "tool"] == ids[:3]
    assert all(id.replace("_", "").isalnum() for id in ids)


class TestOpenAI:
    def test_only_what_recording_added_is_taken_away(self) -> None:
        thought = {**called("c1"), "reasoning_content": "Look first.", "name": "a"}
        assert lines(BRIEF, thought, {**found("c1"), "name": "look"}) == [BRIEF, thought, found("c1")]

    def test_calls_of_the_older_form_are_written_in_the_newer_one(self) -> None:
        old = {"role": "assistant", "content": None, "function_call": {"name": "look", "arguments": ""}}
        assert lines(old, {"role": "function", "name": "look", "content": "502"}) == [
            called("call_1", arguments="{}"),
            found("call_1"),
        ]

    def test_a_message_is_never_without_content_and_calls(self) -> None:
        assert lines({"role": "assistant", "content": None, "reasoning_content": "Hm"}, ASKED)[0]["content"] == ""

    def test_a_name_that_the_api_refuses_is_changed(self) -> None:
        (call,) = lines(called("c1", name="files.read"))[0]["tool_calls"]  # type: ignore[misc]
        assert call["function"]["name"] == "files_read"


class TestAnthropic:
    def test_roles_take_turns_and_results_come_first(self) -> None:
        more = {"role": "user", "content": "Hurry"}
        assert blocks(BRIEF, ASKED, more, DONE, called("c1", "c2"), more, found("c1"), found("c2"), BRIEF, DONE) == [
            ("user", ["text", "text"]),
            ("assistant", ["text", "tool_use", "tool_use"]),
            ("user", ["tool_result", "tool_result", "text", "text"]),
            ("assistant", ["text"]),
        ]

    def test_the_system_messages_it_begins_with_are_the_system_prompt(self) -> None:
        assert json.loads(text("anthropic", recorded(BRIEF, BRIEF, ASKED)))["system"] == "Be brief.\n\nBe brief."
        assert "system" not in json.loads(text("anthropic", recorded(ASKED)))

    def test_a_failed_result_says_so(self) -> None:
        messages = json.loads(text("anthropic", recorded(called("c1"), found("c1"), is_error=True)))["messages"]
        assert messages[1]["content"][0]["is_error"] is True

    def test_arguments_that_are_no_object_become_one(self) -> None:
        messages = json.loads(text("anthropic", recorded(called("c1", arguments="{at"), found("c1"))))["messages"]
        assert messages[0]["content"][0]["input"] == {"input": "{at"}

    def test_a_message_without_words_and_calls_is_left_out(self) -> None:
        assert blocks(ASKED, {"role": "assistant", "content": " "}, ASKED) == [("user", ["text", "text"])]


class TestAtif:
    def test_the_document_says_who_held_the_conversation(self) -> None:
        whole = json.loads(text("atif", recorded(*TALK)))
        assert whole["agent"] == {"name": "harness", "version": "1.2", "model_name": "m"}
        assert (whole["schema_version"], whole["session_id"]) == ("ATIF-v1.7", "s1")
        assert [step["step_id"] for step in whole["steps"]] == [1, 2, 3, 4]

    def test_taken_in_again_it_is_known_by_what_was_said_and_not_taken_for_more_of_its_session(self) -> None:
        source = of(text("atif", recorded(*TALK)))
        assert origins(atif, source) == [Origin(agent="harness", version="1.2", model="m")]
        assert {piece.uid for piece in pieces(atif, source)} == {""}

    def test_tokens_are_kept_and_summed(self) -> None:
        messages = recorded(DONE, ASKED, DONE, usage={"input": 9, "output": 2, "cached": 5}, model="m2")
        whole = json.loads(text("atif", messages))
        assert whole["steps"][0]["metrics"] == {"prompt_tokens": 9, "completion_tokens": 2, "cached_tokens": 5}
        assert whole["steps"][0]["model_name"] == "m2"
        assert not {"metrics", "model_name"} & whole["steps"][1].keys()
        sums = {"total_prompt_tokens": 18, "total_completion_tokens": 4, "total_cached_tokens": 10}
        assert whole["final_metrics"] == {**sums, "total_steps": 3}

    def test_failures_and_kinds_come_back(self) -> None:
        failed = recorded(called("c1"), found("c1"), is_error=True)
        noted = recorded({"role": "user", "content": "Remember"}, kind="notice")
        back = pieces(atif, of(text("atif", [*failed, *noted])))
        assert [back[1].meta, back[2].meta] == [{"is_error": True}, {"kind": "notice"}]

    def test_a_result_is_in_the_step_of_its_call(self) -> None:
        (step,) = steps(*recorded(called("c1"), found("c1")))
        assert step["tool_calls"] == [{"tool_call_id": "c1", "function_name": "look", "arguments": {"at": "api"}}]
        assert step["observation"] == {"results": [{"source_call_id": "c1", "content": "502"}]}
        assert step["timestamp"] == AT

    def test_a_time_that_is_none_is_left_out(self) -> None:
        (step,) = steps(Message(ASKED, "m1", "yesterday"))
        assert "timestamp" not in step


WORDS = st.text(max_size=8) | st.sampled_from(["\ud800", "\x1b[2J", "\u2028", "\u202e"])
IDS = st.sampled_from(["", "c1", "c2", "f.x:0"])
BODIES = st.one_of(
    st.builds(
        lambda role, content: {"role": role, "content": content}, st.sampled_from(["user", "system", "x"]), WORDS
    ),
    st.builds(lambda ids, content: called(*ids, text=content), st.lists(IDS, max_size=3), WORDS | st.none()),
    st.builds(found, IDS, WORDS),
)


@given(st.lists(BODIES, max_size=12))
def test_whatever_was_recorded_the_chat_forms_are_what_the_apis_take(said: list[Json]) -> None:
    messages = json.loads(text("anthropic", recorded(*said)))["messages"]
    roles = [message["role"] for message in messages]
    assert all(role != after for role, after in pairwise(roles))
    waiting: list[str] = []
    for message in lines(*said):
        if message["role"] != "tool":
            assert waiting == []
            waiting = [call["id"] for call in message.get("tool_calls", [])]  # type: ignore[attr-defined]
        else:
            waiting.remove(message["tool_call_id"])  # type: ignore[arg-type]
    assert len(steps(*recorded(*said))) == len([each for each in steps(*recorded(*said)) if each["step_id"]])


@EACH
@given(said=st.lists(BODIES, max_size=6))
def test_what_is_printed_steers_no_terminal_and_is_utf_8(form: str, said: list[Json]) -> None:
    written = text(form, recorded(*said))
    written.encode()
    assert visible(written) == written


def test_a_transcript_is_not_held_in_memory() -> None:
    drawn = 0

    def endless() -> Iterator[Message]:
        nonlocal drawn
        while True:
            drawn += 1
            yield Message(ASKED if drawn % 2 else DONE, f"m{drawn}", AT)

    for form in FORMS:
        texts, drawn = FORMS[form][0](endless()), 0
        for _ in range(100):
            next(texts)
        assert drawn < 110


class TestCommand:
    @EACH
    def test_it_prints_the_transcript(self, cli: Cli, form: str) -> None:
        cli("session", "new", "--name", "monday")
        cli("record", "monday", "-", input="".join(json.dumps(each) + "\n" for each in TALK))
        printed = cli("session", "export", "monday", "--format", form)
        assert bodies(FORMS[form][1], of(printed)) == TALK

    def test_it_writes_a_file_and_replaces_none_unasked(self, cli: Cli) -> None:
        cli("session", "new", "--name", "monday")
        cli("record", "monday", "-", input=json.dumps(ASKED))
        cli("session", "export", "monday", "-o", "a.jsonl")
        assert (cli.root / "a.jsonl").read_text(encoding="utf-8") == json.dumps(ASKED) + "\n"
        assert "--force" in cli.refused("session", "export", "monday", "-o", "a.jsonl", "--format", "atif")
        cli("session", "export", "monday", "-o", "a.jsonl", "--format", "atif", "--force")
        assert json.loads((cli.root / "a.jsonl").read_bytes())["agent"]["name"] == "unknown"

    def test_an_empty_session_is_refused(self, cli: Cli) -> None:
        cli("session", "new", "--name", "monday")
        assert "nothing is recorded" in cli.refused("session", "export", "monday")
