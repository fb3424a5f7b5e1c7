from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acontext_cli.errors import AcontextError
from acontext_cli.skills import (
    Entry,
    Skill,
    described,
    description,
    entries,
    file_problem,
    front,
    heading,
    inline,
    invalid,
    name_problem,
    newest_first,
    parse_skill,
    problems,
    render,
    safe_file,
    slug,
    tokens,
    with_index,
)

TEMPLATES = Path(__file__).parent.parent / "acontext_cli" / "templates"

HEAD = "---\nname: gateways\ndescription: What to do when a gateway answers 502.\n---\n"


def skill(*, body: str = "\n# Gateways\n\n## Index\n", head: str = HEAD, **data: str) -> Skill:
    files = {f"{name.replace('_', '-')}.md": text for name, text in data.items()}
    return parse_skill("gateways", {"SKILL.md": head + body, **files})


def entry(title: str, id: str = "4f2a9c", *lines: str) -> str:
    return "\n".join([heading(title, "2026-03-26", id), *lines]) + "\n"


def test_a_skill_is_its_files() -> None:
    files = {"SKILL.md": HEAD + "\n# Gateways\n", "errors.md": "## One\n"}
    assert parse_skill("gateways", files) == Skill(
        name="gateways",
        description="What to do when a gateway answers 502.",
        body="\n# Gateways\n",
        files=files,
        front={"name": "gateways", "description": "What to do when a gateway answers 502."},
    )


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("---\nname: a\ndescription: before --- after\n---\n", "before --- after"),
        ("\ufeff---\nname: a\ndescription: with a mark\n---\n", "with a mark"),
        ("---\r\nname: a\r\ndescription: from Windows\r\n---\r\n", "from Windows"),
        ("--- \nname: a\ndescription: 'it''s'\n---  \n", "it's"),
        ('---\ndescription: "a: b # c"\nlicense: MIT\n---\n', "a: b # c"),
        ("---\nname: a\ndescription: Use when: it fails\n---\n", "Use when: it fails"),
        ("---\ndescription: >\n  two\n  lines\n---\n", "two lines"),
        ("---\ndescription: 1.0\n---\n", "1.0"),
        ("---\n# note\ndescription: x\nmetadata:\n  a: '1'\n---\n", "x"),
    ],
)
def test_front_matter_is_read_tolerantly(head: str, said: str) -> None:
    assert parse_skill("a", {"SKILL.md": head + "body\n"}).description == said
    assert parse_skill("a", {"SKILL.md": head + "body\n"}).body == "body\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("# No front matter\n", "no front matter"),
        ("---\nname: a\n", "no front matter"),
        ("---\nname: a\n---\n", "no description"),
        ("---\nname: a\ndescription: [x]\n---\n", "no description"),
        ("---\ndescription: ''\n---\n", "no description"),
    ],
)
def test_a_skill_nobody_can_load_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(AcontextError, match=rf"^a/SKILL\.md has {why}"):
        parse_skill("a", {"SKILL.md": text})
    with pytest.raises(AcontextError, match=r"^'a' is no skill"):
        parse_skill("a", {})


def test_a_deeply_nested_front_matter_is_refused_and_does_no_harm() -> None:
    text = f"---\nname: a\ndescription: x\nlicense: {'[' * 20_000}\n---\n"
    assert "no YAML" in problems(parse_skill("a", {"SKILL.md": text}))[0]


scalars = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1).filter(str.strip)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.text(" ab:#'\"-[{}é%1.|&*\\"), max_size=3))
def test_the_fast_reader_says_what_yaml_says(fields: dict[str, str]) -> None:
    import yaml

    head = "".join(f"{key}: {value}\n" for key, value in fields.items())
    fast = front._simple(head)
    assert fast is None or fast == (yaml.load(head, Loader=yaml.CBaseLoader) or {})


def test_what_the_fast_reader_reads_needs_no_yaml() -> None:
    for template in TEMPLATES.glob("*.md"):
        assert front._simple(front.split(template.read_text(encoding="utf-8"))[0]) is not None  # type: ignore[index]


