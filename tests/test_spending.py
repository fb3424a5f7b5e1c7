from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from llm import call, report
from transcripts import incident, placed

from acontext_cli.engines.llm import LlmEngine
from acontext_cli.errors import AcontextError
from acontext_cli.messages import Json
from acontext_cli.model import NOTHING, Reply, ScriptedModel, Usage
from acontext_cli.models.spending import LimitReached, MeteredModel
from acontext_cli.models.unsent import Unsent, UnsentModel

SPENT = Reply(usage=Usage(calls=1, prompt=60, completion=40))


def metered(replies: int = 9, *, calls: int = 0, tokens: int = 0) -> tuple[MeteredModel, ScriptedModel]:
    model = ScriptedModel(*[SPENT] * replies, name="m")
    return MeteredModel(model, calls=calls, tokens=tokens), model


def test_it_passes_on_what_is_asked_and_said() -> None:
    meter, model = metered()
    assert (meter.name, meter.usage) == ("m", NOTHING)
    assert meter.reply([{"role": "user", "content": "a"}], [{"type": "function"}]) is SPENT
    assert model.history[0].messages == ({"role": "user", "content": "a"},)
    assert model.history[0].tools == ({"type": "function"},)


def test_it_passes_on_that_a_call_is_required() -> None:
    asked = []

    class Hearing(ScriptedModel):
        def reply(self, messages: Sequence[Json], tools: Sequence[Json], *, required: bool = False) -> Reply:
            asked.append(required)
            return SPENT

    meter = MeteredModel(Hearing())
    meter.reply([], [], required=True)
    meter.reply([], [])
    assert asked == [True, False]


def test_it_counts_calls_and_tokens() -> None:
    meter, _ = metered()
    for _ in range(3):
        meter.reply([], [])
    assert meter.usage == Usage(calls=3, prompt=180, completion=120)


def test_without_limits_there_is_no_end() -> None:
    meter, model = metered(500)
    for _ in range(500):
        meter.reply([], [])
    assert len(model.history) == 500


def test_at_the_limit_of_calls_no_more_are_made() -> None:
    meter, model = metered(calls=2)
    meter.reply([], [])
    meter.reply([], [])
    for _ in range(2):
        with pytest.raises(LimitReached, match=r"^stopped at 2 calls, as --max-calls says; run it again to go on$"):
            meter.reply([], [])
    assert len(model.history) == 2


def test_the_call_that_reaches_the_limit_of_tokens_is_the_last() -> None:
    meter, model = metered(tokens=150)
    meter.reply([], [])
    meter.reply([], [])
    with pytest.raises(LimitReached, match=r"^stopped at 200 tokens, as --spend says"):
        meter.reply([], [])
    assert len(model.history) == 2


def test_a_limit_that_is_just_reached_is_reached() -> None:
    meter, _ = metered(tokens=100)
    meter.reply([], [])
    with pytest.raises(LimitReached):
        meter.reply([], [])


def test_a_call_that_fails_counts_against_the_limit_and_spends_nothing() -> None:
    meter, _ = metered(0, calls=1)
    with pytest.raises(AcontextError, match="has 0 lines"):
        meter.reply([], [])
    assert meter.usage == NOTHING
    with pytest.raises(LimitReached):
        meter.reply([], [])


def test_a_limit_is_an_error_that_a_person_can_act_on() -> None:
    assert issubclass(LimitReached, AcontextError)


def test_a_run_that_a_limit_stopped_goes_on_with_what_was_answered() -> None:
    asked = Reply(calls=(call(*report()),), usage=SPENT.usage)
    meter = MeteredModel(ScriptedModel(asked), calls=1)
    judge = LlmEngine(meter)
    (task,) = judge.extract(placed(incident()), 1)
    with pytest.raises(LimitReached):
        judge.distill(task, [])
    assert list(judge.extract(placed(incident()), 1)) == [task]
    assert judge.usage == meter.usage == SPENT.usage


class Slow:
    """A model whose calls wait for one another: so many are under way at the same time."""

    name = "slow"

    def __init__(self, together: int) -> None:
        self.asked = 0
        self._barrier = Barrier(together)

    def reply(self, messages: Sequence[Json], tools: Sequence[Json], *, required: bool = False) -> Reply:
        self._barrier.wait(5)
        self.asked += 1
        return SPENT


def test_several_threads_ask_at_the_same_time_and_are_counted_together() -> None:
    meter = MeteredModel(Slow(8))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: meter.reply([], []), range(64)))
    assert meter.usage == Usage(calls=64, prompt=64 * 60, completion=64 * 40)


def test_several_threads_make_no_more_calls_than_are_allowed() -> None:
    meter = MeteredModel(Slow(4), calls=4)

    def ask(_: int) -> bool:
        try:
            meter.reply([], [])
        except LimitReached:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(ask, range(64))) == 4
    assert meter.usage.calls == 4


# What is not sent


class Telling(ScriptedModel):
    """A model that can say what it would send."""

    def request(self, messages: Sequence[Json], tools: Sequence[Json], *, required: bool = False) -> bytes:
        return f"{len(messages)} {len(tools)} {required}".encode()


def test_what_would_be_sent_is_kept_and_nothing_is_sent() -> None:
    real = Telling(name="m")
    model = UnsentModel(real)
    for required in (False, True):
        with pytest.raises(Unsent):
            model.reply([{"role": "user"}], [], required=required)
    assert (model.name, model.requests) == ("m", [b"1 0 False", b"1 0 True"])
    assert real.history == []


def test_the_question_about_a_session_is_known_before_it_is_sent() -> None:
    model = UnsentModel(Telling(name="m"))
    with pytest.raises(Unsent):
        list(LlmEngine(model).extract(placed(incident()), 1))
    (request,) = model.requests
    assert (request[:2], request[-4:]) == (b"2 ", b"True")
