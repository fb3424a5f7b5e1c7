import pytest

from acontext_cli.edits import AddEntry, CreateSkill, DeleteFile, MoveFile, ReplaceText, SkillEdit, WriteFile, apply
from acontext_cli.errors import Refused
from acontext_cli.skills import SKILL, parse_skill, problems

GATEWAYS = "---\nname: gateways\ndescription: What to do on 502.\n---\n\n# Gateways\n\n## Index\n"


class Pages:
    """The least that edits can be applied to."""

    def __init__(self, **skills: dict[str, str]) -> None:
        self.skills = skills

    def names(self) -> list[str]:
        return list(self.skills)

    def files(self, skill: str) -> list[str]:
        return list(self.skills[skill])

    def has(self, skill: str, file: str) -> bool:
        return file in self.skills[skill]

    def text(self, skill: str, file: str) -> str:
        return self.skills[skill][file]

    def put(self, skill: str, file: str, text: str) -> None:
        self.skills.setdefault(skill, {})[file] = text

    def extend(self, skill: str, file: str, text: str) -> None:
        self.skills[skill][file] = self.skills[skill].get(file, "") + text

    def remove(self, skill: str, file: str) -> None:
        del self.skills[skill][file]


def pages() -> Pages:
    files = {SKILL: GATEWAYS, "errors.md": "## One\n- a\n- a b\n", "deep/more.md": "x", "run.sh": "exit", "Old.md": "y"}
    return Pages(gateways=files)


def edited(*edits: SkillEdit) -> dict[str, dict[str, str]]:
    found = pages()
    for edit in edits:
        apply(found, edit)
    return {
        skill: {k: v for k, v in files.items() if pages().skills.get(skill, {}).get(k) != v}
        for skill, files in found.skills.items()
    }


def test_a_skill_is_made_whole_and_valid() -> None:
    made = edited(CreateSkill(name="databases", description="Slow queries: what to look at.", body="# Databases\n"))
    text = "---\nname: databases\ndescription: 'Slow queries: what to look at.'\n---\n\n# Databases\n"
    assert made["databases"] == {SKILL: text}
    assert problems(parse_skill("databases", made["databases"])) == []


def test_each_edit_does_what_it_says() -> None:
    assert edited(
        WriteFile(skill="gateways", file="new.md", text="n"),
        WriteFile(skill="gateways", file="deep/other.md", text="o"),
        WriteFile(skill="gateways", file="Old.md", text="z"),
        AddEntry(skill="gateways", file="added.md", text="\n## Two\n- b\n\n"),
        ReplaceText(skill="gateways", file="errors.md", old="- a b", new="- c"),
        ReplaceText(skill="gateways", file=SKILL, old="on 502", new="on 502 and 504"),
        MoveFile(skill="gateways", file="deep/more.md", to="moved.md"),
    ) == {
        "gateways": {
            SKILL: GATEWAYS.replace("on 502", "on 502 and 504"),
            "errors.md": "## One\n- a\n- c\n",
            "new.md": "n",
            "deep/other.md": "o",
            "Old.md": "z",
            "added.md": "## Two\n- b\n",
            "moved.md": "x",
        }
    }