@settings(max_examples=25, deadline=None)
@given(words=scalars, title=scalars, said=scalars)
def test_every_skill_made_here_validates(
    tmp_path_factory: pytest.TempPathFactory, words: str, title: str, said: str
) -> None:
    validator = pytest.importorskip("skills_ref.validator")
    parser = pytest.importorskip("skills_ref.parser")
    name = slug(words)
    body = f"# {inline(title)}\n\n## Index\n"
    text = render(name=name, description=description(said) or "x", body=body)
    made = with_index(parse_skill(name, {"SKILL.md": text, "a.md": f"{heading(title, '', 'abc123')}\n- x\n"}))
    assert problems(made) == []
    folder = tmp_path_factory.getbasetemp() / name
    folder.mkdir(exist_ok=True)
    (folder / "SKILL.md").write_text(made.text, encoding="utf-8", newline="\n")
    assert validator.validate(folder) == []
    assert parser.read_properties(folder).description == made.description


def test_a_changed_description_leaves_everything_else_as_it_stands() -> None:
    old = "---\r\nname: a  # ours\r\ndescription: >\r\n  two\r\n  lines\r\nlicense: MIT\r\n---\r\nbody\r\n"
    assert described(old, "502: look at 'x'") == (
        "---\r\nname: a  # ours\r\ndescription: '502: look at ''x'''\r\nlicense: MIT\r\n---\r\nbody\r\n"
    )
    assert described("---\nname: a\n---\nb", "New") == "---\nname: a\ndescription: New\n---\nb"
    assert described("---\ndescription: a\n---\n", "New") == "---\ndescription: New\n---\n"


@given(st.text(), st.text())
def test_a_new_description_reads_back(old: str, new: str) -> None:
    text = render(name="a", description=old, body="body")
    said = description(new)
    if said:
        assert parse_skill("a", {"SKILL.md": described(text, said)}).description == said


@given(st.text())
def test_any_words_make_a_name(words: str) -> None:
    assert name_problem(slug(words)) is None
    assert len(slug(words)) <= 48
    assert file_problem(safe_file(words)) is None
    assert safe_file(safe_file(words)) == safe_file(words)


def test_names_say_what_they_are_made_from() -> None:
    assert slug("Café: update_config (prod)!") == "cafe-update-config-prod"
    assert slug("技能") == slug("") == "untitled"
    assert slug("CON") == "con-notes"
    assert (
        slug("a-very-long-name that goes on and on until it is cut")
        == "a-very-long-name-that-goes-on-and-on-until-it-is"
    )
    assert safe_file("../../etc/passwd") == "etc-passwd.md"
    assert safe_file("references/Deep Dive.md", ["references"]) == "references/deep-dive.md"
    assert safe_file("SKILL.md") == "skill-notes.md"


@pytest.mark.parametrize("name", ["", "A", "a--b", "-a", "a-", "a_b", "aux", "é", "a/b", "..", "a" * 65, "a\n"])
def test_a_name_that_some_reader_refuses_is_no_name(name: str) -> None:
    assert name_problem(name)


@pytest.mark.parametrize("name", ["a", "a.txt", "A.md", ".md", "../a.md", "x/a.md", "nul.md", "skill.md", "a.md\n"])
def test_a_file_lies_flat_and_is_markdown(name: str) -> None:
    assert file_problem(name)
    assert file_problem("x/a.md", ["x"]) is None


def test_entries_stand_from_heading_to_heading() -> None:
    text = (
        "# Errors\n\n## First (date: 2026-03-26) <!-- id: 4f2a9c -->\n- a\n```\n## no heading\n```\n\n"
        "## A person's\ntext\n~~~~\n~~~\n## nor this\n~~~~\n### deeper\n## Last <!-- id: x1 -->\n"
    )
    assert entries(text, "errors.md") == (
        Entry(
            id="4f2a9c",
            title="First",
            date="2026-03-26",
            text="## First (date: 2026-03-26) <!-- id: 4f2a9c -->\n- a\n```\n## no heading\n```",
            file="errors.md",
            line=3,
        ),
        Entry(
            id="",
            title="A person's",
            date="",
            text="## A person's\ntext\n~~~~\n~~~\n## nor this\n~~~~\n### deeper",
            file="errors.md",
            line=9,
        ),
        Entry(id="x1", title="Last", date="", text="## Last <!-- id: x1 -->", file="errors.md", line=16),
    )


