"""Entries that stand there already, the other way round, or were taken away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest
from gate_cases import in_space, proposed
from hypothesis import given
from hypothesis import strategies as st
from space import Shown
from traces import growth

from acontext_cli.gates import not_a_duplicate, not_deleted
from acontext_cli.gates.likeness import nearly
from acontext_cli.skills import SKILL, Skill, parse_skill, render

TIMEOUT = """\
- When to Apply: 502 from the gateway, its log names a slow upstream.
- Steps:
  1. `check_logs(<gateway>)`: which upstream do the failing lines name?
  2. `update_config(<gateway>, upstream_timeout_ms, <2 × the slowest>)`
- Known because: the error rate fell to 0 (1 session)"""


@dataclass
class Library(Shown):
    """A space with entries, by skill and file."""

    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    titles: Sequence[str] = ()
    read: list[str] = field(default_factory=list)

    def names(self) -> Sequence[str]:
        return tuple(self.texts)

    def skill(self, name: str) -> Skill:
        self.read.append(name)
        head = render(name=name, description=f"What is known of {name}.", body="# Title\n")
        return parse_skill(name, {SKILL: head, **self.texts[name]})

    def deleted_titles(self) -> Sequence[str]:
        return self.titles


def library(text: str, title: str = "Gateway 502 — timeout too low", skill: str = "gateways") -> Library:
    entry = f"## {title} (date: 2026-01-02) <!-- id: 0ld0ld -->\n{text}\n"
    return Library(texts={skill: {"notes.md": entry}})


def told(new: str, old: str, title: str = "Another title", skill: str = "gateways") -> str:
    verdict = not_a_duplicate(proposed(new, title=title, skill="gateways"), in_space(library(old, skill=skill)))
    return verdict.reason if verdict else ""


def fact(new: str, old: str) -> str:
    return told(f"- {new}", f"- {old}")


def test_the_same_lesson_under_another_title_is_held_and_the_other_named() -> None:
    again = TIMEOUT.replace("its log names a slow upstream", "the log names an upstream that is slow")
    assert told(again, TIMEOUT) == "it seems to say the same as “Gateway 502 — timeout too low” in gateways/notes.md"


def test_a_part_of_what_stands_there_is_held() -> None:
    assert told("\n".join(TIMEOUT.split("\n")[:-2]), TIMEOUT, title="Gateway 502 by its log")


def test_it_is_found_in_a_skill_of_a_like_name() -> None:
    assert told(TIMEOUT, TIMEOUT, title="Gateway 502", skill="gateway-502-notes")
    assert told(TIMEOUT, TIMEOUT, title="Gateway 502", skill="baking") == ""


@pytest.mark.parametrize(
    "other",
    [
        TIMEOUT.replace("upstream_timeout_ms", "max_retries"),
        TIMEOUT.replace("502", "504").replace("upstream_timeout_ms", "read_timeout_ms"),
        "- When to Apply: 502 after a deploy.\n- Steps:\n  1. `check_logs(<gateway>)`: has the certificate expired?",
        "- The gateway keeps its routes in `routes.yaml`.",
    ],
)
def test_siblings_that_differ_in_what_decides_pass(other: str) -> None:
    assert told(other, TIMEOUT) == ""


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("The database port is 5433.", "The database port is 5432."),
        ("The orders database listens on port 6432", "The orders database listens on port 5432."),
        ("`max_retries` is set to 5", "`max_retries` is set to 3"),
        ("Always run migrations before a deploy.", "Never run migrations before a deploy."),
        ("Run the migrations after the deploy.", "Run the migrations before the deploy."),
        ("Use `pnpm` instead of `npm` for installs.", "Use `npm` instead of `pnpm` for installs."),
        ("Ada prefers tea over coffee.", "Ada prefers coffee over tea."),
        ("The gateway does not support HTTP/3.", "The gateway does support HTTP/3."),
        ("Caching is enabled on staging.", "Caching is disabled on staging."),
    ],
)
def test_what_says_the_opposite_is_held(new: str, old: str) -> None:
    assert fact(new, old).startswith("it seems to contradict")


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("The staging database port is 5433.", "The production database port is 5432."),
        ("The cache port is 6379.", "The database port is 5432."),
        ("Use `pnpm` for installs.", "Use `pytest` for tests."),
        ("`npm test` runs the tests.", "`npm run lint` runs the linter."),
        ("Always run the tests.", "Never push to main."),
        ("The user prefers tabs.", "The user prefers short answers."),
        ("A refund takes 5 days.", "An exchange takes 7 days."),
        ("Silver members have 2 free bags.", "Gold members have 3 free bags."),
    ],
)
def test_what_is_of_something_else_passes(new: str, old: str) -> None:
    assert fact(new, old) == ""


def test_an_entry_is_no_duplicate_of_itself_and_what_only_changes_one_is_not_asked() -> None:
    space, new = library(TIMEOUT), proposed(TIMEOUT)
    assert not_a_duplicate(replace(new, entry="0ld0ld"), in_space(space)) is None
    assert not_a_duplicate(replace(new, action="replace"), in_space(space)) is None
    assert not_a_duplicate(replace(new, skill="daily-logs"), in_space(space)) is None


def test_only_a_part_of_a_large_space_is_read() -> None:
    texts = {f"skill-{number}": {"notes.md": f"## T\n{TIMEOUT}"} for number in range(2_000)}
    space = Library(texts={**texts, "gateways": {"notes.md": "## T\n- x"}, "gateway-errors": {"notes.md": "## T\n- x"}})
    not_a_duplicate(proposed("- `other` thing", title="Gateway errors"), in_space(space))
    assert set(space.read) == {"gateways", "gateway-errors"}


# What a person deleted


@pytest.mark.parametrize(
    ("title", "gone"),
    [
        ("Gateway timeout too low", "Gateway timeout, too low"),
        ("Gateway timeouts are too low", "Gateway timeout too low"),
        ("Timeout too low at the gateway", "Gateway timeout too low"),
        ("Exchanges need the original box and receipt", "Exchanges need their original box, and a receipt"),
        ("Old exchanges need the original box and receipt", "Exchanges need the original box and receipt"),
        ("Warning: gateway timeout too low", "Gateway timeout too low"),
    ],
)
def test_what_was_deleted_does_not_come_back_under_nearly_its_title(title: str, gone: str) -> None:
    verdict = not_deleted(proposed("- x", title=title), in_space(Library(titles=[gone])))
    assert verdict is not None
    assert (verdict.decision, verdict.gate) == ("refuse", "deleted")
    assert verdict.reason == f"you deleted this entry, it is not taught again (“{gone}”)"


@pytest.mark.parametrize(
    ("title", "gone"),
    [
        ("Gateway 504 — upstream timeout too low", "Gateway 502 — upstream timeout too low"),
        ("Staging deploys need the VPN and a ticket", "Production deploys need the VPN and a ticket"),
        ("Tests of Go files want tabs in tables", "Tests of Python files want tabs in tables"),
        ("User: “use spaces in all Markdown files here”", "User: “use tabs in all Markdown files here”"),
        ("Set `max_retries` of the gateway by load", "Set `max_conns` of the gateway by load"),
        ("Refund", "Exchange"),
        ("", ""),
    ],
)
def test_another_subject_is_taught(title: str, gone: str) -> None:
    assert not_deleted(proposed("- x", title=title), in_space(Library(titles=[gone]))) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_titles_are_alike_both_ways(one: str, other: str) -> None:
    assert (
        nearly(one, other) == nearly(other, one) or one.lower().startswith("user:") or other.lower().startswith("user:")
    )


@pytest.mark.parametrize("part", ["use a not ", "a ", "port is 5 ", "not ", "a-", "`a` "])
def test_time_grows_with_the_text_alone(part: str) -> None:
    space = in_space(library(TIMEOUT))

    def work(size: int) -> object:
        return not_a_duplicate(proposed(f"- When to Apply: gateway upstream {size} " + part * size), space)

    assert growth(work, 5_000 // len(part)) < 10