def test_a_deleted_file_is_gone() -> None:
    found = pages()
    apply(found, DeleteFile(skill="gateways", file="errors.md"))
    assert found.files("gateways") == [SKILL, "deep/more.md", "run.sh", "Old.md"]


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (CreateSkill(name="gateways", description="d", body="b"), "already"),
        (CreateSkill(name="Gate", description="d", body="b"), "lower-case"),
        (CreateSkill(name="../x", description="d", body="b"), "lower-case"),
        (CreateSkill(name="con", description="d", body="b"), "Windows"),
        (CreateSkill(name="new", description="", body="b"), "no description"),
        (CreateSkill(name="new", description="a <b>", body="b"), "one line without"),
        (CreateSkill(name="new", description="a\nb", body="b"), "one line without"),
        (CreateSkill(name="new", description="a --- b", body="b"), "one line without"),
        (CreateSkill(name="new", description="d" * 1025, body="b"), "at most 1,024"),
        (CreateSkill(name="new", description="d", body="---\nname: x\n---\n"), "front matter"),
        (CreateSkill(name="new", description="d", body="\ud800"), "UTF-8"),
        (WriteFile(skill="other", file="a.md", text=""), "the skills are gateways"),
        (WriteFile(skill="../gateways", file="a.md", text=""), "no skill"),
        (WriteFile(skill="gateways", file="../a.md", text=""), "flat"),
        (WriteFile(skill="gateways", file="sub/a.md", text=""), "flat"),
        (WriteFile(skill="gateways", file="/a.md", text=""), "flat"),
        (WriteFile(skill="gateways", file="a.txt", text=""), "'.md' behind"),
        (WriteFile(skill="gateways", file="skill.md", text=""), "kept"),
        (WriteFile(skill="gateways", file="old.md", text=""), "case only"),
        (WriteFile(skill="gateways", file="run.sh", text=""), "not Markdown"),
        (WriteFile(skill="gateways", file=SKILL, text="no front matter"), "front matter"),
        (WriteFile(skill="gateways", file=SKILL, text=GATEWAYS.replace("name: gateways", "name: x")), "must be equal"),
        (WriteFile(skill="gateways", file="a.md", text="\0"), "NUL"),
        (AddEntry(skill="gateways", file="a.md", text="no heading"), "begins with its heading"),
        (AddEntry(skill="gateways", file="a.md", text="## A\n```\n"), "not closed"),
        (AddEntry(skill="gateways", file=SKILL, text="## A\n"), "data files"),
        (AddEntry(skill="gateways", file="a/b.md", text="## A\n"), "flat"),
        (ReplaceText(skill="gateways", file="gone.md", old="a", new="b"), "no file 'gone.md'"),
        (ReplaceText(skill="gateways", file="errors.md", old="- a", new="b"), "2 times"),
        (ReplaceText(skill="gateways", file="errors.md", old="zzz", new="b"), "does not stand there"),
        (ReplaceText(skill="gateways", file="errors.md", old="", new="b"), "empty"),
        (ReplaceText(skill="gateways", file=SKILL, old="description: ", new=""), "no description"),
        (ReplaceText(skill="gateways", file="run.sh", old="exit", new="rm"), "not Markdown"),
        (MoveFile(skill="gateways", file=SKILL, to="a.md"), "keeps its name"),
        (MoveFile(skill="gateways", file="errors.md", to=SKILL), "keeps its name"),
        (MoveFile(skill="gateways", file="errors.md", to="deep/more.md"), "already"),
        (MoveFile(skill="gateways", file="errors.md", to="../a.md"), "flat"),
        (DeleteFile(skill="gateways", file=SKILL), "cannot be deleted"),
        (DeleteFile(skill="gateways", file="gone.md"), "no file"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value,
)
def test_an_edit_that_does_not_fit_is_refused_and_changes_nothing(edit: SkillEdit, why: str) -> None:
    found = pages()
    with pytest.raises(Refused, match=why):
        apply(found, edit)
    assert found.skills == pages().skills


def test_a_file_may_be_renamed_in_case_only() -> None:
    assert edited(MoveFile(skill="gateways", file="Old.md", to="old.md"))["gateways"] == {"old.md": "y"}


def test_the_edits_are_tools_with_documented_fields() -> None:
    pydantic = pytest.importorskip("pydantic")
    for edit in (CreateSkill, WriteFile, AddEntry, ReplaceText, MoveFile, DeleteFile):
        schema = pydantic.TypeAdapter(edit).json_schema()
        assert schema["additionalProperties"] is False
        assert all(field["description"] for field in schema["properties"].values())
        assert set(schema["required"]) == set(schema["properties"])