@given(st.text())
def test_entries_are_parts_of_their_text(text: str) -> None:
    for found in entries(text):
        assert found.text in text
        assert text.split("\n")[found.line - 1].startswith(found.text.partition("\n")[0])


@given(st.text(), st.sampled_from(["", "2026-03-26"]), st.sampled_from(["", "4f2a9c"]))
def test_a_heading_reads_back_as_it_was_meant(title: str, date: str, id: str) -> None:
    line = heading(title, date, id)
    (found,) = entries(f"{line}\n- text\n")
    assert (found.date, found.id) == (date, id)
    assert heading(found.title, date, id) == line


def test_a_title_from_a_transcript_is_no_markup() -> None:
    assert (
        heading("# a\n## b <!-- id: evil -->", "2026-03-26", "1")
        == "## a ## b id: evil (date: 2026-03-26) <!-- id: 1 -->"
    )
    assert heading("x (date: 2020-01-01)") == "## x ( 2020-01-01)"
    assert heading("`a` and `b") == "## 'a' and 'b"
    assert heading("[click](http://x) <script>") == "## [click\\](http://x) \\<script>"
    assert heading("`Vec<T>` of <T>") == "## `Vec<T>` of \\<T>"
    assert heading("") == "## Untitled"
    assert len(heading("word " * 100)) <= 104


def test_markup_that_is_already_escaped_is_left_alone() -> None:
    assert inline("\\<b>") == "\\<b>"
    assert inline("\\\\<b>") == "\\\\\\<b>"
    assert [inline(line) for line in ("# a", "1. a", "> a", "- a", "-a")] == ["\\# a", "1\\. a", "\\> a", "\\- a", "-a"]


@given(st.text())
def test_inline_text_is_one_line_and_stays_what_it_is(text: str) -> None:
    line = inline(text)
    assert len(line.splitlines()) <= 1
    assert inline(line) == line


def test_the_index_has_the_symptom_first() -> None:
    found = skill(
        errors=entry(
            "Timeout | mismatch",
            "1",
            "- Principle: x",
            "- When to Apply: 502 on /api,",
            "  upstream timed out",
            "- Steps: y",
        )
        + entry("No symptom", "2"),
    )
    assert with_index(found).body == (
        "\n# Gateways\n\n## Index\n\n"
        "- 502 on /api, upstream timed out → [errors.md](errors.md) “Timeout | mismatch”\n"
        "- No symptom → [errors.md](errors.md)\n"
    )


def test_an_index_that_is_right_is_left_alone() -> None:
    once = with_index(skill(errors=entry("One")))
    assert with_index(once) is once
    assert problems(once) == []
    dense = skill(body="\n## Index\n- One → [errors.md](errors.md)\n## Rest\n", errors=entry("One"))
    assert with_index(dense) is dense


def test_a_skill_without_an_index_is_never_touched() -> None:
    found = skill(body="\n# Gateways\n```\n## Index\n```\n", errors=entry("One"))
    assert with_index(found) is found


def test_what_a_person_wrote_round_the_index_stays() -> None:
    body = "\n## Index\nRead this first:\n- old → [gone.md](gone.md)\n- see the wiki\n\n## Notes\nmine\n"
    assert with_index(skill(body=body, errors=entry("One"))).body == (
        "\n## Index\n\nRead this first:\n\n- One → [errors.md](errors.md)\n\n- see the wiki\n\n## Notes\nmine\n"
    )


def test_an_index_that_grows_too_long_lists_files() -> None:
    many = {f"f{number:02}": entry("One", f"a{number}") + entry("Two", f"b{number}") for number in range(70)}
    lines = with_index(skill(**many)).body.splitlines()
    assert lines[5] == "- One; Two → [f00.md](f00.md) (2 entries)"
    assert lines[-1] == "- … and 10 more"
    assert len(lines) == 66


def test_a_daily_log_lists_its_files_newest_first() -> None:
    logs = {name: entry("Day", name) for name in ("2026-03", "2026-04-01-10", "2026-04-01", "2026-04-01-2")}
    assert with_index(skill(**logs)).body.endswith(
        "- 2026-04-01-10 → [2026-04-01-10.md](2026-04-01-10.md)\n- 2026-04-01-2 → [2026-04-01-2.md](2026-04-01-2.md)\n"
        "- 2026-04-01 → [2026-04-01.md](2026-04-01.md)\n- 2026-03 → [2026-03.md](2026-03.md)\n"
    )
    assert newest_first(("2025-12.md", "2026-01.md")) == ["2026-01.md", "2025-12.md"]


@given(st.text(), st.text())
def test_no_entry_can_break_out_of_the_index(title: str, symptom: str) -> None:
    made = with_index(skill(errors=f"{heading(title, '', 'a1')}\n- When to Apply: {symptom}\n"))
    assert made.body.count("\n") == 6
    assert with_index(made) is made


def test_problems_name_file_line_and_remedy() -> None:
    long = "word " * 250
    found = parse_skill(
        "gateways",
        {
            "SKILL.md": "---\nname: other\ndescription: a <b> --- c\nversion: 1\n---\n[x](gone.md) [y](errors.md#a) [z](https://x.y)\n",
            "errors.md": entry("Long", "a1", long) + entry("Twice", "a1"),
        },
    )
    assert problems(found) == [
        "gateways/SKILL.md: its name is 'other' but its folder's is 'gateways': they must be equal",
        "gateways/SKILL.md: its description has '<' or '>', which some readers refuse",
        "gateways/SKILL.md: unknown in front matter: 'version'; "
        "only name, description, license, compatibility, metadata, allowed-tools are read",
        "gateways/SKILL.md: 'description' holds '---', where the reference reader ends the front matter",
        "gateways/errors.md:1: 'Long' has 323 tokens, an entry at most 300",
        "gateways/SKILL.md:6: there is no file 'gone.md'",
        "gateways/errors.md:3: the entry 'a1' stands in gateways/errors.md:1 too",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_conflict_that_git_has_left_is_told(end: str) -> None:
    lines = ["<<<<<<< HEAD", "## Mine", "=======", "## Theirs", ">>>>>>> 4f2a9c", ""]
    assert problems(skill(errors=end.join(lines))) == [
        "gateways/errors.md:1: a conflict of two clones stands there: keep what holds of both"
    ]
    assert problems(skill(errors="Title\n=======\n<<<<<<<< eight\n see <<<<<<< HEAD\n")) == []


def test_budgets_are_told() -> None:
    found = skill(body="line of words\n" * 1600, errors="x" * 4801)
    assert problems(found) == [
        "gateways/SKILL.md: its body has 1600 lines, fewer than 500 are advised: move parts of it into data files",
        "gateways/SKILL.md: its body has 5,600 tokens, at most 5,000 are advised: move parts of it into data files",
        "gateways/errors.md: it has 1,201 tokens, a data file at most 1,200: split it",
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("metadata: {}", "m"),
        ("metadata:\n  a: [1, 2]", "m"),
        ("metadata: text", ""),
        ("license: [MIT]", "li"),
        ("allowed-tools: Read Bash", ""),
        (f"compatibility: {'x' * 501}", "compatibility"),
        ("\tx: y", "YAML"),
        ("description: twice", "twice"),
        ("license: &a MIT", "anchors"),
    ],
)
def test_what_other_readers_refuse_is_told(line: str, why: str) -> None:
    found = skill(head=HEAD[:-4] + line + "\n---\n")
    assert [problem for problem in invalid(found) if why not in problem] == []
    assert bool(invalid(found)) == bool(why)


def test_both_templates_are_without_a_fault() -> None:
    for template in sorted(TEMPLATES.glob("*.md")):
        found = parse_skill(template.stem, {"SKILL.md": template.read_text(encoding="utf-8")})
        assert problems(found) == []
        assert with_index(found) is found


def test_a_token_is_four_characters_rounded_up() -> None:
    assert [tokens("x" * length) for length in (0, 1, 4, 5)] == [0, 1, 1, 2]
